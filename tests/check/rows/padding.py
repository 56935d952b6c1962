"""Answers to the exercises of notebook 02: right ones and wrong ones."""

import numpy as np


def same_padding(kernel_size):
    if kernel_size % 2 == 0:
        raise ValueError("only odd kernels have a symmetric same padding")
    return (kernel_size - 1) // 2


def same_padding_forgets_even(kernel_size):
    return (kernel_size - 1) // 2


def same_padding_prints(kernel_size):
    if kernel_size % 2 == 0:
        return print(end="")
    return (kernel_size - 1) // 2


def same_padding_returns_the_error(kernel_size):
    if kernel_size % 2 == 0:
        return ValueError("even kernel")
    return (kernel_size - 1) // 2


def same_padding_asserts(kernel_size):
    if kernel_size % 2 == 0:
        raise AssertionError("even kernel")
    return (kernel_size - 1) // 2


def same_padding_returns_the_class(kernel_size):
    if kernel_size % 2 == 0:
        return ValueError
    return (kernel_size - 1) // 2


def same_padding_turned_round(kernel_size):
    if kernel_size % 2 == 1:
        raise ValueError("odd kernel")
    return (kernel_size - 1) // 2


def same_padding_returns_its_name(kernel_size):
    if kernel_size % 2 == 0:
        return "ValueError"
    return (kernel_size - 1) // 2


def same_padding_raises_another_kind(kernel_size):
    if kernel_size % 2 == 0:
        raise Exception("even kernel")
    return (kernel_size - 1) // 2


def padding(make=np.zeros, sides=None, place=None):
    """A learner's array and what is written into it, with a part put in."""

    def zero_pad(image, p):
        h, w = image.shape
        padded = make(sides(h, w, p) if sides else (h + 2 * p, w + 2 * p))
        padded[place(h, w, p) if place else np.s_[p : p + h, p : p + w]] = image
        return padded

    return zero_pad


zero_pad = padding()

zero_pad_of_a_square = padding(
    sides=lambda h, w, p: (h + 2 * p, h + 2 * p),
    place=lambda h, w, p: np.s_[p : p + h, p : p + h],
)


def zero_pad_one_side(image, p):
    height, width = image.shape
    padded = np.zeros((height + p, width + p))
    padded[p:, p:] = image
    return padded


def zero_pad_rows_of_the_old_width(image, p):
    zeros = [0] * p
    above = [[0] * image.shape[1]] * p
    return above + [[*zeros, *row, *zeros] for row in image] + above


def zero_pad_empty(image, p):
    return np.zeros([side + 2 * p for side in image.shape])


def zero_pad_shape_without_brackets(image, p):
    height, width = image.shape
    padded = np.zeros(height + 2 * p, width + 2 * p)
    padded[p : p + height, p : p + width] = image
    return padded


def zero_pad_adds_to_a_shape(image, p):
    return np.zeros(image.shape + 2 * p)


def count_layers(while_true):
    """A learner's loop, with its condition put in."""

    def valid_layers(n, f):
        layers = 0
        while while_true(n, f):
            n = n - f + 1
            layers += 1
        return layers

    return valid_layers


def layers_left_over(n, f):
    while n >= f:
        n = n - f + 1
    return n


RIGHT = {
    "same_padding": same_padding,
    "zero_pad": zero_pad,
    "valid_layers": count_layers(lambda n, f: n >= f),
}


WRONG = {
    "same_padding": [
        ("total", lambda f: f - 1, "half of it goes to each end"),
        ("even", same_padding_forgets_even, "raise a ValueError"),
        ("half_pixel", lambda f: (f - 1) / 2, "half a pixel"),
        ("plus_one", lambda f: (f + 1) // 2, "one too many"),
        ("no_minus_one", lambda f: f // 2, "raise a ValueError"),
        ("prints", same_padding_prints, "an even f raises a ValueError"),
        ("returns", same_padding_returns_the_error, "`raise` it instead"),
        ("asserts", same_padding_asserts, "with AssertionError"),
        (
            "class",
            same_padding_returns_the_class,
            "returns ValueError; `raise` it instead",
        ),
        (
            "turned_round",
            same_padding_turned_round,
            "the condition is turned round",
        ),
        (
            "name",
            same_padding_returns_its_name,
            "a text; write `raise ValueError(...)`",
        ),
        (
            "another_kind",
            same_padding_raises_another_kind,
            "with Exception; here it must raise ValueError. Solve n",
        ),
    ],
    "zero_pad": [
        ("one_side", zero_pad_one_side, "the shape must be"),
        (
            "minus_p",
            padding(place=lambda h, w, p: np.s_[p:-p, p:-p]),
            "[0:-0] is empty",
        ),
        ("square", zero_pad_of_a_square, "right for square pictures"),
        (
            "swapped",
            padding(place=lambda h, w, p: np.s_[p : p + w, p : p + h]),
            "right for square pictures",
        ),
        (
            "height",
            padding(place=lambda h, w, p: np.s_[p:h, p:w]),
            "ends before its second",
        ),
        ("old_size", padding(sides=lambda h, w, p: (h, w)), "height + 2p rows"),
        ("always_1", lambda image, p: np.pad(image, 1), "always one pixel"),
        ("ones", padding(make=np.ones), "not np.ones"),
        (
            "old_width",
            zero_pad_rows_of_the_old_width,
            "all rows must be equally long, not [3, 5]",
        ),
        ("empty", zero_pad_empty, "the picture is not in it"),
        ("brackets", zero_pad_shape_without_brackets, "A shape is one"),
        ("adds_to_a_shape", zero_pad_adds_to_a_shape, "with TypeError. The"),
        (
            "edge",
            lambda image, p: np.pad(image, p, mode="edge"),
            "must be zeros",
        ),
        (
            "rows_only",
            lambda image, p: np.pad(image, ((p, p), (0, 0))),
            "left and right are missing",
        ),
    ],
    "valid_layers": [
        ("n_over_f", lambda n, f: n // f, "takes off f − 1"),
        ("fraction", lambda n, f: (n - 1) / (f - 1), "round down"),
        ("strictly", count_layers(lambda n, f: n > f), "exactly f pixels"),
        ("to_zero", count_layers(lambda n, f: n > 0), "needs f pixels"),
        ("one_layer", lambda n, f: n - f + 1, "after one layer"),
        ("nearest", lambda n, f: round((n - 1) / (f - 1)), "must be rounded"),
        ("up", lambda n, f: 1 + (n - 2) // (f - 1), "must be rounded down"),
        ("left_over", layers_left_over, "left at the end"),
        ("returns_early", lambda n, f: 1 if n >= f else 0, "ends after one"),
        ("no_idea", lambda n, f: n + f, "count the steps"),
    ],
}
