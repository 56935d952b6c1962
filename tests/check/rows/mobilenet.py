"""Answers to the exercises of notebook 10: right ones and wrong ones."""

import keras
import numpy as np
from keras import layers


def depthwise_with(of_window):
    """A learner's two loops, with what is done to each window put in."""

    def depthwise_convolve(x, kernel):
        f = kernel.shape[0]
        height, width = x.shape[0] - f + 1, x.shape[1] - f + 1
        out = np.zeros((height, width, x.shape[2]))
        for i in range(height):
            for j in range(width):
                out[i, j] = of_window(x[i : i + f, j : j + f], kernel)
        return out

    return depthwise_convolve


def full_convolution(x, kernel):
    f = kernel.shape[0]
    out = np.zeros((x.shape[0] - f + 1, x.shape[1] - f + 1))
    for i, j in np.ndindex(out.shape):
        out[i, j] = (x[i : i + f, j : j + f] * kernel).sum()
    return out


def square_only(x, kernel):
    f = kernel.shape[0]
    side = x.shape[0] - f + 1
    out = np.zeros((side, side, x.shape[2]))
    for i, j in np.ndindex(side, side):
        out[i, j] = (x[i : i + f, j : j + f] * kernel).sum(axis=(0, 1))
    return out


def depthwise_in_whole_numbers(x, kernel):
    f = len(kernel)
    height, width = x.shape[0] - f + 1, x.shape[1] - f + 1
    out = np.zeros((height, width, x.shape[2]), dtype=int)
    for i, j in np.ndindex(height, width):
        out[i, j] = (x[i : i + f, j : j + f] * kernel).sum(axis=(0, 1))
    return out


def depthwise_always_3(x, kernel):
    height, width = x.shape[0] - 2, x.shape[1] - 2
    out = np.zeros((height, width, x.shape[2]))
    for i, j in np.ndindex(height, width):
        out[i, j] = (x[i : i + 3, j : j + 3] * kernel).sum(axis=(0, 1))
    return out


def hard_swish_in_a_copy(x):
    out = np.zeros_like(x)
    for i, number in np.ndenumerate(x):
        out[i] = number * min(max(number + 3, 0), 6) / 6
    return out


def one_filter_for_all(window, kernel):
    return (window * kernel[:, :, [0]]).sum(axis=(0, 1))


def bottleneck_weights(c_in, expansion, c_out):
    wide = c_in * expansion
    return 1 * 1 * c_in * wide + 3 * 3 * wide + 1 * 1 * wide * c_out


def hard_swish(x):
    return np.where(x <= -3, 0, np.where(x >= 3, x, x * (x + 3) / 6))


def norm(x):
    return layers.BatchNormalization()(x)


def relu_6(x):
    return layers.ReLU(max_value=6)(x)


def inverted_residual(x, filters, strides, expansion):
    channels = x.shape[-1]
    y = x
    if expansion != 1:
        y = layers.Conv2D(channels * expansion, 1, use_bias=False)(y)
        y = relu_6(norm(y))
    y = layers.DepthwiseConv2D(
        3, strides=strides, padding="same", use_bias=False
    )(y)
    y = relu_6(norm(y))
    y = norm(layers.Conv2D(filters, 1, use_bias=False)(y))
    return y + x if y.shape == x.shape else y


def inverted_residual_in_groups(x, filters, strides, expansion):
    wide = expansion * x.shape[-1]
    y = x
    if expansion > 1:
        y = keras.activations.relu6(norm(layers.Dense(wide, use_bias=False)(y)))
    y = layers.ZeroPadding2D(1)(y)
    y = layers.Conv2D(wide, 3, strides, groups=wide, use_bias=False)(y)
    y = keras.ops.clip(norm(y), 0, 6)
    y = norm(layers.Dense(filters, use_bias=False)(y))
    if strides == 1 and filters == x.shape[-1]:
        y = layers.Add()([y, x])
    return y


def depthwise(y, strides):
    layer = layers.DepthwiseConv2D(3, strides, "same", use_bias=False)
    return layer(y)


def full_convolution_layer(y, strides):
    return layers.Conv2D(y.shape[-1], 3, strides, "same", use_bias=False)(y)


def narrow(relu=relu_6, look=depthwise, last=None, adds=None):
    """A learner's block with one part put in otherwise."""

    def inverted_residual(x, filters, strides, expansion):
        y = x
        if expansion > 1:
            y = layers.Conv2D(expansion * x.shape[-1], 1, use_bias=False)(y)
            y = relu(norm(y))
        y = relu(norm(look(y, strides)))
        y = norm(layers.Conv2D(filters, 1, use_bias=False)(y))
        y = last(y) if last else y
        fits = strides == 1 and x.shape[-1] == filters
        if adds(x, filters, strides) if adds else fits:
            y = y + x
        return y

    return inverted_residual


def separable_inside(x, filters, strides, expansion):
    y = relu_6(norm(layers.Conv2D(expansion * x.shape[-1], 1)(x)))
    return norm(layers.SeparableConv2D(filters, 3, strides, "same")(y))


RIGHT = {
    "separable_share": lambda f, filters: (f * f + filters) / (f * f * filters),
    "depthwise_convolve": depthwise_with(
        lambda window, kernel: (window * kernel).sum(axis=(0, 1))
    ),
    "bottleneck_weights": bottleneck_weights,
    "hard_swish": hard_swish,
    "inverted_residual": inverted_residual,
}

ALSO_RIGHT = {"inverted_residual": [inverted_residual_in_groups]}

