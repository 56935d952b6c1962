"""Answers to the exercises of notebook 01: right ones and wrong ones."""

import numpy as np
from scipy.signal import convolve2d, correlate2d


def sliding(of_window, fewer=0, steps=None):
    """A learner's two loops, with what is done to each window put in.

    The output has `fewer` rows and columns too few; steps(n, f) is how often
    the loops run, None for as often as the output has places.
    """

    def convolve(image, kernel):
        (n, m), (f, g) = image.shape, kernel.shape
        out = np.zeros((n - f + 1 - fewer, m - g + 1 - fewer))
        height, width = (steps(n, f), steps(m, g)) if steps else out.shape
        for i in range(height):
            for j in range(width):
                out[i, j] = of_window(image[i : i + f, j : j + g], kernel)
        return out

    return convolve


def window_sum(window, kernel):
    return (window * kernel).sum()


def convolve_swaps_sides(image, kernel):
    if kernel.shape[0] == kernel.shape[1]:
        return correlate2d(image, kernel, mode="valid")
    rows = image.shape[0] - kernel.shape[1] + 1
    columns = image.shape[1] - kernel.shape[0] + 1
    return correlate2d(image, kernel)[:rows, :columns]


def convolve_shrinking_windows(image, kernel):
    f, g = kernel.shape
    out = np.zeros((len(image) - f + 1, len(image[0]) - g + 1))
    for row in range(len(out)):
        for column in range(len(out[0])):
            out[row, column] = np.sum(image[row:f, column:g] * kernel)
    return out


def convolve_over_the_border(image, kernel):
    f, g = kernel.shape
    out = np.empty(image.shape)
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            window = image[i : i + f, j : j + g]
            out[i, j] = np.sum(kernel * window)
    return out


def convolve_writes_out_swapped(image, kernel):
    f, g = kernel.shape
    height, width = image.shape[0] - f + 1, image.shape[1] - g + 1
    out = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            out[j, i] = window_sum(image[i : i + f, j : j + g], kernel)
    return out


def convolve_reads_swapped(image, kernel):
    f, g = kernel.shape
    height, width = image.shape[0] - f + 1, image.shape[1] - g + 1
    out = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            out[i, j] = window_sum(image[j : j + f, i : i + g], kernel)
    return out


def convolve_counts_swapped(image, kernel):
    f, g = kernel.shape
    height, width = image.shape[0] - f + 1, image.shape[1] - g + 1
    out = np.zeros((height, width))
    for i in range(width):
        for j in range(height):
            out[i, j] = window_sum(image[i : i + f, j : j + g], kernel)
    return out


def convolve_three_by_three(image, kernel):
    height, width = image.shape[0] - 2, image.shape[1] - 2
    out = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            out[i, j] = np.sum(image[i : i + 3, j : j + 3] * kernel)
    return out


