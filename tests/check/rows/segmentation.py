"""Answers to the exercises of notebook 22: right ones and wrong ones."""

import numpy as np
from keras import layers, ops

from cnn_course.nets.unet import u_block


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


def spread_as(dtype):
    def answer(row, kernel, strides):
        y = np.zeros(strides * (len(row) - 1) + len(kernel), dtype(row))
        for i in range(len(row)):
            for j in range(len(kernel)):
                y[strides * i + j] += row[i] * kernel[j]
        return y

    return answer


def spread_step_one(row, kernel, strides):
    y = np.zeros(strides * (len(row) - 1) + len(kernel))
    for i in range(len(row)):
        y[i : i + len(kernel)] += row[i] * kernel
    return y


def up_step(x, skip, filters):
    conv = {"padding": "same", "activation": "relu"}
    x = layers.Conv2DTranspose(filters, (2, 2), strides=(2, 2))(x)
    x = ops.concatenate([skip, x], axis=3)
    x = layers.Conv2D(filters, (3, 3), **conv)(x)
    return layers.Conv2D(filters, (3, 3), **conv)(x)


def up_step_with(
    up=lambda x, filters: layers.Conv2DTranspose(filters, 2, 2)(x),
    join=lambda skip, x: layers.concatenate([skip, x]),
    after=layers.ReLU,
    padding="same",
    kernel_size=3,
):
    def answer(x, skip, filters):
        x = join(skip, up(x, filters))
        for _ in range(2):
            x = layers.Conv2D(filters, kernel_size, padding=padding)(x)
            x = after()(x)
        return x

    return answer


def one_convolution(x, skip, filters):
    x = layers.Conv2DTranspose(filters, 2, 2)(x)
    x = layers.Concatenate()([skip, x])
    return layers.Conv2D(filters, 3, padding="same", activation="relu")(x)


def u_of_the_package(x, skip, filters):
    return u_block(skip, filters, 1)