WRONG = {
    "separable_share": [
        ("saved", lambda f, n: 1 - (1 / n + 1 / f**2), "share that is left"),
        ("pointwise", lambda f, n: 1 / (f * f), "pointwise convolution alone"),
        ("depthwise", lambda f, n: 1 / n, "depthwise convolution alone"),
        ("not_squared", lambda f, n: 1 / n + 1 / f, "f · f pixels, not f"),
        ("product", lambda f, n: 1 / (n * f * f), "their costs add"),
        ("inverse", lambda f, n: n * f * f / (n + f * f), "upside down"),
        ("per_cent", lambda f, n: 100 / n + 100 / f**2, "not in per cent"),
        ("rounded", lambda f, n: round(1 / n + 1 / f**2, 2), "do not round"),
        ("difference", lambda f, n: 1 / n - 1 / f**2, "divide by what"),
        ("floor", lambda f, n: (f * f + n) // (f * f * n), "cuts the fraction"),
        ("caret", lambda f, n: 1 / n + 1 / (f ^ 2), "is no power"),
    ],
    "depthwise_convolve": [
        ("full", full_convolution, "sum over the channels"),
        (
            "full_broadcast",
            lambda x, k: full_convolution(x, k)[..., None],
            "sum over the channels",
        ),
        ("first", depthwise_with(one_filter_for_all), "filter of its own"),
        (
            "flipped",
            depthwise_with(lambda w, k: (w * k[::-1, ::-1]).sum(axis=(0, 1))),
            "flipped",
        ),
        (
            "mean",
            depthwise_with(lambda w, k: (w * k).mean(axis=(0, 1))),
            "take their sum",
        ),
        (
            "one_number",
            depthwise_with(lambda w, k: (w * k).sum()),
            "sum over the channels",
        ),
        (
            "square",
            square_only,
            "need not be a square",
        ),
        ("whole_numbers", depthwise_in_whole_numbers, "whole numbers"),
        ("always_3", depthwise_always_3, "need not be 3×3"),
        (
            "largest",
            depthwise_with(lambda w, k: (w * k).max(axis=(0, 1))),
            "number of its own",
        ),
    ],
    "bottleneck_weights": [
        (
            "full",
            lambda c, t, k: c * c * t + 9 * (c * t) ** 2 + c * t * k,
            "nine weights a channel",
        ),
        ("no_projection", lambda c, t, k: c * t * (c + 9), "projection"),
        ("no_expansion", lambda c, t, k: c * t * (9 + k), "expansion is"),
        ("no_depthwise", lambda c, t, k: c * t * (c + k), "depthwise"),
        (
            "narrow",
            lambda c, t, k: t * c**2 + 9 * c + c * t * k,
            "on the wide map",
        ),
        ("wide_out", lambda c, t, k: k * t * (c + 9 + k), "that come in"),
        (
            "biases",
            lambda c, t, k: c * t * (c + 9 + k) + 2 * c * t + k,
            "no biases",
        ),
        (
            "batch_norm",
            lambda c, t, k: c * t * (c + 9 + k) + 4 * (2 * c * t + k),
            "batch normalisation too",
        ),
        ("few", lambda c, t, k: t * c + 9 * t + t * k, "not expansion"),
        (
            "caret",
            lambda c, t, k: c ^ 2 * t + 9 * c * t + c * t * k,
            "is no power",
        ),
        ("sum", lambda c, t, k: c + 9 + k, "count the three convolutions"),
    ],
    "hard_swish": [
        ("gate", lambda x: np.clip((x + 3) / 6, 0, 1), "that is the gate"),
        ("no_cap", lambda x: x * np.maximum(0, x + 3) / 6, "stop at 1"),
        ("no_floor", lambda x: x * np.minimum(6, x + 3) / 6, "below 0"),
        ("not_divided", lambda x: x * np.clip(x + 3, 0, 6), "divide by 6"),
        ("no_shift", lambda x: x * np.clip(x, 0, 6) / 6, "shift x by 3"),
        ("early", lambda x: x * np.clip(x + 3, 0, 1), "before you cut off"),
        ("swish", lambda x: x / (1 + np.exp(-x)), "swish itself"),
        ("relu", lambda x: np.maximum(x, 0), "that is ReLU"),
        ("python_min", lambda x: x * max(0, min(6, x + 3)) / 6, "np.minimum"),
        ("python_if", lambda x: 0 if x < -3 else x, "single number"),
        ("relu_6", lambda x: np.minimum(np.maximum(x, 0), 6), "cut off at 6;"),
        ("hard_tanh", lambda x: np.clip(x, -1, 1), "x times a gate"),
        ("from_0_to_1", lambda x: x * np.clip(x, 0, 1), "from 0 at −3"),
        ("floor", lambda x: x * np.clip(x + 3, 0, 6) // 6, "/ divides"),
        ("whole_numbers", hard_swish_in_a_copy, "zeros_like of whole"),
    ],
    "inverted_residual": [
        ("relu", narrow(relu=layers.ReLU()), "cut off at 6"),
        ("not_linear", narrow(last=relu_6), "the projection is linear"),
        ("full", narrow(look=full_convolution_layer), "is depthwise"),
        ("never", narrow(adds=lambda x, f, s: False), "the input is added"),
        ("by_stride", narrow(adds=lambda x, f, s: s == 1), "may differ as"),
        (
            "by_channels",
            narrow(adds=lambda x, f, s: x.shape[-1] == f),
            "with a stride the sides differ",
        ),
        ("separable", separable_inside, "2 expected, not 1"),
    ],
}
