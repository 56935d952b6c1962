"""Answers to the exercises of notebook 18: right ones and wrong ones."""

import numpy as np


def count_windows(height, width, size, stride):
    rows = len(range(0, height - size + 1, stride))
    return rows * len(range(0, width - size + 1, stride))


def dense_to_kernel(weights, height, width):
    pixels, units = weights.shape
    channels = pixels // (height * width)
    return np.reshape(weights, (height, width, channels, units))


def window_in_photo(row, column, size, stride, scale):
    corner = np.array([column, row]) * stride
    return np.concatenate([corner, corner + size]) / scale


def hard_negatives(logits, has_face, most):
    falling = np.argsort(-logits)
    return [i for i in falling if logits[i] > 0 and not has_face[i]][:most]


def last_window_missing(height, width, size, stride):
    return ((height - size) // stride) * ((width - size) // stride)


RIGHT = {
    "count_windows": count_windows,
    "dense_to_kernel": dense_to_kernel,
    "window_in_photo": window_in_photo,
    "hard_negatives": hard_negatives,
}

WRONG = {
    "count_windows": [
        (
            "square",
            lambda height, width, size, stride: (
                ((height - size) // stride + 1) ** 2
            ),
            "need not be square",
        ),
        ("steps", last_window_missing, "at the start counts too"),
        (
            "every_pixel",
            lambda height, width, size, stride: count_windows(
                height, width, size, 1
            ),
            "stride of 1",
        ),
        (
            "not_rounded",
            lambda height, width, size, stride: (
                ((height - size) / stride + 1) * ((width - size) / stride + 1)
            ),
            "round down",
        ),
        (
            "added",
            lambda height, width, size, stride: (
                (height - size) // stride + 1 + (width - size) // stride + 1
            ),
            "multiply",
        ),
        (
            "size_ignored",
            lambda height, width, size, stride: (
                (height // stride) * (width // stride)
            ),
            "its size matters",
        ),
        (
            "other",
            lambda height, width, size, stride: height * width,
            "along each side",
        ),
    ],
    "dense_to_kernel": [
        (
            "channels_first",
            lambda weights, height, width: weights.reshape(
                -1, height, width, weights.shape[1]
            ),
            "after height and width",
        ),
        (
            "sides_swapped",
            lambda weights, height, width: dense_to_kernel(
                weights, width, height
            ),
            "height comes before width",
        ),
        (
            "transposed",
            lambda weights, height, width: weights.T.reshape(
                height, width, -1, weights.shape[1]
            ),
            "no transposing",
        ),
        (
            "units_first",
            lambda weights, height, width: weights.T.reshape(
                weights.shape[1], height, width, -1
            ),
            "(height, width, channels, filters)",
        ),
        (
            "one_axis",
            lambda weights, height, width: weights.reshape(height, width, -1),
            "give each its own",
        ),
        (
            "other",
            lambda weights, height, width: weights,
            "Reshape to (height, width, channels, units)",
        ),
    ],
    "window_in_photo": [
        (
            "swapped",
            lambda row, column, size, stride, scale: window_in_photo(
                column, row, size, stride, scale
            ),
            "it gives x",
        ),
        (
            "in_copy",
            lambda row, column, size, stride, scale: window_in_photo(
                row, column, size, stride, 1
            ),
            "in the small copy",
        ),
        (
            "times",
            lambda row, column, size, stride, scale: (
                window_in_photo(row, column, size, stride, 1) * scale
            ),
            "divide by the scale",
        ),
        (
            "small_window",
            lambda row, column, size, stride, scale: np.add(
                [0, 0, size, size],
                np.tile(np.array([column, row]) * stride / scale, 2),
            ),
            "covers more of the photograph",
        ),
        (
            "without_stride",
            lambda row, column, size, stride, scale: window_in_photo(
                row, column, size, 1, scale
            ),
            "stride pixels apart",
        ),
        (
            "side_by_side",
            lambda row, column, size, stride, scale: window_in_photo(
                row, column, size, size, scale
            ),
            "not their own size",
        ),
        (
            "width",
            lambda row, column, size, stride, scale: (
                stride * column / scale,
                stride * row / scale,
                size / scale,
                size / scale,
            ),
            "not width and height",
        ),
        (
            "other",
            lambda row, column, size, stride, scale: (0, 0, size, size),
            "stride · column",
        ),
    ],
    "hard_negatives": [
        (
            "easy_too",
            lambda logits, has_face, most: [
                i for i in np.argsort(-logits) if not has_face[i]
            ][:most],
            "those are easy",
        ),
        (
            "faces_too",
            lambda logits, has_face, most: [
                i for i in np.argsort(-logits) if logits[i] > 0
            ][:most],
            "is no mistake",
        ),
        (
            "unsorted",
            lambda logits, has_face, most: np.flatnonzero(
                (logits > 0) & ~has_face
            )[:most],
            "put the hardest first",
        ),
        (
            "easiest_first",
            lambda logits, has_face, most: hard_negatives(logits, has_face, 99)[
                ::-1
            ][:most],
            "highest logit is the hardest",
        ),
        (
            "faces_only",
            lambda logits, has_face, most: hard_negatives(
                logits, ~has_face, most
            ),
            "windows with a face",
        ),
        (
            "logits",
            lambda logits, has_face, most: [
                logits[i] for i in hard_negatives(logits, has_face, most)
            ],
            "the places are asked for",
        ),
        (
            "all",
            lambda logits, has_face, most: hard_negatives(logits, has_face, 99),
            "at most that many",
        ),
        (
            "other",
            lambda logits, has_face, most: np.zeros(0, int),
            "sorted by falling logit",
        ),
    ],
}
