"""The exercises of notebook 11, DenseNet."""

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
    ),
    hint="the first concatenation writes 24 + 12 maps, the second 24 + 24, "
    "and so on ten times: add them up.",
)
