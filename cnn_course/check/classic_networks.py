"""The exercises of notebook 07, the classic networks."""

from functools import partial

from cnn_course.check.block import BlockExercise, Shape
from cnn_course.check.judge import FunctionExercise, ValueExercise

_CONVOLUTIONS = 14_714_688  # parameters of VGG-16 below its dense layers
_UPPER_DENSE = (4096 + 1) * 4096 + (4096 + 1) * 1000

first_dense_weights = ValueExercise(
    "first_dense_weights",
    right=8 * 8 * 512 * 4096,
    mistakes=(
        (
            7 * 7 * 512 * 4096,
            "that is the layer for 224×224. Which side is left of 256 after "
            "five poolings?",
        ),
        (
            (8 * 8 * 512 + 1) * 4096,
            "that counts the 4 096 biases too; the question is the weights.",
        ),
        (
            8 * 8 * 512,
            "those are the numbers that come in; each meets every unit.",
        ),
        (
            512 * 4096,
            "so many there are after a global average pooling. Here flatten "
            "keeps all places of the last map: what is its side?",
        ),
        (
            256 * 256 * 3 * 4096,
            "the picture itself does not reach it: thirteen convolutions and "
            "five poolings come before.",
        ),
        (8 * 8 * 4096, "each of the 8×8 places holds 512 channels."),
        (16 * 16 * 512 * 4096, "the fifth pooling is missing."),
        (4 * 4 * 512 * 4096, "one pooling too many: there are five."),
        (
            256 * 256 * 512 * 4096,
            "the picture does not keep its side: there are five poolings, and "
            "each halves it.",
        ),
    ),
    hint="five poolings halve the side five times. Then every number of the "
    "last map meets each of the 4 096 units.",
)


def _stack(kernel_size, channels):
    return (kernel_size - 1) // 2 * 9 * channels**2


stack_weights = FunctionExercise(
    "stack_weights",
    right=_stack,
    cases=((5, 64), (7, 64), (3, 10), (11, 1), (9, 3)),
    mistakes=(
        (
            lambda kernel_size, channels: kernel_size**2 * channels**2,
            "that is the one large convolution; count the 3×3 ones that "
            "replace it.",
        ),
        (
            lambda kernel_size, channels: kernel_size / 2 * 9 * channels**2,
            "a large filter sees (kernel_size − 1) / 2 pixels to each side of "
            "its middle, and so many layers it takes: subtract 1 first.",
        ),
        (
            lambda kernel_size, channels: 9 * channels**2,
            "that is one 3×3 convolution. How many does it take?",
        ),
        (
            lambda kernel_size, channels: (kernel_size - 1) // 2 * 9 * channels,
            "a filter has 9 weights for every input channel, and there are as "
            "many filters as channels.",
        ),
        (
            lambda kernel_size, channels: (kernel_size - 1) // 2 * 9,
            "that is for one channel and one filter; there are `channels` of "
            "both.",
        ),
        (
            lambda kernel_size, channels: (
                _stack(kernel_size, channels)
                + (kernel_size - 1) // 2 * channels
            ),
            "that counts biases too; there are none here.",
        ),
        (
            lambda kernel_size, channels: (kernel_size - 1) * 9 * channels**2,
            "too many layers: each 3×3 makes the window wider by a pixel at "
            "*both* ends.",
        ),
        (
            lambda kernel_size, channels: (kernel_size - 2) * 9 * channels**2,
            "too many layers: each 3×3 makes the window wider by a pixel at "
            "*both* ends.",
        ),
        (
            lambda kernel_size, channels: (
                (kernel_size + 1) // 2 * 9 * channels**2
            ),
            "one layer too many: the first 3×3 already sees three pixels.",
        ),
        (
            lambda kernel_size, channels: kernel_size // 3 * 9 * channels**2,
            "the windows of two layers overlap: 3×3 after 3×3 sees five "
            "pixels, not six.",
        ),
        (
            lambda kernel_size, channels: kernel_size / 3 * 9 * channels**2,
            "the windows of two layers overlap: 3×3 after 3×3 sees five "
            "pixels, not six.",
        ),
    ),
    hint="first the number of layers: one 3×3 sees 3 pixels, and each further "
    "one 2 more. Then the weights of one layer: 3·3·channels for each filter.",
)

