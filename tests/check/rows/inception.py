"""Answers to the exercises of notebook 09: right ones and wrong ones."""

import numpy as np


def one_by_one(x, weights):
    height, width, _ = x.shape
    maps = np.zeros((height, width, weights.shape[1]))
    for row in range(height):
        for column in range(width):
            maps[row, column] = weights.T @ x[row, column]
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


RIGHT = {
    "one_by_one": one_by_one,
    "bottleneck_cost": bottleneck_cost,
    "block_channels": block_channels,
    "widest_bottleneck": max(
        b for b in range(256) if b * 256 + 9 * b * 256 < 9 * 256 * 256
    ),
}

# exercise: (what is wrong, the answer, words of the hint that fits)
WRONG = {
    "one_by_one": [
        ("transposed", lambda x, w: x @ w.T, "already"),
        ("elements", lambda x, w: w * x, "sum over the channels"),
        ("relu", one_by_one_relu, "no activation"),
        ("first", one_by_one_first_filter, "first filter alone"),
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
        ("other", 64, "call the bottleneck's channels b"),
    ],
}