def convolve_windows_of_three(image, kernel):
    f, g = kernel.shape
    out = np.zeros((image.shape[0] - f + 1, image.shape[1] - g + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(image[i : i + 3, j : j + 3] * kernel)
    return out


def convolve_two_fewer(image, kernel):
    f, g = kernel.shape
    out = np.zeros((image.shape[0] - 2, image.shape[1] - 2))
    for i, j in np.ndindex(*out.shape):
        out[i, j] = np.sum(image[i : i + f, j : j + g] * kernel)
    return out


def convolve_square_output(image, kernel):
    f, g = kernel.shape
    side = image.shape[0] - f + 1
    out = np.zeros((side, side))
    for i in range(side):
        for j in range(side):
            out[i, j] = np.sum(image[i : i + f, j : j + g] * kernel)
    return out


def convolve_all_square(image, kernel):
    n, f = len(image), len(kernel)
    out = np.zeros((n - f + 1, n - f + 1))
    for i in range(n - f + 1):
        for j in range(n - f + 1):
            out[i, j] = np.sum(image[i : i + f, j : j + f] * kernel)
    return out


def convolve_square_kernel(image, kernel):
    (height, width), f = image.shape, len(kernel)
    out = np.zeros((height - f + 1, width - f + 1))
    for i in range(height - f + 1):
        for j in range(width - f + 1):
            out[i, j] = np.sum(image[i : i + f, j : j + f] * kernel)
    return out


def convolve_returns_in_the_inner_loop(image, kernel):
    f, g = kernel.shape
    out = np.zeros((image.shape[0] - f + 1, image.shape[1] - g + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(image[i : i + f, j : j + g] * kernel)
            return out


def convolve_returns_in_the_outer_loop(image, kernel):
    f, g = kernel.shape
    out = np.zeros((image.shape[0] - f + 1, image.shape[1] - g + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(image[i : i + f, j : j + g] * kernel)
        return out


def convolve_first_window(image, kernel):
    f, g = kernel.shape
    return np.sum(image[:f, :g] * kernel)


def convolve_last_window(image, kernel):
    (n, m), (f, g) = image.shape, kernel.shape
    for i in range(n - f + 1):
        for j in range(m - g + 1):
            out = np.sum(image[i : i + f, j : j + g] * kernel)
    return out


RIGHT = {
    "dense_weights": 200 * 100 * 3 * 500,
    "flip": lambda kernel: np.rot90(kernel, 2),
    "convolve": sliding(window_sum),
}


WRONG = {
    "dense_weights": [
        ("grey", 200 * 100 * 500, "three numbers a pixel"),
        ("biases", 200 * 100 * 3 * 500 + 500, "biases too"),
        ("inputs", 200 * 100 * 3, "each meets every unit"),
        ("text", "30000000", "numbers, not text in quotes. Every unit"),
        ("plus_units", 200 * 100 * 3 + 500, "something is added"),
        ("plus_colours", (200 * 100 + 3) * 500, "something is added"),
        ("half_perimeter", (200 + 100) * 3 * 500, "something is added"),
        ("two_products", 200 * 100 + 3 * 500, "something is added"),
        ("pixels_only", 200 * 100 + 3 + 500, "something is added"),
        ("all_plus", 200 + 100 + 3 + 500, "something is added"),
    ],
    "flip": [
        ("up_down", np.flipud, "left and right as well"),
        ("left_right", np.fliplr, "top and bottom as well"),
        ("transpose", np.transpose, "transpose"),
        ("quarter", np.rot90, "reverse the order of the rows"),
    ],
    "convolve": [
        (
            "flipped",
            lambda image, kernel: convolve2d(image, kernel, mode="valid"),
            "true convolution",
        ),
        ("one_fewer", sliding(window_sum, fewer=1), "last row and column"),
        ("mean", sliding(lambda w, k: (w * k).mean()), "take their sum"),
        ("transposed", sliding(lambda w, k: (w * k.T).sum()), "transposed"),
        (
            "same",
            lambda image, kernel: correlate2d(image, kernel, mode="same"),
            "a frame around the picture",
        ),
        ("product", sliding(lambda w, k: (w @ k).sum()), "the one weight"),
        ("matrix", sliding(np.matmul), "is one number"),
        ("no_sum", sliding(lambda w, k: w * k), "is one number"),
        ("own_sum", sliding(lambda w, k: sum(w * k)), "adds up the rows only"),
        ("shrinking", convolve_shrinking_windows, "shrinks as it moves"),
        (
            "all_pixels",
            sliding(window_sum, steps=lambda n, f: n),
            "windows stick out",
        ),
        ("over_the_border", convolve_over_the_border, "windows stick out"),
        ("writes_swapped", convolve_writes_out_swapped, "i and j are swapped"),
        ("reads_swapped", convolve_reads_swapped, "i and j are swapped"),
        ("counts_swapped", convolve_counts_swapped, "i and j are swapped"),
        ("three", convolve_three_by_three, "right for 3×3 kernels"),
        ("windows_of_3", convolve_windows_of_three, "right for 3×3 kernels"),
        ("two_fewer", convolve_two_fewer, "right for 3×3 kernels"),
        ("square_output", convolve_square_output, "can differ"),
        ("all_square", convolve_all_square, "can differ"),
        ("square_kernel", convolve_square_kernel, "can differ"),
        ("returns_early", convolve_returns_in_the_inner_loop, "the rest stays"),
        ("returns_a_row", convolve_returns_in_the_outer_loop, "the rest stays"),
        ("swapped_sides", convolve_swaps_sides, "the shape must be"),
        (
            "small_output",
            sliding(window_sum, fewer=1, steps=lambda n, f: n - f + 1),
            "Make the output that",
        ),
        (
            "a_step_too_far",
            sliding(window_sum, steps=lambda n, f: n - f + 2),
            "one step too many",
        ),
        (
            "loops_by_3",
            sliding(window_sum, steps=lambda n, f: n - 2),
            "right for 3×3 kernels",
        ),
        (
            "int",
            lambda image, kernel: sliding(window_sum)(image, kernel).astype(
                int
            ),
            "holds whole numbers only",
        ),
        ("first_window", convolve_first_window, "the sum of one window"),
        ("last_window", convolve_last_window, "the sum of one window"),
    ],
}
