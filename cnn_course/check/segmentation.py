"""The exercises of notebook 22, segmentation."""

import numpy as np

from cnn_course.check.judge import FunctionExercise


def _mask(text):
    return np.array([[c == "#" for c in row] for row in text.split()])


def _iou(mask1, mask2):
    return (mask1 & mask2).sum() / (mask1 | mask2).sum()


mask_iou = FunctionExercise(
    "mask_iou",
    right=_iou,
    cases=(
        (_mask("##.. ##.. ...."), _mask(".##. .##. .##.")),
        (_mask("###. ...."), _mask("###. ....")),
        (_mask("#... ...."), _mask("...# ...#")),
        (_mask("#### ####"), _mask(".##. ....")),
    ),
    mistakes=(
        (
            lambda a, b: (a == b).mean(),
            "that is the pixel accuracy: pixels that are in neither count "
            "there, and here they don't.",
        ),
        (
            lambda a, b: 2 * (a & b).sum() / (a.sum() + b.sum()),
            "that is Dice's coefficient; divide by the union.",
        ),
        (
            lambda a, b: (a & b).sum() / (a.sum() + b.sum()),
            "the pixels in both are counted twice below.",
        ),
        (
            lambda a, b: (a & b).sum() / a.sum(),
            "that is the share of mask1 that is covered; divide by the union.",
        ),
        (
            lambda a, b: (a & b).sum() / b.sum(),
            "that is the share of mask2 that is covered; divide by the union.",
        ),
        (
            lambda a, b: (a & b).mean(),
            "divide by the pixels of the union, not by all pixels.",
        ),
        (
            lambda a, b: (a & b).sum() / (a ^ b).sum(),
            "^ leaves out the pixels that are in both; the union is |.",
        ),
        (
            lambda a, b: (a & b).sum(),
            "that is the intersection; now divide by the union.",
        ),
    ),
    hint="`mask1 & mask2` is the intersection, `mask1 | mask2` the union; "
    "count the True with .sum().",
)


def _lazy(ink, pixels):
    right = (pixels - ink) / pixels
    return right, right / 2


lazy_scores = FunctionExercise(
    "lazy_scores",
    right=_lazy,
    cases=((10, 100), (1, 2), (0.25 * 48**2, 48**2), (500, 96**2)),
    mistakes=(
        (
            lambda ink, pixels: (_lazy(ink, pixels)[0],) * 2,
            "the mean IoU is over two classes, and the ink's IoU is 0.",
        ),
        (
            lambda ink, pixels: _lazy(ink, pixels)[::-1],
            "the accuracy comes first.",
        ),
        (
            lambda ink, pixels: (ink / pixels, ink / pixels / 2),
            "the background's pixels are the right ones, not the ink's.",
        ),
        (
            lambda ink, pixels: (_lazy(ink, pixels)[0], 0.5),
            "the background's IoU is less than 1: the ink is called "
            "background, too, so it is in the union.",
        ),
        (
            lambda ink, pixels: (100 * _lazy(ink, pixels)[0],) * 2,
            "return shares from 0 to 1, not per cent.",
        ),
        (
            lambda ink, pixels: (_lazy(ink, pixels)[0], 0),
            "the ink's IoU is 0, but the background has one as well.",
        ),
    ),
    hint="called background: all; right are all but the ink. The "
    "background's IoU is those over all pixels, the ink's is 0.",
)

transpose_size = FunctionExercise(
    "transpose_size",
    right=lambda n, kernel_size, strides: strides * (n - 1) + kernel_size,
    cases=((2, 3, 2), (5, 2, 2), (7, 4, 2), (4, 5, 3), (6, 3, 1), (1, 5, 2)),
    mistakes=(
        (
            lambda n, kernel_size, strides: strides * n,
            'that is the size with padding="same"; without it the last window '
            "keeps its full length.",
        ),
        (
            lambda n, kernel_size, strides: strides * n + kernel_size,
            "n windows have n − 1 steps between them.",
        ),
        (
            lambda n, kernel_size, strides: (n - kernel_size) // strides + 1,
            "that is the way down, a convolution; this is the way up.",
        ),
        (
            lambda n, kernel_size, strides: strides * (n - 1) + 1,
            "the last window starts there, and is kernel_size long.",
        ),
        (
            lambda n, kernel_size, strides: n * kernel_size,
            "the windows overlap if the kernel is longer than the stride.",
        ),
        (
            lambda n, kernel_size, strides: strides * (n - 1) + kernel_size - 1,
            "count again: a window that starts at pixel 0 and has 3 pixels "
            "ends the picture at 3.",
        ),
    ),
    hint="where does the window of the last number start, and how long is it?",
)


def _spread(row, kernel, strides):
    y = np.zeros(strides * (len(row) - 1) + len(kernel))
    for i, number in enumerate(row):
        y[strides * i : strides * i + len(kernel)] += number * kernel
    return y


def _overwrite(row, kernel, strides):
    y = np.zeros(strides * (len(row) - 1) + len(kernel))
    for i, number in enumerate(row):
        y[strides * i : strides * i + len(kernel)] = number * kernel
    return y


spread_row = FunctionExercise(
    "spread_row",
    right=_spread,
    cases=(
        (np.array([1.0, 2, 3]), np.array([1.0, 10, 100]), 2),
        (np.array([1.0, 2]), np.array([3.0, 5]), 2),
        (np.array([2.0, 0, -1, 4]), np.array([1.0, 2, 3, 4]), 1),
        (np.array([7.0]), np.array([1.0, -1, 0]), 2),
    ),
    mistakes=(
        (
            _overwrite,
            "where windows overlap they add up: += in place of =.",
        ),
        (
            lambda row, kernel, strides: _spread(row, kernel[::-1], strides),
            "the kernel is not turned here; it is only turned if you write "
            "this as a convolution of the row with zeros put in.",
        ),
        (
            lambda row, kernel, strides: _spread(row, kernel, 1),
            "each number starts `strides` pixels after the one before.",
        ),
        (
            lambda row, kernel, strides: _spread(row, kernel, len(kernel)),
            "the windows start `strides` apart, not a kernel's length.",
        ),
        (
            lambda row, kernel, strides: _spread(row, kernel, strides)[
                : strides * len(row)
            ],
            'that is cut to strides · n, as for padding="same".',
        ),
    ),
    hint="start with zeros, strides · (n − 1) + the kernel's length of them; "
    "add number · kernel from place strides · i on.",
)

missing_rows = FunctionExercise(
    "missing_rows",
    right=lambda n, depth: -n % 2**depth,
    cases=((303, 3), (304, 3), (100, 4), (97, 1), (7, 0), (1, 5)),
    mistakes=(
        (
            lambda n, depth: n % 2**depth,
            "so many rows are too many; so many are missing to the next "
            "multiple: the rest.",
        ),
        (
            lambda n, depth: 2**depth - n % 2**depth,
            "if n is a multiple already, no row is missing.",
        ),
        (
            lambda n, depth: -n % (2 * max(depth, 0.5)),
            "the size is halved `depth` times: a multiple of 2 to the power "
            "of depth, not of 2 · depth.",
        ),
        (
            lambda n, depth: n + -n % 2**depth,
            "that is the new number of rows; how many are added?",
        ),
        (
            lambda n, depth: -n % 2 ** (depth + 1),
            "there is one halving less: depth 1 halves once.",
        ),
    ),
    hint="the next multiple of 2 ** depth, less n.",
)
