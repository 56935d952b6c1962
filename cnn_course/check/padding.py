"""The exercises of notebook 02, Padding."""

import numpy as np

from cnn_course import geometry
from cnn_course.check.judge import FunctionExercise
from cnn_course.check.samples import ramp


def _same_padding_turned_round(kernel_size):
    if kernel_size % 2:
        raise ValueError
    return (kernel_size - 1) // 2


same_padding = FunctionExercise(
    "same_padding",
    right=geometry.same_padding,
    cases=((3,), (5,), (1,), (7,), (4,), (2,)),
    mistakes=(
        (
            lambda kernel_size: kernel_size - 1,
            "that is the total; half of it goes to each end.",
        ),
        (
            lambda kernel_size: kernel_size // 2,
            "right for odd kernels. An even one would make the output one "
            "pixel larger, so raise a ValueError.",
        ),
        (
            lambda kernel_size: (kernel_size + 1) // 2,
            "one too many: n + 2p − f + 1 = n gives p = (f − 1) / 2.",
        ),
        (
            lambda kernel_size: kernel_size / 2,
            "p = (f − 1) / 2: the minus one is missing.",
        ),
        (
            lambda kernel_size: (kernel_size - 1) // 2,
            "right for odd kernels. For an even one f − 1 is odd and does not "
            "split in two halves, so raise a ValueError.",
        ),
        (
            lambda kernel_size: (kernel_size - 1) / 2,
            "right for odd kernels. For an even one your function gives half "
            "a pixel, so raise a ValueError.",
        ),
        (
            _same_padding_turned_round,
            "the condition is turned round: for odd kernels f % 2 is 1. Raise "
            "the ValueError where it is 0.",
        ),
    ),
    hint="solve n + 2p − f + 1 = n for p; an even f raises a ValueError.",
)


def _pad(
    sides=lambda rows, columns: (rows, columns),
    place=lambda p, height, width: np.s_[p : p + height, p : p + width],
):
    """Zeros and one assignment, with the part that is wrong put in."""

    def zero_pad(image, p):
        height, width = image.shape
        padded = np.zeros(sides(height + 2 * p, width + 2 * p))
        padded[place(p, height, width)] = image
        return padded

    return zero_pad


zero_pad = FunctionExercise(
    "zero_pad",
    right=lambda image, p: np.pad(image, p),
    cases=((ramp(2, 3) + 1, 1), (ramp(3, 3) + 1, 2), (ramp(2, 2) + 1, 0)),
    mistakes=(
        (
            lambda image, p: np.pad(image, ((0, p), (0, p))),
            "zeros are needed on all four sides, not only below and right.",
        ),
        (
            lambda image, p: np.pad(image, ((0, 2 * p), (0, 2 * p))),
            "the size is right, but the picture must lie in the middle: its "
            "first pixel belongs in row p, column p.",
        ),
        (
            _pad(place=lambda p, height, width: np.s_[p:-p, p:-p]),
            "right for p > 0. For p = 0 the slice [0:-0] is empty; say where "
            "the picture ends without a minus sign.",
        ),
        (
            _pad(sides=lambda rows, columns: (columns, rows)),
            "right for square pictures. A shape is (rows, columns), height "
            "first.",
        ),
        (
            _pad(
                place=lambda p, height, width: np.s_[
                    p : p + width, p : p + height
                ]
            ),
            "right for square pictures. Height and width can differ: take "
            "both from image.shape, height first.",
        ),
        (
            _pad(place=lambda p, height, width: np.s_[p:height, p:width]),
            "the place that you write to is smaller than the picture. A slice "
            "ends before its second number: write padded[p : p + height, "
            "p : p + width], in an array of height + 2p rows and width + 2p "
            "columns.",
        ),
        (
            lambda image, p: np.pad(image, ((p, p), (0, 0))),
            "left and right are missing.",
        ),
        (
            lambda image, p: np.pad(image, ((0, 0), (p, p))),
            "above and below are missing.",
        ),
        (
            lambda image, p: np.pad(image, p, mode="edge"),
            "the frame must be zeros, not a copy of the border.",
        ),
        (
            lambda image, p: np.pad(image, p, constant_values=1),
            "the frame must be zeros: begin with np.zeros, not np.ones.",
        ),
        (
            lambda image, p: np.pad(image * 0, p),
            "the frame is there, but the picture is not in it: write it into "
            "the middle, from row p and column p on.",
        ),
        (
            lambda image, p: np.pad(image, 1),
            "the frame is always one pixel wide; make it p pixels wide.",
        ),
    ),
    hint="the result has p more rows above and below, p more columns left and "
    "right, all zero.",
    without="np.pad",
)
valid_layers = FunctionExercise(
    "valid_layers",
    right=lambda n, f: (n - 1) // (f - 1),
    cases=((28, 3), (28, 5), (7, 3), (6, 7), (32, 5)),
    mistakes=(
        (
            lambda n, f: n // (f - 1),
            "one too many where the last picture would have no pixel left: "
            "the kernel needs f pixels to fit. So (n − 1) / (f − 1) must be "
            "rounded down.",
        ),
        (
            lambda n, f: n - f + 1,
            "that is the side after one layer; count the layers.",
        ),
        (
            lambda n, f: n - (n - 1) // (f - 1) * (f - 1),
            "that is the side that is left at the end; count the layers.",
        ),
        (
            lambda n, f: int(n >= f),
            "`return` stands inside the loop, so it ends after one layer: move "
            "it to the left.",
        ),
        (
            lambda n, f: -(-n // (f - 1)),
            "the kernel needs f pixels to fit: stop when fewer than f are "
            "left, not when none is left.",
        ),
        (
            lambda n, f: max(0, -(-(n - f) // (f - 1))),
            "a side of exactly f pixels counts too: there the kernel fits "
            "once.",
        ),
        (
            lambda n, f: n // f,
            "a layer takes off f − 1 pixels, not f.",
        ),
        (
            lambda n, f: (n - 1) / (f - 1),
            "whole layers only: round down.",
        ),
        (
            lambda n, f: (n - f) // (f - 1),
            "one too few: the layer that leaves fewer than f pixels counts "
            "as well.",
        ),
    ),
    hint="start from n and apply n − f + 1 as long as the kernel fits "
    "(n >= f); count the steps.",
)
