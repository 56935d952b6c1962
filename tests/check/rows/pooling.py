"""Answers to the exercises of notebook 05: right ones and wrong ones."""

import numpy as np


def pool_with(of_window):
    """A learner's two loops over 2×2 windows."""

    def max_pool(x):
        out = np.zeros((x.shape[0] // 2, x.shape[1] // 2))
        for i in range(out.shape[0]):
            for j in range(out.shape[1]):
                out[i, j] = of_window(x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2])
        return out

    return max_pool


def max_pool_stride_one(x):
    out = np.zeros((x.shape[0] - 1, x.shape[1] - 1))
    for i, j in np.ndindex(out.shape):
        out[i, j] = x[i : i + 2, j : j + 2].max()
    return out


def max_pool_reshape(x):
    height, width = x.shape
    return x.reshape(height // 2, 2, width // 2, 2).max(axis=(1, 3))


def relu_from_zero(window):
    largest = 0
    for value in window.flat:
        largest = max(largest, value)
    return largest


def max_pool_square(x):
    side = len(x) // 2
    out = np.zeros((side, side))
    for i, j in np.ndindex(side, side):
        out[i, j] = x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].max()
    return out


def max_pool_into(start):
    """A learner's loops, with the array that they begin with put in."""

    def max_pool(x):
        out = start((x.shape[0] // 2, x.shape[1] // 2))
        for i, j in np.ndindex(out.shape):
            out[i, j] = x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].max()
        return out

    return max_pool


def max_pool_in_place(x):
    rows, columns = x.shape[0] // 2, x.shape[1] // 2
    for i, j in np.ndindex(rows, columns):
        x[i, j] = x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].max()
    return x[:rows, :columns]


def max_pool_windows_in_rows(x):
    rows, columns = x.shape[0] // 2, x.shape[1] // 2
    x = x[: 2 * rows, : 2 * columns]
    return x.reshape(rows, columns, 4).max(axis=2)


RIGHT = {
    "max_pool": pool_with(np.max),
    "global_average_pool": lambda x: [
        x[:, :, channel].mean() for channel in range(x.shape[-1])
    ],
    "pool_parameters": 0,
}


WRONG = {
    "max_pool": [
        ("average", pool_with(np.mean), "average pooling"),
        ("min", pool_with(np.min), "the smallest of the four"),
        ("stride_1", max_pool_stride_one, "move by 2, not by 1"),
        ("top_left", lambda x: x[::2, ::2], "keeps the top-left pixel"),
        ("from_0", pool_with(relu_from_zero), "do not start from 0"),
        ("reshape", max_pool_reshape, "right for even sides"),
        ("square", max_pool_square, "need not be square"),
        (
            "whole",
            max_pool_into(lambda shape: np.zeros(shape, int)),
            "your output array holds whole numbers",
        ),
        ("in_place", max_pool_in_place, "writes into what it was given"),
        ("reshape_order", max_pool_windows_in_rows, "neighbours in a row"),
        (
            "absolute",
            lambda x: pool_with(np.max)(abs(x)),
            "not the largest absolute value",
        ),
        ("one_maximum", np.max, "one maximum for each 2×2 window"),
        ("sum", pool_with(np.sum), "which four numbers"),
    ],
    "global_average_pool": [
        ("all", np.mean, "each channel keeps its own mean"),
        ("channels", lambda x: x.mean(axis=-1), "averages over the channels"),
        (
            "rounded",
            lambda x: x.mean(axis=(0, 1)).round(),
            "keep the fractions",
        ),
        (
            "divided_down",
            lambda x: x.sum((0, 1)) // x[..., 0].size,
            "// divides and rounds",
        ),
        ("batch_axes", lambda x: x.mean(axis=(1, 2)), "no batch axis"),
        ("max", lambda x: x.max(axis=(0, 1)), "global max pooling"),
        ("sum", lambda x: x.sum(axis=(0, 1)), "divide by the number of pixels"),
        (
            "keepdims",
            lambda x: x.mean(axis=(0, 1), keepdims=True),
            "leave keepdims out",
        ),
    ],
    "pool_parameters": [
        ("window", 4, "four places"),
        ("channels", 64, "one for each channel?"),
        ("size_and_stride", 2, "who chooses them"),
        ("nonsense", 12, "what could gradient descent change"),
    ],
}
