"""Answers to the exercises of Part I: right ones and wrong ones."""

import math

import numpy as np
from scipy.signal import convolve2d, correlate2d

# --- Answers as learners write them -----------------------------------------
# One block an exercise: what is right first, then what people get wrong.


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


def side(n, f, p, s):
    return (n + 2 * p - f) // s + 1


def floor_not_imported(*arguments):
    return floor(7 / 2)  # noqa: F821


def receptive_field(layers):
    size, jump = 1, 1
    for kernel_size, stride in layers:
        size += (kernel_size - 1) * jump
        jump *= stride
    return size


def receptive_field_own_stride(layers):
    size, jump = 1, 1
    for kernel_size, stride in layers:
        jump *= stride
        size += (kernel_size - 1) * jump
    return size


def receptive_field_last_stride(layers):
    size, jump = 1, 1
    for kernel_size, stride in layers:
        size += (kernel_size - 1) * jump
        jump = stride
    return size


def receptive_field_strides_add(layers):
    size, jump = 1, 1
    for kernel_size, stride in layers:
        size += (kernel_size - 1) * jump
        jump += stride
    return size


def receptive_field_not_added(layers):
    size, jump = 1, 1
    for kernel_size, stride in layers:
        size = (kernel_size - 1) * jump
        jump *= stride
    return size


def receptive_field_window_only(layers):
    size, jump = 1, 1
    for kernel_size, stride in layers:
        size = kernel_size * jump
        jump *= stride
    return size


def receptive_field_f_steps(layers):
    size, jump = 1, 1
    for kernel_size, stride in layers:
        size += kernel_size * jump
        jump *= stride
    return size


def receptive_field_not_reversed(layers):
    size = 1
    for kernel_size, stride in layers:
        size = size * stride + kernel_size - stride
    return size


def receptive_field_jump_zero(layers):
    size, jump = 1, 0
    for kernel_size, stride in layers:
        size += (kernel_size - 1) * jump
        jump *= stride
    return size


def receptive_field_no_start(layers):
    jump = 1
    for kernel_size, stride in layers:
        size += (kernel_size - 1) * jump  # noqa: F821
        jump *= stride
    return size


def receptive_field_from_zero(layers):
    size, jump = 0, 1
    for kernel_size, stride in layers:
        size += (kernel_size - 1) * jump
        jump *= stride
    return size


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


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_overflows(z):
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


