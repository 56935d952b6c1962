"""Answers to the exercises of notebook 09: right ones and wrong ones."""

import keras
import numpy as np
from keras import layers


def one_by_one(x, weights):
    height, width, _ = x.shape
    maps = np.zeros((height, width, weights.shape[1]))
    for row in range(height):
        for column in range(width):
            maps[row, column] = weights.T @ x[row, column]
    return maps


def one_by_one_in_whole_numbers(x, weights):
    maps = np.zeros((*x.shape[:2], weights.shape[1]), dtype=int)
    for row, column in np.ndindex(x.shape[:2]):
        maps[row, column] = x[row, column] @ weights
    return maps


def one_by_one_first_filter(x, weights):
    return (x * weights[:, 0]).sum(axis=2)


def one_by_one_relu(x, weights):
    return np.clip(np.einsum("hwc,cf->hwf", x, weights), 0, None)


def bottleneck_cost(side, channels, bottleneck, filters, kernel_size):
    positions = side * side
    first = positions * bottleneck * channels
    second = positions * filters * kernel_size * kernel_size * bottleneck
    return first + second


def direct_cost(side, channels, bottleneck, filters, kernel_size):
    return side * side * filters * kernel_size * kernel_size * channels


def bottleneck_weights(side, channels, bottleneck, filters, kernel_size):
    return channels * bottleneck + kernel_size**2 * bottleneck * filters


def bottleneck_cost_kernel_side(
    side, channels, bottleneck, filters, kernel_size
):
    down = side**2 * channels * bottleneck
    return down + side**2 * kernel_size * bottleneck * filters


def bottleneck_cost_reads_all(side, channels, bottleneck, filters, kernel_size):
    down = side**2 * channels * bottleneck
    return down + side**2 * kernel_size**2 * channels * filters


def bottleneck_cost_wide_first(
    side, channels, bottleneck, filters, kernel_size
):
    down = side**2 * kernel_size**2 * channels * bottleneck
    return down + side**2 * kernel_size**2 * bottleneck * filters


def block_channels(filters):
    return sum(filters[i] for i in (0, 2, 4, 5))


def conv(x, filters, kernel_size):
    return layers.Conv2D(
        filters, kernel_size, padding="same", activation="relu"
    )(x)


def inception_module(x, filters):
    return layers.concatenate(
        [
            conv(x, filters[0], 1),
            conv(conv(x, filters[1], 1), filters[2], 3),
            conv(conv(x, filters[3], 1), filters[4], 5),
            conv(
                layers.MaxPooling2D(3, strides=1, padding="same")(x),
                filters[5],
                1,
            ),
        ]
    )


