"""Answers to the exercises of notebook 22: right ones and wrong ones."""

import numpy as np


def mask_iou(mask1, mask2):
    both = np.logical_and(mask1, mask2)
    return np.sum(both) / (np.sum(mask1) + np.sum(mask2) - np.sum(both))


def lazy_scores(ink, pixels):
    accuracy = 1 - ink / pixels
    return accuracy, np.mean([accuracy, 0])


def spread_row(row, kernel, strides):
    stuffed = np.zeros(strides * (len(row) - 1) + 1)
    stuffed[::strides] = row
    return np.convolve(stuffed, kernel)


def assigned(row, kernel, strides):
    y = np.zeros(strides * (len(row) - 1) + len(kernel))
    for i in range(len(row)):
        for j in range(len(kernel)):
            y[strides * i + j] = row[i] * kernel[j]
    return y


def missing_rows(n, depth):
    rows = 0
    while (n + rows) % 2**depth:
        rows += 1
    return rows


RIGHT = {
    "mask_iou": mask_iou,
    "lazy_scores": lazy_scores,
    "transpose_size": lambda n, kernel_size, strides: (
        strides * n + kernel_size - strides
    ),
    "spread_row": spread_row,
    "missing_rows": missing_rows,
}

WRONG = {
    "mask_iou": [
        ("accuracy", lambda a, b: np.mean(a == b), "pixel accuracy"),
        (
            "dice",
            lambda a, b: 2 * np.sum(a & b) / (np.sum(a) + np.sum(b)),
            "Dice",
        ),
        (
            "sum",
            lambda a, b: np.sum(a & b) / (np.sum(a) + np.sum(b)),
            "counted twice",
        ),
        ("first", lambda a, b: b[a].mean(), "share of mask1"),
        ("second", lambda a, b: a[b].mean(), "share of mask2"),
        ("all", lambda a, b: np.mean(a & b), "not by all pixels"),
        ("xor", lambda a, b: (a & b).sum() / (a ^ b).sum(), "union is |"),
        ("count", lambda a, b: np.sum(a & b), "now divide"),
        ("other", lambda a, b: 0.7, "count the True"),
    ],
    "lazy_scores": [
        ("same", lambda ink, n: (1 - ink / n, 1 - ink / n), "ink's IoU is 0"),
        (
            "swapped",
            lambda ink, n: (lazy_scores(ink, n)[1], lazy_scores(ink, n)[0]),
            "comes first",
        ),
        ("ink", lambda ink, n: (ink / n, ink / n / 2), "not the ink's"),
        ("half", lambda ink, n: (1 - ink / n, 0.5), "less than 1"),
        ("zero", lambda ink, n: (1 - ink / n, 0), "has one as well"),
        ("other", lambda ink, n: (0.9, 0.9), "called background"),
    ],
    "transpose_size": [
        ("same", lambda n, f, s: s * n, "same"),
        ("one_more", lambda n, f, s: s * n + f, "n − 1 steps"),
        ("down", lambda n, f, s: (n - f) // s + 1, "the way down"),
        ("start", lambda n, f, s: s * (n - 1) + 1, "starts there"),
        ("apart", lambda n, f, s: n * f, "overlap"),
        ("fence", lambda n, f, s: s * (n - 1) + f - 1, "count again"),
        ("other", lambda n, f, s: 2 * n, "last number"),
    ],
    "spread_row": [
        ("assigned", assigned, "add up"),
        (
            "turned",
            lambda row, kernel, s: spread_row(row, kernel[::-1], s),
            "not turned",
        ),
        ("one", lambda row, kernel, s: np.convolve(row, kernel), "strides"),
        (
            "side_by_side",
            lambda row, kernel, s: np.outer(row, kernel).ravel(),
            "apart",
        ),
        (
            "cut",
            lambda row, kernel, s: spread_row(row, kernel, s)[: s * len(row)],
            "that is cut",
        ),
        ("other", lambda row, kernel, s: row, "Start with zeros"),
    ],
    "missing_rows": [
        ("rest", lambda n, depth: n % 2**depth, "too many"),
        (
            "always",
            lambda n, depth: 2**depth - n % 2**depth,
            "no row is missing",
        ),
        (
            "times",
            lambda n, depth: -n % (2 * depth) if depth else 0,
            "2 · depth",
        ),
        ("size", lambda n, depth: n + missing_rows(n, depth), "new number"),
        ("deeper", lambda n, depth: -n % 2 ** (depth + 1), "halving less"),
        ("other", lambda n, depth: 17, "next multiple"),
    ],
}
