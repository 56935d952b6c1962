"""Answers to the exercises of notebook 07: right ones and wrong ones."""

import math

import keras
from keras import layers


def grouped_convolution(x, filters, kernel_size, groups):
    share = x.shape[-1] // groups
    maps = []
    for i in range(groups):
        part = x[:, :, :, i * share : (i + 1) * share]
        conv = layers.Conv2D(filters // groups, kernel_size, padding="same")
        maps.append(conv(part))
    return layers.Concatenate()(maps)


def grouped_convolution_by_ops(x, filters, kernel_size, groups):
    return keras.ops.concatenate(
        [
            layers.Conv2D(filters // groups, (kernel_size,) * 2, 1, "same")(p)
            for p in keras.ops.split(x, groups, axis=-1)
        ],
        axis=3,
    )


def grouped_with(
    part=lambda x, i, share: x[..., i * share : (i + 1) * share],
    own=lambda filters, groups: filters // groups,
    join=lambda maps: layers.Concatenate()(maps),
    **options,
):
    """A learner's groups, with one of the steps put in."""

    def grouped_convolution(x, filters, kernel_size, groups):
        share, count = x.shape[-1] // groups, own(filters, groups)
        same = {"padding": "same"} | options
        return join(
            [
                layers.Conv2D(count, kernel_size, **same)(part(x, i, share))
                for i in range(groups)
            ]
        )

    return grouped_convolution


def grouped_shared(x, filters, kernel_size, groups):
    conv = layers.Conv2D(filters // groups, kernel_size, padding="same")
    parts = keras.ops.split(x, groups, axis=-1)
    return layers.Concatenate()([conv(part) for part in parts])


def grouped_by_keras(x, filters, kernel_size, groups):
    conv = layers.Conv2D(filters, kernel_size, padding="same", groups=groups)
    return conv(x)


def stack_weights(kernel_size, channels):
    size, weights = 1, 0
    while size < kernel_size:
        size += 2
        weights += 3 * 3 * channels * channels
    return weights


def stack_weights_one_pixel_a_layer(kernel_size, channels):
    size, weights = 3, 9 * channels**2
    while size < kernel_size:
        size += 1
        weights += 9 * channels**2
    return weights


def grouped_parameters(kernel_size, channels, filters, groups):
    total = 0
    for _ in range(groups):
        weights = kernel_size**2 * channels // groups * filters // groups
        total += weights + filters // groups
    return total


RIGHT = {
    "grouped_convolution": grouped_convolution,
    "first_dense_weights": (256 // 32) ** 2 * 512 * 4096,
    "stack_weights": stack_weights,
    "grouped_parameters": grouped_parameters,
    "average_pool_parameters": 138_357_544 - (25_088 - 512) * 4096,
}

ALSO_RIGHT = {
    "grouped_convolution": [grouped_convolution_by_ops, grouped_with()],
}

# exercise: (what is wrong, the answer, words of the hint that fits)
WRONG = {
    "grouped_convolution": [
        ("by_keras", grouped_by_keras, "3×3 convolution: 2 expected, not 0"),
        ("one_layer", grouped_shared, "they share its weights"),
        (
            "all_channels",
            grouped_with(part=lambda x, i, share: x),
            "sees all channels",
        ),
        (
            "first_channels",
            grouped_with(part=lambda x, i, share: x[..., :share]),
            "see the first channels",
        ),
        (
            "every_second",
            grouped_with(
                part=lambda x, i, share: x[..., i :: x.shape[-1] // share]
            ),
            "not every n-th",
        ),
        (
            "all_filters",
            grouped_with(own=lambda filters, groups: filters),
            "all groups together",
        ),
        (
            "added",
            grouped_with(join=lambda maps: layers.Add()(maps)),
            "that adds the groups",
        ),
        ("list", grouped_with(join=list), "one tensor is asked for"),
        (
            "rows",
            grouped_with(join=lambda maps: layers.Concatenate(axis=1)(maps)),
            "below each other",
        ),
        (
            "reversed",
            grouped_with(join=lambda maps: layers.Concatenate()(maps[::-1])),
            "reverse order",
        ),
        ("valid", grouped_with(padding="valid"), 'padding="same"'),
        ("relu", grouped_with(activation="relu"), "no activation"),
        ("no_bias", grouped_with(use_bias=False), "biases are missing"),
    ],
    "first_dense_weights": [
        ("224", 25_088 * 4096, "that is the layer for 224×224"),
        ("biases", (8 * 8 * 512 + 1) * 4096, "4 096 biases too"),
        ("average", 512 * 4096, "after a global average pooling"),
        ("inputs", 8 * 8 * 512, "each meets every unit"),
        ("one_channel", 8 * 8 * 4096, "holds 512 channels"),
        ("four_pools", 16 * 16 * 512 * 4096, "fifth pooling is missing"),
        ("six_pools", 4 * 4 * 512 * 4096, "one pooling too many"),
        ("no_pools", 256 * 256 * 512 * 4096, "there are five poolings"),
        ("millions", 134, "halve the side five times"),
    ],
    "stack_weights": [
        ("one_large", lambda k, c: k * k * c * c, "one large convolution"),
        ("one_small", lambda k, c: 9 * c * c, "How many does it take"),
        ("one_filter", lambda k, c: (k - 1) // 2 * 9 * c, "as many filters"),
        ("flat", lambda k, c: (k - 1) // 2 * 9, "one channel and one filter"),
        (
            "biases",
            lambda k, c: (k - 1) // 2 * (9 * c + 1) * c,
            "counts biases too",
        ),
        ("one_end", lambda k, c: (k - 1) * 9 * c * c, "at *both* ends"),
        ("one_pixel", stack_weights_one_pixel_a_layer, "at *both* ends"),
        ("no_minus_1", lambda k, c: k / 2 * 9 * c * c, "subtract 1 first"),
        ("plus_1", lambda k, c: (k + 1) // 2 * 9 * c**2, "one layer too many"),
        ("side_by_side", lambda k, c: k // 3 * 9 * c * c, "overlap"),
        ("rounded_up", lambda k, c: math.ceil(k / 3) * 9 * c * c, "2 more"),
    ],
    "grouped_parameters": [
        ("no_groups", lambda f, c, k, g: (f * f * c + 1) * k, "without groups"),
        (
            "no_bias",
            lambda f, c, k, g: f * f * c * k // g,
            "biases are missing",
        ),
        ("all_halved", lambda f, c, k, g: (f * f * c + 1) * k / g, "its bias"),
        (
            "one_group",
            lambda f, c, k, g: (f * f * c // g + 1) * k // g,
            "that is one of the groups",
        ),
        (
            "weights_of_one_group",
            lambda f, c, k, g: f * f * (c // g) * (k // g) + k,
            "the weights of one group",
        ),
        ("row", lambda f, c, k, g: (f * c // g + 1) * k, "kernel_size columns"),
        ("flat", lambda f, c, k, g: (f * f + 1) * k, "as deep as"),
        ("more", lambda f, c, k, g: (f * f * c * g + 1) * k, "take one filter"),
    ],
    "average_pool_parameters": [
        ("unchanged", 138_357_544, "VGG-16 as it is"),
        ("bias_twice", 37_694_248 + 4096, "counted twice"),
        ("weights", 512 * 4096, "the whole network, with biases"),
        ("no_bias", 37_694_248 - 4096, "a bias for each of its units"),
        ("gone", 138_357_544 - 25_089 * 4096, "only has fewer inputs"),
        ("one_dense", 14_714_688 + 513 * 1000, "three dense layers stay"),
        ("no_dense", 14_714_688, "dense layers are missing"),
        ("layer", 513 * 4096, "the whole network"),
        ("dense_only", 513 * 4096 + 16_781_312 + 4_097_000, "convolutions are"),
        ("guess", 1, "Only one layer changes"),
    ],
}