def no_return(x, skip, filters):
    up_step(x, skip, filters)


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
    "up_step": up_step,
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
        (
            "both_classes",
            lambda a, b: np.mean([mask_iou(a, b), mask_iou(~a, ~b)]),
            "mean over two classes",
        ),
        ("background", lambda a, b: mask_iou(~a, ~b), "of the background"),
        ("equal", lambda a, b: (a == b).sum() / (a | b).sum(), "both are F"),
        ("union", lambda a, b: np.sum(a | b), "the intersection by it"),
        ("distance", lambda a, b: 1 - mask_iou(a, b), "two differ"),
        ("rounded", lambda a, b: round(mask_iou(a, b), 2), "not rounded"),
        ("floor", lambda a, b: (a & b).sum() // (a | b).sum(), "not by //"),
        ("len", lambda a, b: len(a & b) / len(a | b), "counts the rows"),
        ("python_sum", lambda a, b: sum(a & b) / sum(a | b), "adds up the"),
        ("per_cent", lambda a, b: 100 * mask_iou(a, b), "per cent"),
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
        (
            "per_cent",
            lambda ink, n: 100 * np.array(lazy_scores(ink, n)),
            "not per cent",
        ),
        ("counts", lambda ink, n: (n - ink, (n - ink) / 2), "by the number"),
        ("found", lambda ink, n: (1 - ink / n, 1 - ink / n / 2), "0, not 1"),
        ("perfect", lambda ink, n: (1, 0.5), "so they are wrong"),
        ("one", lambda ink, n: 1 - ink / n, "two numbers"),
    ],
    "transpose_size": [
        ("same", lambda n, f, s: s * n, "same"),
        ("one_more", lambda n, f, s: s * n + f, "n − 1 steps"),
        ("down", lambda n, f, s: (n - f) // s + 1, "the way down"),
        ("start", lambda n, f, s: s * (n - 1) + 1, "starts there"),
        ("apart", lambda n, f, s: n * f, "overlap"),
        ("fence", lambda n, f, s: s * (n - 1) + f - 1, "count again"),
        ("other", lambda n, f, s: 7 * n, "last number"),
        ("one_too_many", lambda n, f, s: s * (n - 1) + f + 1, "one too many"),
        ("turned", lambda n, f, s: f * (n - 1) + s, "other way round"),
        ("divided", lambda n, f, s: (n - 1) // s + f, "you divide"),
        ("shrinks", lambda n, f, s: s * (n - f) + 1, "so the map grows"),
        ("stride_1", lambda n, f, s: n + f - 1, "apart, not one"),
        ("last", lambda n, f, s: s * (n - 1), "there starts"),
        ("square", lambda n, f, s: (s * (n - 1) + f) ** 2, "the side is"),
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
        ("integers", spread_as(lambda row: int), "has whole numbers"),
        ("row_dtype", spread_as(lambda row: row.dtype), "has whole numbers"),
        (
            "repeated",
            lambda row, kernel, s: np.convolve(row.repeat(s), kernel),
            "you repeat each number",
        ),
        (
            "longer",
            lambda row, kernel, s: np.append(
                spread_row(row, kernel, s), [0] * s
            ),
            "too many at the end",
        ),
        (
            "not_multiplied",
            lambda row, kernel, s: spread_row(np.ones_like(row), kernel, s),
            "by the number",
        ),
        (
            "trailing_zeros",
            lambda row, kernel, s: np.convolve(
                np.column_stack([row, *[0 * row] * (s - 1)]).ravel(), kernel
            ),
            "none after the last",
        ),
        (
            "windows",
            lambda row, kernel, s: np.outer(row, kernel),
            "add them up",
        ),
        ("step_one", spread_step_one, "not at i"),
    ],
    "missing_rows": [
        ("rest", lambda n, depth: n % 2**depth, "beyond the last multiple"),
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
        ("other", lambda n, depth: 17, "must leave no rest"),
        ("even", lambda n, depth: n % 2, "halved once"),
        ("to_power", lambda n, depth: abs(n - 2**depth), "to 2 ** depth it"),
        ("xor", lambda n, depth: -n % (2 ^ depth), "^ is something"),
        ("sign", lambda n, depth: -missing_rows(n, depth), "the sign"),
        ("eight", lambda n, depth: -n % 8, "for a depth of 3"),
        ("count", lambda n, depth: -(-n // 2**depth), "how many times"),
    ],
    "up_step": [
        ("added", up_step_with(join=lambda skip, x: skip + x), "as ResNet"),
        (
            "skip_last",
            up_step_with(join=lambda skip, x: layers.concatenate([x, skip])),
            "skip comes first",
        ),
        ("no_skip", up_step_with(join=lambda skip, x: x), "isn't used"),
        (
            "rows",
            up_step_with(
                join=lambda skip, x: ops.concatenate([skip, x], axis=1)
            ),
            "the last axis",
        ),
        ("linear", up_step_with(after=layers.Identity), "followed by ReLU."),
        (
            "relu_up",
            up_step_with(
                up=lambda x, filters: layers.ReLU()(
                    layers.Conv2DTranspose(filters, 2, 2)(x)
                )
            ),
            "has no ReLU",
        ),
        (
            "kernel_3",
            up_step_with(
                up=lambda x, filters: layers.Conv2DTranspose(
                    filters, 3, strides=2, padding="same"
                )(x)
            ),
            "kernel of 2×2",
        ),
        (
            "upsampling",
            up_step_with(up=lambda x, filters: layers.UpSampling2D()(x)),
            "learns nothing",
        ),
        (
            "no_stride",
            up_step_with(
                up=lambda x, filters: layers.Conv2DTranspose(filters, 2)(x)
            ),
            "the call stops",
        ),
        ("one", one_convolution, "not one"),
        ("valid", up_step_with(padding="valid"), "keep its size"),
        ("small", up_step_with(kernel_size=1), "kernels of 3×3"),
        (
            "norm",
            up_step_with(after=layers.BatchNormalization),
            "batch normalisation: 0 expected",
        ),
        ("package", u_of_the_package, "package's own"),
        ("nothing", no_return, "is `return` missing?"),
        ("other", up_step_with(after=layers.Softmax), "where is ReLU"),
    ],
}
