"""Answers to the exercises of notebook 07: right ones and wrong ones."""

import math


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
    "first_dense_weights": (256 // 32) ** 2 * 512 * 4096,
    "stack_weights": stack_weights,
    "grouped_parameters": grouped_parameters,
    "average_pool_parameters": 138_357_544 - (25_088 - 512) * 4096,
}

# exercise: (what is wrong, the answer, words of the hint that fits)
WRONG = {
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
        ("more", lambda f, c, k, g: (f * f * c * g + 1) * k, "one filter see"),
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
