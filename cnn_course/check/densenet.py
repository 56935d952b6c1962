"""The exercises of notebook 11, DenseNet."""

from functools import partial

from cnn_course.check.block import BlockExercise, Shape
from cnn_course.check.judge import FunctionExercise, ValueExercise

connections = FunctionExercise(
    "connections",
    right=lambda num_layers: num_layers * (num_layers + 1) // 2,
    cases=((5,), (1,), (6,), (24,)),
    mistakes=(
        (
            lambda num_layers: num_layers * (num_layers - 1) // 2,
            "the block's input counts too: layer 1 reads it, and so does "
            "every later layer.",
        ),
        (
            lambda num_layers: num_layers,
            "that is a chain, in which each layer reads only the one before.",
        ),
        (
            lambda num_layers: num_layers**2,
            "that lets each layer read all the others; it can read only "
            "those before it.",
        ),
        (
            lambda num_layers: num_layers * (num_layers + 1),
            "that counts each connection twice.",
        ),
    ),
    hint="layer 1 reads one part, layer 2 two, and so on: add them up.",
)


def _final_channels(
    num_layers, growth_rate, start=2, halve=lambda n: n // 2, last=False
):
    channels = start * growth_rate
    for i, count in enumerate(num_layers):
        channels += count * growth_rate
        if last or i < len(num_layers) - 1:
            channels = halve(channels)
    return channels


final_channels = FunctionExercise(
    "final_channels",
    right=_final_channels,
    cases=(
        ((6, 12, 24, 16), 32),
        ((4,), 8),
        ((1, 1), 3),
        ((2, 3, 5), 7),
    ),
    mistakes=(
        (
            lambda num_layers, k: _final_channels(num_layers, k, last=True),
            "there is no transition after the last block: it stands only "
            "between two blocks.",
        ),
        (
            lambda num_layers, k: _final_channels(
                num_layers, k, halve=lambda n: n
            ),
            "the transitions are missing: each halves the channels.",
        ),
        (
            lambda num_layers, k: _final_channels(num_layers, k, start=0),
            "the first block does not begin with nothing: the stem gives 2k "
            "channels.",
        ),
        (
            lambda num_layers, k: _final_channels(num_layers, k, start=1),
            "the first block gets 2k channels: the stem gives so many, and no "
            "transition halves them.",
        ),
        (
            lambda num_layers, k: _final_channels(num_layers, k, start=64 / k),
            "the stem gives 2k channels; 64 of them only at k = 32.",
        ),
        (
            lambda num_layers, k: _final_channels(
                num_layers, k, halve=lambda n: n / 2
            ),
            "half a channel does not exist: round down, n // 2.",
        ),
        (
            lambda num_layers, k: 2 * k + num_layers[0] * k,
            "that is the first block alone: does `return` stand inside the "
            "loop?",
        ),
        (
            lambda num_layers, k: sum(num_layers) * k,
            "those are the new channels of all layers. The stem gives 2k "
            "more, and each transition halves what there is by then.",
        ),
    ),
    hint="begin with 2k; each block adds k for each of its layers; between "
    "two blocks halve, rounding down.",
)

dense_layer_weights = FunctionExercise(
    "dense_layer_weights",
    right=lambda channels, k: 4 * k * channels + 36 * k * k,
    cases=((64, 32), (3, 1), (992, 32), (10, 4)),
    mistakes=(
        (
            lambda channels, k: 9 * channels * k,
            "that is a 3×3 convolution on all channels; the 1×1 convolution "
            "brings them to 4k first.",
        ),
        (
            lambda channels, k: 4 * k * channels + 4 * k * k,
            "the second kernel is 3×3: each pair of channels has nine weights.",
        ),
        (
            lambda channels, k: (4 * k * channels + 36 * k) ^ 2,
            "in Python ^ is no power; write growth_rate**2.",
        ),
        (
            lambda channels, k: 4 * k * channels + 9 * k * k,
            "the 3×3 convolution reads 4k channels, not k.",
        ),
        (
            lambda channels, k: 4 * k * channels + 9 * channels * k,
            "the 3×3 convolution reads what the 1×1 one puts out, 4k channels.",
        ),
        (
            lambda channels, k: 4 * k * channels + 9 * 4 * k * 4 * k,
            "the 3×3 convolution puts out k channels, not 4k.",
        ),
        (
            lambda channels, k: k * channels + 9 * k * k,
            "the 1×1 convolution puts out 4k channels, not k.",
        ),
        (
            lambda channels, k: 4 * k * channels + 36 * k * k + 5 * k,
            "that counts biases; these convolutions have none.",
        ),
        (
            lambda channels, k: (
                4 * k * channels + 36 * k * k + 4 * channels + 16 * k
            ),
            "that counts the batch normalisations too; the question is the "
            "two kernels.",
        ),
        (
            lambda channels, k: 4 * k * channels,
            "that is the 1×1 kernel alone; add the 3×3 one.",
        ),
        (
            lambda channels, k: 36 * k * k,
            "that is the 3×3 kernel alone; add the 1×1 one.",
        ),
    ),
    hint="a kernel has height · width · input channels · filters weights. "
    "First 1×1 from all channels to 4k, then 3×3 from 4k to k.",
)