def inception_module_backwards(x, filters):
    def conv(x, count, size):
        if size == 1:
            x = layers.Dense(count)(x)
        else:
            x = layers.ZeroPadding2D(size // 2)(x)
            x = layers.Conv2D(count, size)(x)
        return keras.ops.relu(x)

    pooled = keras.ops.max_pool(x, 3, strides=1, padding="same")
    maps = [conv(pooled, filters[5], 1)]
    for size, place in ((5, 3), (3, 1)):
        thin = conv(x, filters[place], 1)
        maps.insert(0, conv(thin, filters[place + 1], size))
    return keras.ops.concatenate([conv(x, filters[0], 1), *maps], axis=3)


def inception_module_pool_moves(x, filters):
    pooled = layers.MaxPooling2D(3, padding="same")(x)
    return layers.Concatenate()(
        [
            conv(x, filters[0], 1),
            conv(conv(x, filters[1], 1), filters[2], 3),
            conv(conv(x, filters[3], 1), filters[4], 5),
            conv(pooled, filters[5], 1),
        ]
    )


def inception_module_in_a_row(x, filters):
    for count, size in zip(filters[:5], (1, 1, 3, 1, 5), strict=True):
        x = conv(x, count, size)
    return conv(layers.MaxPooling2D(3, 1, "same")(x), filters[5], 1)


def four(x, filters, join, *, bottlenecks=True, pool_last=False, valid=False):
    """A learner's module with one part put in or left out."""

    def conv(x, count, size):
        padding = "valid" if valid else "same"
        return layers.Conv2D(count, size, padding=padding, activation="relu")(x)

    one, thin_3, three, thin_5, five, after = filters
    pool = layers.MaxPooling2D(3, 1, "same")
    return join(
        [
            conv(x, one, 1),
            conv(conv(x, thin_3, 1) if bottlenecks else x, three, 3),
            conv(conv(x, thin_5, 1) if bottlenecks else x, five, 5),
            pool(conv(x, after, 1)) if pool_last else conv(pool(x), after, 1),
        ]
    )


RIGHT = {
    "one_by_one": one_by_one,
    "bottleneck_cost": bottleneck_cost,
    "block_channels": block_channels,
    "widest_bottleneck": max(
        b for b in range(256) if b * 256 + 9 * b * 256 < 9 * 256 * 256
    ),
    "inception_module": inception_module,
}

ALSO_RIGHT = {"inception_module": [inception_module_backwards]}

# exercise: (what is wrong, the answer, words of the hint that fits)
WRONG = {
    "one_by_one": [
        ("transposed", lambda x, w: x @ w.T, "already"),
        ("elements", lambda x, w: w * x, "sum over the channels"),
        ("relu", one_by_one_relu, "no activation"),
        ("first", one_by_one_first_filter, "first filter alone"),
        ("whole_numbers", one_by_one_in_whole_numbers, "whole numbers"),
        (
            "sides_swapped",
            lambda x, w: (x @ w).reshape(x.shape[1], x.shape[0], -1),
            "height comes first",
        ),
        (
            "flat",
            lambda x, w: x.reshape(-1, x.shape[2]) @ w,
            "one long column",
        ),
        ("all", lambda x, w: (x @ w).sum(axis=2), "adds the maps"),
        (
            "channels_first",
            lambda x, w: np.einsum("hwc,cf->fhw", x, w),
            "must come last",
        ),
        ("mean", lambda x, w: x @ w / len(w), "mean of the products"),
        ("other", lambda x, w: x @ w + 1, "a dense layer"),
    ],
    "bottleneck_cost": [
        ("direct", direct_cost, "direct way"),
        ("weights", bottleneck_weights, "at one position"),
        ("first", lambda s, c, b, f, k: s * s * c * b, "1×1 convolution alone"),
        ("second", lambda s, c, b, f, k: s * s * b * f * k * k, "add the 1×1"),
        ("kernel_side", bottleneck_cost_kernel_side, "kernel_size pixels"),
        ("reads_all", bottleneck_cost_reads_all, "bottleneck's channels"),
        ("wide_first", bottleneck_cost_wide_first, "one pixel"),
        (
            "row",
            lambda s, c, b, f, k: s * b * (c + k * k * f),
            "positions, not side",
        ),
        (
            "no_kernel",
            lambda s, c, b, f, k: s * s * b * (c + f),
            "kernel_size is missing",
        ),
        (
            "biases",
            lambda s, c, b, f, k: s * s * (b * (c + 1) + f * (k * k * b + 1)),
            "is added, not multiplied",
        ),
        ("other", lambda s, c, b, f, k: 3, "Write that for both"),
    ],
    "block_channels": [
        ("sum", lambda filters: sum(filters), "stay inside"),
        ("no_pool", lambda filters: sum(filters[:5:2]), "pool is missing"),
        ("no_1x1", lambda f: f[2] + f[4] + f[5], "first branch is missing"),
        ("reduce", lambda f: f[0] + f[1] + f[3] + f[5], "took the bottlenecks"),
        ("last", lambda filters: filters[-1], "last branch alone"),
        ("added", lambda filters: max(filters), "they are concatenated"),
        ("192", lambda f: f[0] + f[2] + f[4] + 192, "follows the pool"),
        ("other", len, "end of a branch"),
    ],
    "widest_bottleneck": [
        ("rounded_up", 231, "Try both neighbours"),
        ("too_careful", 229, "not the largest"),
        ("no_1x1", 255, "the 1×1 costs something"),
        ("as_wide", 256, "is extra"),
        ("nine_nowhere", 128, "nine pixels"),
        ("nine_missing_left", 1152, "no bottleneck"),
        ("nine_missing_right", 25, "at each position"),
        ("not_whole", 230.4, "whole numbers"),
        ("quarter", 64, "Up to where"),
        ("other", 100, "call the bottleneck's channels b"),
    ],
    "inception_module": [
        ("pool_moves", inception_module_pool_moves, "strides=1"),
        ("in_a_row", inception_module_in_a_row, "stand side by side"),
        ("adds", lambda x, f: four(x, f, layers.add), "concatenated, not"),
        (
            "no_bottlenecks",
            lambda x, f: four(x, f, layers.concatenate, bottlenecks=False),
            "two 1×1 convolutions before",
        ),
        (
            "pool_last",
            lambda x, f: four(x, f, layers.concatenate, pool_last=True),
            "the pool comes first",
        ),
        (
            "valid",
            lambda x, f: four(x, f, layers.concatenate, valid=True),
            "every convolution pads",
        ),
        (
            "other_order",
            lambda x, f: four(x, f, lambda y: layers.concatenate(y[::-1])),
            "in the order of the list",
        ),
        (
            "list",
            lambda x, f: four(x, f, list),
            "one tensor is asked for; your function returns 4",
        ),
        (
            "norms",
            lambda x, f: layers.BatchNormalization()(inception_module(x, f)),
            "batch normalisation: 0 expected, not 1",
        ),
    ],
}