grouped_parameters = FunctionExercise(
    "grouped_parameters",
    right=lambda kernel_size, channels, filters, groups: (
        (kernel_size**2 * (channels // groups) + 1) * filters
    ),
    cases=((5, 96, 256, 2), (3, 384, 384, 2), (3, 6, 4, 1), (1, 8, 4, 4)),
    mistakes=(
        (
            lambda kernel_size, channels, filters, groups: (
                (kernel_size**2 * channels + 1) * filters
            ),
            "that is a convolution without groups. How many channels does a "
            "filter see here?",
        ),
        (
            lambda kernel_size, channels, filters, groups: (
                kernel_size**2 * (channels // groups) * filters
            ),
            "the biases are missing: one for each filter.",
        ),
        (
            lambda kernel_size, channels, filters, groups: (
                (kernel_size**2 * channels + 1) * filters / groups
            ),
            "the weights are right, but every filter keeps its bias, however "
            "few channels it sees.",
        ),
        (
            lambda kernel_size, channels, filters, groups: (
                (kernel_size**2 * (channels // groups) + 1)
                * (filters // groups)
            ),
            "that is one of the groups; add up all of them.",
        ),
        (
            lambda kernel_size, channels, filters, groups: (
                kernel_size**2 * (channels // groups) * (filters // groups)
                + filters
            ),
            "those are the weights of one group; add up all of them.",
        ),
        (
            lambda kernel_size, channels, filters, groups: (
                (kernel_size * (channels // groups) + 1) * filters
            ),
            "a kernel has kernel_size rows and kernel_size columns.",
        ),
        (
            lambda kernel_size, channels, filters, groups: (
                (kernel_size**2 + 1) * filters
            ),
            "each filter is as deep as the channels that it sees.",
        ),
    ),
    hint="take one filter: how many channels does it see in its group? How "
    "many filters are there in all groups?",
)


def _grouped_convolution(x, filters, kernel_size, groups, *, slip=""):
    """Convolutions side by side, each on its part of the channels."""
    from keras import layers, ops

    def conv(count, **options):
        options = {"padding": "same"} | options
        return layers.Conv2D(count, kernel_size, **options)

    share, own = x.shape[-1] // groups, filters // groups
    if slip == "all filters":
        own = filters
    options = {
        "padding": {"padding": "valid"},
        "bias": {"use_bias": False},
        "relu": {"activation": "relu"},
    }.get(slip, {})
    one = conv(own, **options)
    maps = []
    for i in range(groups):
        start = 0 if slip == "first channels" else i * share
        part = x[..., start : start + share]
        if slip == "every n-th":
            part = x[..., i::groups]
        if slip == "all channels":
            part = x
        layer = one if slip == "shared" else conv(own, **options)
        maps.append(layer(part))
    if slip == "last only":
        return maps[-1]
    if slip == "backwards":
        maps = maps[::-1]
    if slip == "interleaved":
        return ops.reshape(
            ops.stack(maps, axis=-1), (-1, *x.shape[1:3], filters)
        )
    if slip in ("added", "beside each other", "below each other"):
        join = {
            "added": layers.Add(),
            "beside each other": layers.Concatenate(axis=2),
            "below each other": layers.Concatenate(axis=1),
        }
        return join[slip](maps)
    return layers.Concatenate()(maps)


grouped_convolution = BlockExercise(
    "grouped_convolution",
    right=_grouped_convolution,
    cases=(
        (Shape((5, 4, 4)), 6, 3, 2),
        (Shape((4, 5, 6)), 3, 1, 3),
        (Shape((5, 5, 6)), 8, 5, 2),
    ),
    mistakes=tuple(
        (partial(_grouped_convolution, slip=slip), hint)
        for slip, hint in {
            "all filters": "each group has `filters` filters; all groups "
            "together have so many.",
            "all channels": "each convolution sees all channels; it has its "
            "own part of them, x[..., start : end].",
            "first channels": "all groups see the first channels; each has a "
            "part of its own.",
            "every n-th": "the parts are neighbours: the first channels, then "
            "the next ones, not every n-th.",
            "shared": "one layer is called for all groups, so they share its "
            "weights. Make a layer for each group.",
            "last only": "only the last group is returned; all of them go "
            "side by side.",
            "backwards": "the groups come out in reverse order.",
            "interleaved": "the output has the filters of the first group "
            "first, then those of the second.",
            "added": "that adds the groups; their maps are concatenated along "
            "the channels.",
            "beside each other": "that puts the maps side by side as pictures; "
            "concatenate along the channels, the last axis.",
            "below each other": "that puts the maps below each other as "
            "pictures; concatenate along the channels, the last axis.",
            "padding": 'the maps keep their sides: padding="same".',
            "bias": "the biases are missing: Keras's default has them.",
            "relu": "no activation is asked for.",
        }.items()
    ),
    hint="which channels does one filter see, and where do its maps stand in "
    "the output?",
)

average_pool_parameters = ValueExercise(
    "average_pool_parameters",
    right=_CONVOLUTIONS + (512 + 1) * 4096 + _UPPER_DENSE,
    mistakes=(
        (
            _CONVOLUTIONS + (25_088 + 1) * 4096 + _UPPER_DENSE,
            "that is VGG-16 as it is. How many numbers reach the first dense "
            "layer now?",
        ),
        (
            _CONVOLUTIONS + (512 + 2) * 4096 + _UPPER_DENSE,
            "the biases of the first dense layer are counted twice: VGG-16's "
            "count has them already.",
        ),
        (
            _CONVOLUTIONS + (25_088 + 1) * 4096 + _UPPER_DENSE - 512 * 4096,
            "the other way round: 512 numbers are left of each picture, not "
            "taken away.",
        ),
        (
            _CONVOLUTIONS + 512 * 4096 + _UPPER_DENSE,
            "nearly: the first dense layer still has a bias for each of its "
            "units.",
        ),
        (
            _CONVOLUTIONS + _UPPER_DENSE,
            "the first dense layer is still there; it only has fewer inputs.",
        ),
        (
            _CONVOLUTIONS + (512 + 1) * 1000,
            "only the flatten is replaced: all three dense layers stay.",
        ),
        (_CONVOLUTIONS, "the three dense layers are missing."),
        (
            512 * 4096,
            "those are the weights of the first dense layer; the question is "
            "the whole network, with biases.",
        ),
        (
            (512 + 1) * 4096,
            "that is the first dense layer; the question is the whole network.",
        ),
        (
            (512 + 1) * 4096 + _UPPER_DENSE,
            "those are the dense layers; the convolutions are missing.",
        ),
    ),
    hint="start from VGG-16's count. Only one layer changes: its inputs were "
    "7·7·512, and are now one for each channel.",
)