copied_maps = ValueExercise(
    "copied_maps",
    right=sum(24 + 12 * i for i in range(1, 11)),
    mistakes=(
        (
            24 + 12 * 10,
            "that is what the last concatenation writes; add the nine before.",
        ),
        (
            12 * 10,
            "those are the new maps alone; each concatenation writes the old "
            "ones again.",
        ),
        (
            sum(24 + 12 * i for i in range(10)),
            "that is what the layers read. Each concatenation writes 12 more.",
        ),
        (
            sum(12 * i for i in range(1, 11)),
            "the 24 maps of the input are in every concatenation too.",
        ),
        (
            24 + sum(12 * i for i in range(1, 11)),
            "the 24 maps of the input are written by every concatenation, not "
            "only once.",
        ),
        (
            10 * (24 + 12 * 10),
            "each concatenation writes what there is by then; only the last "
            "one writes all.",
        ),
        (
            14 * 14 * sum(24 + 12 * i for i in range(1, 11)),
            "maps are asked for, whatever their pixels.",
        ),
    ),
    hint="the first concatenation writes 24 + 12 maps, the second 24 + 24, "
    "and so on ten times: add them up.",
)


def _densely_connected(x, num_layers, growth_rate, *, slip=""):
    """Build the block; a slip is what one of the mistakes does otherwise."""
    from keras import layers

    def conv(y, filters, size):
        y = layers.Conv2D(filters, size, padding="same", use_bias=False)(y)
        return y

    def step(y, filters, size):
        if slip == "conv first":
            y = layers.BatchNormalization()(conv(y, filters, size))
            return layers.ReLU()(y)
        if slip == "relu first":
            y = layers.BatchNormalization()(layers.ReLU()(y))
            return conv(y, filters, size)
        if slip != "no norm":
            y = layers.BatchNormalization()(y)
        if slip != "no relu":
            y = layers.ReLU()(y)
        return conv(y, filters, size)

    def join(parts):
        return layers.Concatenate()(parts)

    new, source, between = [], x, 4 * growth_rate
    if slip == "4 · channels":
        between = 4 * x.shape[-1]
    if slip == "thin bottleneck":
        between = growth_rate
    for _ in range(1 if slip == "one layer" else num_layers):
        y = source
        if slip != "no bottleneck":
            y = step(y, between, 1)
        y = step(y, between if slip == "4k out" else growth_rate, 3)
        new.append(y)
        if slip == "chain":
            source = y
        elif slip == "reads the input only":
            source = x
        elif slip == "adds":
            source = layers.Add()([source, y])
        elif slip == "new first":
            source = join([y, source])
        elif slip == "input and last":
            source = join([x, y])
        else:
            source = join([source, y])
    if slip == "chain":
        return y
    if slip == "reads the input only":
        return join([x, *new])
    if slip == "only new ones":
        return join(new) if len(new) > 1 else y
    return source


densely_connected = BlockExercise(
    "densely_connected",
    right=_densely_connected,
    cases=(
        (Shape((5, 4, 3)), 2, 3),
        (Shape((4, 4, 5)), 1, 2),
        (Shape((4, 4, 2)), 3, 2),
    ),
    mistakes=tuple(
        (partial(_densely_connected, slip=slip), hint)
        for slip, hint in {
            "conv first": "here the order is batch normalisation, ReLU, "
            "convolution.",
            "relu first": "batch normalisation comes before ReLU.",
            "no norm": "the batch normalisations are missing, one before each "
            "ReLU.",
            "no relu": "the ReLUs are missing, one before each convolution.",
            "no bottleneck": "the 1×1 convolution is missing: it brings all "
            "channels so far to 4k.",
            "4 · channels": "the 1×1 convolution has 4 · growth_rate filters, "
            "whatever comes in.",
            "thin bottleneck": "the 1×1 convolution has 4 · growth_rate "
            "filters.",
            "4k out": "the 3×3 convolution makes the k new channels, k = "
            "growth_rate.",
            "one layer": "that is one layer: how often does the loop run?",
            "chain": "that is a chain: each layer must read *all* channels so "
            "far, and hand them on.",
            "reads the input only": "each layer reads what the layers before "
            "it have made, too, not only the block's input.",
            "input and last": "what the earlier layers have made gets lost: "
            "concatenate to all channels so far, not to the block's input.",
            "adds": "that adds, as ResNet does; here the new channels are "
            "concatenated.",
            "new first": "the new channels come behind those that are there.",
            "only new ones": "the block's input belongs to its output as well.",
        }.items()
    ),
    hint="one variable holds all channels so far. Each layer reads it, and "
    "its new channels are concatenated to it.",
)