def softmax_of_the_batch(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def softmax_of_columns(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=0)


def max_pool_backward_with(share):
    """A learner's loops, with the gradient of one window put in."""

    def max_pool_backward(dy, x):
        dx = np.zeros(x.shape)
        for i, j in np.ndindex(dy.shape):
            rows, columns = slice(2 * i, 2 * i + 2), slice(2 * j, 2 * j + 2)
            dx[rows, columns] = share(x[rows, columns], dy[i, j])
        return dx

    return max_pool_backward


def max_pool_backward_at(place):
    """A learner's loops that write dy at a place of their own."""

    def max_pool_backward(dy, x):
        dx = np.zeros(x.shape)
        for i in range(dy.shape[0]):
            for j in range(dy.shape[1]):
                window = x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
                row, column = np.unravel_index(window.argmax(), (2, 2))
                dx[place(i, j, row, column)] = dy[i, j]
        return dx

    return max_pool_backward


def to_the_winner(window, gradient):
    share = np.zeros((2, 2))
    share[np.unravel_index(window.argmax(), (2, 2))] = gradient
    return share


def to_the_loser(window, gradient):
    return to_the_winner(-window, gradient)


RIGHT = {
    "dense_weights": 200 * 100 * 3 * 500,
    "flip": lambda kernel: np.rot90(kernel, 2),
    "convolve": sliding(window_sum),
    "same_padding": same_padding,
    "zero_pad": zero_pad,
    "valid_layers": count_layers(lambda n, f: n >= f),
    "output_size": lambda n, f, p, s: len(range(0, n + 2 * p - f + 1, s)),
    "same_output": lambda n, s: math.ceil(n / s),
    "dilated_span": lambda f, d: f + (f - 1) * (d - 1),
    "conv_parameters": lambda f, c_in, c_out: f**2 * c_in * c_out + c_out,
    "layer_shape": lambda n, c_in, filters, f, p, s: [
        side(n, f, p, s),
        side(n, f, p, s),
        filters,
    ],
    "receptive_field": receptive_field,
    "max_pool": pool_with(np.max),
    "global_average_pool": lambda x: [
        x[:, :, channel].mean() for channel in range(x.shape[-1])
    ],
    "pool_parameters": 0,
    "flattened": 800,
    "leaky_relu_gradient": lambda x, slope: (x > 0) + slope * (x <= 0),
    "softmax": softmax,
    "max_pool_backward": max_pool_backward_with(to_the_winner),
}

# exercise: (what is wrong, the answer, words of the hint that fits)
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
    "output_size": [
        ("no_floor", lambda n, f, p, s: (n + 2 * p - f) / s + 1, "round down"),
        (
            "ceil",
            lambda n, f, p, s: math.ceil((n + 2 * p - f) / s) + 1,
            "not up",
        ),
        ("one_p", lambda n, f, p, s: (n + p - f) // s + 1, "both ends"),
        ("no_plus_1", lambda n, f, p, s: (n + 2 * p - f) // s, "counts too"),
        (
            "one_less",
            lambda n, f, p, s: (n + 2 * p - f - 1) // s + 1,
            "n + 2p − f itself",
        ),
        ("brackets", lambda n, f, p, s: n + 2 * p - f // s + 1, "brackets"),
        ("floor", floor_not_imported, "NameError. The last window can"),
        (
            "squared",
            lambda n, f, p, s: side(n, f, p, s) ** 2,
            "side times side",
        ),
        ("no_idea", lambda n, f, p, s: n * s, "Floor division is //"),
    ],
    "same_output": [
        ("down", lambda n, s: n // s, "fewer than s pixels gets a window"),
        ("fraction", lambda n, s: n / s, "whole pixels only: math.ceil"),
        ("no_idea", lambda n, s: n * s, "math.ceil rounds up"),
        ("ignores_s", lambda n, s: n, "at stride 1 only"),
        ("plus_1", lambda n, s: n // s + 1, "where s divides n"),
        ("nearest", lambda n, s: round(n / s), "not to the nearest"),
    ],
    "dilated_span": [
        ("f_gaps", lambda f, d: d * f, "f − 1 gaps"),
        ("no_first", lambda f, d: d * (f - 1), "first weight"),
        ("sum", lambda f, d: f + d, "d pixels long"),
        ("one_gap", lambda f, d: f + d - 1, "one gap only"),
        ("d_between", lambda f, d: f + (f - 1) * d, "puts d − 1 pixels"),
        ("two", lambda f, d: 1 + 2 * d, "right for f = 3"),
        ("two_gaps", lambda f, d: f + 2 * d - 2, "right for f = 3"),
        ("gaps_only", lambda f, d: (d - 1) * (f - 1), "in the gaps only"),
    ],
    "conv_parameters": [
        ("no_bias", lambda f, c_in, c_out: f * f * c_in * c_out, "biases are"),
        (
            "one_bias",
            lambda f, c_in, c_out: f * f * c_in * c_out + 1,
            "not one for the layer",
        ),
        ("flat", lambda f, c_in, c_out: (f * f + 1) * c_out, "as deep as"),
        ("row", lambda f, c_in, c_out: (f * c_in + 1) * c_out, "f columns"),
        (
            "no_filters",
            lambda f, c_in, c_out: f * f * c_in + 1,
            "that is one filter",
        ),
    ],
    "layer_shape": [
        (
            "texts_of_two_lengths",
            lambda *sizes: ["28", "28", "8"],
            "the answer must be made of numbers",
        ),
        (
            "channels_in",
            lambda n, c_in, filters, f, p, s: (
                side(n, f, p, s),
                side(n, f, p, s),
                c_in,
            ),
            "as many channels as there are filters",
        ),
        (
            "channels_multiply",
            lambda n, c_in, filters, f, p, s: (
                side(n, f, p, s),
                side(n, f, p, s),
                c_in * filters,
            ),
            "sums over all input channels",
        ),
        (
            "no_channels",
            lambda n, c_in, filters, f, p, s: (side(n, f, p, s),) * 2,
            "number of channels is missing",
        ),
        (
            "side_only",
            lambda n, c, k, f, p, s: side(n, f, p, s),
            "three numbers are asked for",
        ),
        ("floor", floor_not_imported, "floor division is //"),
        (
            "channels_first",
            lambda n, c_in, filters, f, p, s: (
                filters,
                side(n, f, p, s),
                side(n, f, p, s),
            ),
            "channels come last",
        ),
        (
            "no_floor",
            lambda n, c_in, filters, f, p, s: (
                (n + 2 * p - f) / s + 1,
                (n + 2 * p - f) / s + 1,
                filters,
            ),
            "round the side down",
        ),
        (
            "no_padding",
            lambda n, c_in, filters, f, p, s: (
                side(n, f, 0, s),
                side(n, f, 0, s),
                filters,
            ),
            "padding is missing",
        ),
    ],
    "receptive_field": [
        (
            "no_strides",
            lambda layers: 1 + sum(f - 1 for f, _ in layers),
            "strides below are missing",
        ),
        ("adds_f", lambda layers: sum(f for f, _ in layers), "overlap"),
        ("own_stride", receptive_field_own_stride, "after the size"),
        ("last_stride", receptive_field_last_stride, "the last stride only"),
        ("strides_add", receptive_field_strides_add, "strides multiply"),
        ("not_added", receptive_field_not_added, "+= instead of ="),
        ("window", receptive_field_window_only, "and it adds f − 1 steps"),
        ("f_steps", receptive_field_f_steps, "f − 1 steps, not f"),
        ("downwards", receptive_field_not_reversed, "reverse the list"),
        ("jump_0", receptive_field_jump_zero, "Is the jump 0?"),
        ("no_start", receptive_field_no_start, "UnboundLocalError. Go through"),
        ("from_0", receptive_field_from_zero, "start from 1"),
    ],
    "max_pool": [
        ("average", pool_with(np.mean), "average pooling"),
        ("min", pool_with(np.min), "the smallest of the four"),
        ("stride_1", max_pool_stride_one, "move by 2, not by 1"),
        ("top_left", lambda x: x[::2, ::2], "keeps the top-left pixel"),
        ("from_0", pool_with(relu_from_zero), "do not start from 0"),
        ("reshape", max_pool_reshape, "right for even sides"),
        ("one_maximum", np.max, "one maximum for each 2×2 window"),
        ("sum", pool_with(np.sum), "keep the largest number"),
    ],
    "global_average_pool": [
        ("all", np.mean, "each channel keeps its own mean"),
        ("channels", lambda x: x.mean(axis=-1), "averages over the channels"),
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
    "flattened": [
        ("one_channel", 25, "32 channels"),
        ("rounds_up", 6 * 6 * 32, "round down"),
        ("same", 7 * 7 * 32, "takes off 2 pixels"),
        ("one_pool", 11 * 11 * 32, "halves the side once more"),
        ("channels_in", 5 * 5 * 16 * 32, "sums over its 16 input channels"),
        ("no_pool", 24 * 24 * 32, "two poolings are missing"),
        ("shape", (5, 5, 32), "one number is asked for"),
    ],
    "leaky_relu_gradient": [
        ("activation", lambda x, a: np.maximum(x, a * x), "activation itself"),
        ("relu", lambda x, a: (x > 0).astype(float), "ReLU's gradient"),
        ("swapped", lambda x, a: np.where(x < 0, 1, a), "swapped"),
        ("negative", lambda x, a: np.where(x > 0, 1, -a), "is positive"),
        ("value_above", lambda x, a: np.where(x > 0, x, a), "return x"),
        ("value_below", lambda x, a: np.where(x > 0, 1, a * x), "slope * x"),
        ("at_zero", lambda x, a: (x > 0) + a * (x < 0), "there you return 0"),
        ("scalar", lambda x, a: 1 if x > 0 else a, "with ValueError"),
        ("scalar_way", lambda x, a: 1 if x > 0 else a, "np.where"),
    ],
    "softmax": [
        ("overflow", softmax_overflows, "exp(1000) overflows"),
        ("sigmoid", lambda z: 1 / (1 + np.exp(-z)), "sigmoid"),
        ("batch", softmax_of_the_batch, "the whole batch sums to 1"),
        ("naive", lambda z: np.exp(z) / np.exp(z).sum(), "the whole batch"),
        ("columns", softmax_of_columns, "the columns sum to 1"),
        (
            "naive_columns",
            lambda z: np.exp(z) / np.exp(z).sum(axis=0),
            "the columns sum to 1",
        ),
        (
            "no_keepdims",
            lambda z: np.exp(z) / np.exp(z).sum(axis=1),
            "one number a row",
        ),
        (
            "no_keepdims_twice",
            lambda z: (
                np.exp(z - z.max(axis=1))
                / np.exp(z - z.max(axis=1)).sum(axis=1)
            ),
            "one number a row",
        ),
        (
            "maximum_without_keepdims",
            lambda z: softmax_overflows(z - z.max(axis=1)),
            "one maximum a row",
        ),
        ("only_exp", np.exp, "divide each row by its sum"),
        (
            "only_stable_exp",
            lambda z: np.exp(z - z.max(axis=1, keepdims=True)),
            "divide each row by its sum",
        ),
        (
            "minimum",
            lambda z: softmax_overflows(z - z.min(axis=1, keepdims=True)),
            "above 0",
        ),
        (
            "mean",
            lambda z: softmax_overflows(z - z.mean(axis=1, keepdims=True)),
            "above 0",
        ),
        ("no_exp", lambda z: z / z.sum(axis=-1)[:, None], "exponential"),
        ("class", lambda z: z.argmax(axis=-1), "the shape must be (2, 3)"),
    ],
    "max_pool_backward": [
        (
            "ties",
            max_pool_backward_with(
                lambda w, gradient: (w == w.max()) * gradient
            ),
            "only the first in reading order",
        ),
        (
            "average",
            max_pool_backward_with(lambda window, gradient: gradient / 4),
            "as average pooling does",
        ),
        (
            "everyone",
            max_pool_backward_with(lambda window, gradient: gradient),
            "not all four",
        ),
        ("loser", max_pool_backward_with(to_the_loser), "min pooling"),
        (
            "one",
            max_pool_backward_with(lambda w, gradient: to_the_winner(w, 1)),
            "they get 1",
        ),
        (
            "keeps_x",
            max_pool_backward_with(lambda w, _: to_the_winner(w, w.max())),
            "they keep x",
        ),
        (
            "row_and_column_swapped",
            max_pool_backward_with(lambda w, g: to_the_winner(w, g).T),
            "swapped",
        ),
        (
            "top_left",
            max_pool_backward_with(lambda w, g: [[g, 0], [0, 0]]),
            "whoever has won",
        ),
        (
            "first_window",
            max_pool_backward_at(lambda i, j, row, column: (row, column)),
            "first window",
        ),
        (
            "windows_overlap",
            max_pool_backward_at(
                lambda i, j, row, column: (i + row, j + column)
            ),
            "do not overlap",
        ),
        ("returns_dy", lambda dy, x: dy, "most of them are 0"),
    ],
}
