"""The exercises of Part I, notebooks 01 to 06."""

import math

import numpy as np

from cnn_course import filters, geometry, scratch
from cnn_course.check.judge import FunctionExercise, ValueExercise


def _ramp(*shape):
    """A small picture whose numbers are all different."""
    return np.arange(math.prod(shape), dtype=float).reshape(shape) ** 2 % 17


# --- 01 edge detection ------------------------------------------------------


dense_weights = ValueExercise(
    "dense_weights",
    right=200 * 100 * 3 * 500,
    mistakes=(
        (200 * 100 * 500, "a colour picture has three numbers a pixel."),
        (
            200 * 100 * 3 * 500 + 500,
            "that counts the 500 biases too; the question is the weights.",
        ),
        (200 * 100 * 3, "those are the inputs; each meets every unit."),
        *(
            (
                answer,
                "something is added there; multiply: height, width, colours "
                "and units are all factors.",
            )
            for answer in (
                200 * 100 * 3 + 500,
                200 * 100 + 3 * 500,
                200 * 100 + 3 + 500,
                (200 * 100 + 3) * 500,
                (200 + 100) * 3 * 500,
                200 + 100 + 3 + 500,
            )
        ),
    ),
    hint="every unit has one weight for every number of the picture.",
)

flip = FunctionExercise(
    "flip",
    right=lambda kernel: kernel[::-1, ::-1],
    cases=((_ramp(3, 3),), (filters.SOBEL_VERTICAL,), (_ramp(2, 4),)),
    mistakes=(
        (
            lambda kernel: kernel[::-1],
            "that flips top and bottom only; flip left and right as well.",
        ),
        (
            lambda kernel: kernel[:, ::-1],
            "that flips left and right only; flip top and bottom as well.",
        ),
        (
            lambda kernel: kernel.T,
            "that is the transpose: it mirrors along the diagonal. Convolution "
            "reverses the order of the rows and of the columns.",
        ),
    ),
    hint="reverse the order of the rows and of the columns: kernel[::-1, …].",
)


def _fitting(image, kernel):
    """The sides of the output: how often the kernel fits, down and across."""
    return [n - f + 1 for n, f in zip(image.shape, kernel.shape, strict=True)]


def _by_rows(image, kernel):
    """The sides of an output that is always square."""
    return [len(image) - len(kernel) + 1] * 2


def _by_three(image, kernel):
    """The sides of an output for a kernel that is always 3×3."""
    return [n - 2 for n in image.shape]


def _loops(
    sides=_fitting,
    ranges=None,
    window=lambda image, i, j, rows, columns: image[
        i : i + rows, j : j + columns
    ],
    span=np.shape,
    total=lambda window, kernel: (window * kernel).sum(),
    place=lambda i, j: (i, j),
    stop=None,
):
    """Two loops as learners write them, with the part that is wrong put in."""

    def convolve(image, kernel):
        output = np.zeros(sides(image, kernel))
        height, width = (ranges or sides)(image, kernel)
        for i in range(height):
            for j in range(width):
                seen = window(image, i, j, *span(kernel))
                output[place(i, j)] = total(seen, kernel)
                if stop == "number":
                    return output
            if stop == "row":
                return output
        return output

    return convolve


def _picture(image, kernel):
    return image.shape


def _one_fewer(image, kernel):
    """The sides of an output that is a row and a column too small."""
    return [side - 1 for side in _fitting(image, kernel)]


def _one_more(image, kernel):
    """How far loops run that make a step too many, down and across."""
    return [side + 1 for side in _fitting(image, kernel)]


def _crossed(image, i, j, rows, columns):
    return image[j : j + rows, i : i + columns]


def _shrinking(image, i, j, rows, columns):
    return image[i:rows, j:columns]


def _padded(image, kernel):
    """The convolution of a picture with a frame of zeros."""
    frame = [
        geometry.padding_amounts(n, f, padding="same")
        for n, f in zip(image.shape, kernel.shape, strict=True)
    ]
    return scratch.convolve_one(np.pad(image, frame), kernel)


_OVER_THE_BORDER = (
    "the loops run over the whole picture, so the last windows stick out of "
    "it: a kernel fits at n − f + 1 positions, so loop over range(n - f + 1)."
)
_ONE_FEWER = (
    "the last row and column are missing: a kernel fits at n − f + 1 "
    "positions. Make the output that large, and loop over range(n - f + 1)."
)
_SUM_MISSING = (
    "each output is one number: `@` is the matrix product, `*` alone leaves "
    "a matrix, and Python's own sum() adds up the rows only. Multiply and add "
    "up: (window * kernel).sum()."
)
_SHRINKS = (
    "the window shrinks as it moves: a slice ends before its second number. "
    "Write image[i : i + rows, j : j + columns]."
)
_SWAPPED = (
    "i and j are swapped: i counts the rows and comes first, in the loops' "
    "ranges, in image[...] and in output[...]."
)
_THREE = (
    "right for 3×3 kernels. Do not write the 3 (or 2 = 3 − 1) as a number: "
    "take rows and columns from kernel.shape."
)
_SQUARE = (
    "right where picture and kernel are square. Height and width can differ: "
    "count rows with shape[0] and columns with shape[1], of both."
)
_RETURNS_EARLY = (
    "`return` stands inside a loop, so the rest stays 0: move it to the left, "
    "below both loops."
)
_ONE_SUM = (
    "that is the sum of one window. Make an array of zeros, n − f + 1 rows and "
    "columns, write each window's sum into its place, and return the array."
)

convolve = FunctionExercise(
    "convolve",
    right=scratch.convolve_one,
    cases=(
        (_ramp(4, 4), np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]])),
        (_ramp(6, 5), filters.SCHARR_HORIZONTAL),
        (_ramp(5, 5), np.array([[0.5, 2], [3, 5]])),
        (_ramp(4, 6), np.array([[1.0, 2, 3], [5, 4, 1]])),
        (_ramp(3, 3), np.array([[2.0]])),
    ),
    mistakes=(
        (
            lambda image, kernel: scratch.convolve_one(
                image, kernel[::-1, ::-1]
            ),
            "your kernel is flipped: that is a true convolution. Deep learning "
            "lays the kernel on the picture as it is.",
        ),
        (_loops(sides=_one_fewer), _ONE_FEWER),
        (_loops(sides=_one_fewer, ranges=_fitting), _ONE_FEWER),
        (
            _loops(total=lambda window, kernel: (window * kernel.T).sum()),
            "the kernel is transposed: check which index runs down and which "
            "runs across.",
        ),
        (_loops(window=_shrinking), _SHRINKS),
        (_loops(sides=_picture), _OVER_THE_BORDER),
        (_loops(ranges=_picture), _OVER_THE_BORDER),
        (
            _loops(ranges=_one_more),
            "the loops make one step too many: the last window starts at "
            "n − f, and range(n - f + 1) ends there.",
        ),
        (
            _loops(total=lambda window, kernel: (window @ kernel).sum()),
            "`@` is the matrix product. Here each pixel meets the one weight "
            "that lies on it: (window * kernel).sum().",
        ),
        (_loops(total=lambda window, kernel: window @ kernel), _SUM_MISSING),
        (_loops(total=lambda window, kernel: window * kernel), _SUM_MISSING),
        (_loops(place=lambda i, j: (j, i)), _SWAPPED),
        (_loops(window=_crossed), _SWAPPED),
        (
            _loops(ranges=lambda image, kernel: _fitting(image, kernel)[::-1]),
            _SWAPPED,
        ),
        (_loops(sides=_by_three, span=lambda kernel: (3, 3)), _THREE),
        (_loops(span=lambda kernel: (3, 3)), _THREE),
        (_loops(sides=_by_three), _THREE),
        (_loops(ranges=_by_three), _THREE),
        (_loops(sides=_by_rows), _SQUARE),
        (
            _loops(sides=_by_rows, span=lambda kernel: [len(kernel)] * 2),
            _SQUARE,
        ),
        (_loops(span=lambda kernel: [len(kernel)] * 2), _SQUARE),
        (_loops(stop="number"), _RETURNS_EARLY),
        (_loops(stop="row"), _RETURNS_EARLY),
        (
            _padded,
            "that puts a frame around the picture (notebook 02). Here the "
            "window stays inside it, which gives n − f + 1 rows and columns.",
        ),
        (
            lambda image, kernel: np.trunc(scratch.convolve_one(image, kernel)),
            "your output holds whole numbers only and cuts off the rest: let "
            "np.zeros make floats, without dtype=int.",
        ),
        (lambda x, kernel: scratch.convolve_one(x, kernel)[0, 0], _ONE_SUM),
        (lambda x, kernel: scratch.convolve_one(x, kernel)[-1, -1], _ONE_SUM),
        (
            lambda image, kernel: (
                scratch.convolve_one(image, kernel) / kernel.size
            ),
            "that is the mean of the products; take their sum.",
        ),
    ),
    hint="each output is (window * kernel).sum(), with the window's top-left "
    "corner at the output's own row and column.",
)


# --- 02 padding -------------------------------------------------------------


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
    cases=((_ramp(2, 3) + 1, 1), (_ramp(3, 3) + 1, 2), (_ramp(2, 2) + 1, 0)),
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


# --- 03 strides -------------------------------------------------------------


output_size = FunctionExercise(
    "output_size",
    right=lambda n, f, p, s: (n + 2 * p - f) // s + 1,
    cases=(
        (7, 3, 0, 2),
        (8, 3, 0, 2),
        (6, 3, 1, 1),
        (10, 4, 1, 3),
        (5, 5, 0, 4),
    ),
    mistakes=(
        (
            lambda n, f, p, s: (n + 2 * p - f) / s + 1,
            "round down: at a fraction the kernel would hang over the border. "
            "Floor division is //.",
        ),
        (
            lambda n, f, p, s: math.ceil((n + 2 * p - f) / s) + 1,
            "round down, not up: the kernel must lie wholly inside.",
        ),
        (
            lambda n, f, p, s: round((n + 2 * p - f) / s) + 1,
            "round down, not to the nearest: the kernel must lie inside.",
        ),
        (
            lambda n, f, p, s: (n + 2 * p - f) // s,
            "one too few: the last window can start at n + 2p − f itself, and "
            "the first one, at 0, counts too: + 1 after the division.",
        ),
        (
            lambda n, f, p, s: (n + p - f) // s + 1,
            "padding is added at both ends: 2p.",
        ),
        (
            lambda n, f, p, s: (n - f) // s + 1,
            "the padding is missing: p zeros at each end.",
        ),
        (
            lambda n, f, p, s: n + 2 * p - f + 1,
            "that is the size at stride 1; the filter moves by s pixels.",
        ),
        (
            lambda n, f, p, s: ((n + 2 * p - f) // s + 1) ** 2,
            "that counts the numbers of the whole output, side times side; "
            "give one side.",
        ),
        (
            lambda n, f, p, s: n + 2 * p - f // s + 1,
            "only f is divided by s: put n + 2p − f in brackets.",
        ),
        (
            lambda n, f, p, s: (n + 2 * p - f + 1) // s,
            "divide first, then add 1.",
        ),
    ),
    hint="the last window can start at n + 2p − f; count the multiples of s up "
    "to there, and do not forget 0. Floor division is //.",
)

same_output = FunctionExercise(
    "same_output",
    right=lambda n, s: -(-n // s),
    cases=((7, 2), (6, 2), (224, 4), (10, 3), (5, 1)),
    mistakes=(
        (
            lambda n, s: round(n / s),
            "round up, not to the nearest: one pixel too many still needs a "
            "window.",
        ),
        (
            lambda n, s: n // s,
            "round up, not down: a last piece of fewer than s pixels gets a "
            "window as well. math.ceil rounds up.",
        ),
        (lambda n, s: n / s, "whole pixels only: math.ceil rounds up."),
        (
            lambda n, s: n,
            '"same" keeps the size at stride 1 only.',
        ),
        (
            lambda n, s: n // s + 1,
            "one too many where s divides n: round n / s up.",
        ),
    ),
    hint="n / s, rounded up; math.ceil rounds up.",
)

dilated_span = FunctionExercise(
    "dilated_span",
    right=lambda f, d: d * (f - 1) + 1,
    cases=((3, 2), (3, 1), (5, 3), (1, 4)),
    mistakes=(
        (
            lambda f, d: d * f,
            "between f weights there are f − 1 gaps, not f.",
        ),
        (
            lambda f, d: d * (f - 1),
            "the first weight takes a pixel as well: + 1.",
        ),
        (
            lambda f, d: f + d,
            "each of the f − 1 steps from weight to weight is d pixels long.",
        ),
        (
            lambda f, d: f + d - 1,
            "that widens one gap only; there is one between any two "
            "neighbouring weights.",
        ),
        (
            lambda f, d: f + d * (f - 1),
            "dilation d puts d − 1 pixels between two weights, not d: at "
            "d = 1 the weights are neighbours.",
        ),
        (
            lambda f, d: f,
            "that is the number of weights; the gaps between them count too.",
        ),
        (
            lambda f, d: 2 * d + 1,
            "right for f = 3; the 2 in it is f − 1.",
        ),
        (
            lambda f, d: f + 2 * (d - 1),
            "right for f = 3; the 2 in it is f − 1.",
        ),
        (
            lambda f, d: (f - 1) * (d - 1),
            "those are the pixels in the gaps only; each of the f weights "
            "takes one as well.",
        ),
    ),
    hint="f − 1 steps of d pixels, and one pixel for the first weight.",
)


# --- 04 volumes and layers --------------------------------------------------


conv_parameters = FunctionExercise(
    "conv_parameters",
    right=lambda f, c_in, c_out: (f * f * c_in + 1) * c_out,
    cases=((3, 3, 10), (5, 3, 6), (1, 64, 16), (5, 6, 16)),
    mistakes=(
        (
            lambda f, c_in, c_out: f * f * c_in * c_out,
            "the biases are missing: one for each filter.",
        ),
        (
            lambda f, c_in, c_out: f * f * c_in * c_out + 1,
            "one bias for each filter, not one for the layer.",
        ),
        (
            lambda f, c_in, c_out: f * f * c_in * c_out + c_in,
            "one bias for each filter, not one for each input channel.",
        ),
        (
            lambda f, c_in, c_out: (f * f + 1) * c_in * c_out,
            "a filter has one bias in all, not one for each of its channels.",
        ),
        (
            lambda f, c_in, c_out: f * f * c_in + 1,
            "that is one filter; the layer has c_out of them.",
        ),
        (
            lambda f, c_in, c_out: (f * f + 1) * c_out,
            "a filter is as deep as its input: f × f × c_in weights.",
        ),
        (
            lambda f, c_in, c_out: (f * c_in + 1) * c_out,
            "a filter has f rows and f columns.",
        ),
    ),
    hint="c_out filters, each with f × f × c_in weights and one bias.",
)


def _side(n, f, p, s):
    return (n + 2 * p - f) // s + 1


def _layer_shape(n, c_in, c_out, f, p, s):
    return _side(n, f, p, s), _side(n, f, p, s), c_out


layer_shape = FunctionExercise(
    "layer_shape",
    right=_layer_shape,
    cases=(
        (6, 3, 2, 3, 0, 1),
        (39, 3, 10, 3, 0, 1),
        (37, 10, 20, 5, 0, 2),
        (32, 3, 6, 5, 2, 1),
        (8, 3, 4, 3, 0, 2),
    ),
    mistakes=(
        (
            lambda n, c_in, c_out, f, p, s: _layer_shape(
                n, c_in, c_in, f, p, s
            ),
            "the output has as many channels as there are filters; the "
            "input's channels are summed away.",
        ),
        (
            lambda n, c_in, c_out, f, p, s: _layer_shape(
                n, c_in, c_in * c_out, f, p, s
            ),
            "one filter sums over all input channels, so it makes one output "
            "channel, not c_in of them.",
        ),
        (
            lambda n, c_in, c_out, f, p, s: _side(n, f, p, s),
            "the side is right, but three numbers are asked for: height, "
            "width, channels.",
        ),
        (
            lambda n, c_in, c_out, f, p, s: _layer_shape(
                n, c_in, c_out, f, p, s
            )[:2],
            "height and width are right; the number of channels is missing.",
        ),
        (
            lambda n, c_in, c_out, f, p, s: _layer_shape(
                n, c_in, c_out, f, p, s
            )[::-1],
            "right numbers, wrong order: channels come last.",
        ),
        (
            lambda n, c_in, c_out, f, p, s: (
                (n + 2 * p - f) / s + 1,
                (n + 2 * p - f) / s + 1,
                c_out,
            ),
            "round the side down: the kernel must lie inside. Floor division "
            "is //.",
        ),
        (
            lambda n, c_in, c_out, f, p, s: _layer_shape(
                n + p, c_in, c_out, f, 0, s
            ),
            "padding is added at both ends: 2p.",
        ),
        (
            lambda n, c_in, c_out, f, p, s: _layer_shape(
                n, c_in, c_out, f, 0, s
            ),
            "the padding is missing.",
        ),
        (
            lambda n, c_in, c_out, f, p, s: _layer_shape(
                n, c_in, c_out, f, p, 1
            ),
            "the stride is missing.",
        ),
    ),
    hint="(side, side, channels), with the side as in notebook 03; floor "
    "division is //.",
)


def _field(
    layers,
    *,
    add=lambda size, f, jump: size + (f - 1) * jump,
    on=lambda jump, s: jump * s,
):
    """The receptive field, with a learner's two updates put in."""
    size = jump = 1
    for f, s in layers:
        size, jump = add(size, f, jump), on(jump, s)
    return size


def _field_downwards_formula(layers):
    size = 1
    for f, s in layers:
        size = (size - 1) * s + f
    return size


receptive_field = FunctionExercise(
    "receptive_field",
    right=lambda layers: geometry.receptive_field(layers)[0],
    cases=(
        ([(3, 1), (3, 1)],),
        ([(3, 2), (3, 1)],),
        ([(3, 2), (3, 2), (3, 2), (3, 1)],),
        ([(5, 1), (2, 2), (5, 1), (2, 2)],),
        ([(7, 2), (3, 2)],),
        ([],),
    ),
    mistakes=(
        (
            lambda layers: 1 + sum(f - 1 for f, _ in layers),
            "the strides below are missing: after a stride of 2, one step in "
            "the layer above is two pixels of the picture.",
        ),
        (
            lambda layers: sum(f for f, _ in layers),
            "two 3×3 layers see 5 pixels, not 6: neighbouring windows overlap, "
            "so a layer adds f − 1.",
        ),
        (
            lambda layers: (
                1
                + sum(
                    (f - 1) * math.prod(s for _, s in layers[: i + 1])
                    for i, (f, _) in enumerate(layers)
                )
            ),
            "a layer's own stride widens the layers above it, not itself: "
            "update the jump after the size.",
        ),
        (
            lambda layers: _field(layers, on=lambda jump, s: s),
            "your jump knows the last stride only; it is the product of all "
            "strides below.",
        ),
        (
            lambda layers: _field(layers, on=lambda jump, s: jump + s),
            "strides multiply, they do not add: after two strides of 2 a step "
            "is 4 pixels long.",
        ),
        (
            lambda layers: _field(layers, add=lambda size, f, jump: f * jump),
            "a layer adds to the size that is there already, and it adds "
            "f − 1 steps.",
        ),
        (
            lambda layers: _field(
                layers, add=lambda size, f, jump: (f - 1) * jump
            ),
            "a layer adds to the size that is there already: += instead of =.",
        ),
        (
            lambda layers: _field(
                layers, add=lambda size, f, jump: size + f * jump
            ),
            "three pixels are two steps apart: a layer adds f − 1 steps, "
            "not f.",
        ),
        (
            _field_downwards_formula,
            "(size − 1) · s + f is for the way down, from the last layer to "
            "the picture: reverse the list.",
        ),
        (
            lambda layers: 1,
            "your field does not grow. Is the jump 0? Without any layer, "
            "neighbouring pixels are 1 pixel apart.",
        ),
        (
            lambda layers: geometry.receptive_field(layers)[1],
            "that is the jump; the size of the field is asked for.",
        ),
        (
            lambda layers: geometry.receptive_field(layers)[0] - 1,
            "start from 1: with no layer at all, one pixel sees one pixel.",
        ),
        (
            geometry.receptive_field,
            "give the size only, without the jump.",
        ),
    ),
    hint="go through the layers from the picture up and keep two numbers: the "
    "size so far, and the jump. What are they before the first layer? Each "
    "layer changes both.",
)


# --- 05 pooling -------------------------------------------------------------


def _pool(x, strides, mode):
    return scratch.pool2d(x[None, ..., None], 2, strides=strides, mode=mode)[
        0, ..., 0
    ]


def _pool_half_windows_too(x):
    odd = [(0, side % 2) for side in x.shape]
    return _pool(np.pad(x, odd, constant_values=-np.inf), 2, "max")


def _pool_even_sides_only(error):
    def pool(x):
        if x.shape[0] % 2 or x.shape[1] % 2:
            raise error
        return _pool(x, 2, "max")

    return pool


_TOP_LEFT = "that keeps the top-left pixel of each window, not the largest."
_ODD_SIDE = (
    "right for even sides. On an odd side the last pixel is alone: it fills "
    "no window of 2, so leave it out."
)

max_pool = FunctionExercise(
    "max_pool",
    right=lambda x: _pool(x, 2, "max"),
    cases=(
        (np.array([[2.0, 3, 1, 9], [4, 7, 3, 5], [8, 2, 2, 2], [1, 3, 4, 5]]),),
        (_ramp(6, 4) - 9,),
        (-1 - _ramp(2, 2),),
        (_ramp(5, 7),),
    ),
    mistakes=(
        (
            lambda x: _pool(x, 2, "average"),
            "that is average pooling; keep the largest of the four.",
        ),
        (
            lambda x: _pool(x, 2, "min"),
            "that is the smallest of the four; keep the largest.",
        ),
        (
            lambda x: _pool(x, 1, "max"),
            "the window must move by 2, not by 1.",
        ),
        (lambda x: x[::2, ::2], _TOP_LEFT),
        (
            lambda x: x[: x.shape[0] // 2 * 2 : 2, : x.shape[1] // 2 * 2 : 2],
            _TOP_LEFT,
        ),
        (lambda x: x.max(), "one maximum for each 2×2 window, not one in all."),
        (
            lambda x: np.maximum(_pool(x, 2, "max"), 0),
            "negative numbers count too: do not start from 0.",
        ),
        (lambda x: _pool(x, 2, "max").T, "rows and columns are swapped."),
        (_pool_half_windows_too, _ODD_SIDE),
        (_pool_even_sides_only(ValueError()), _ODD_SIDE),
        (_pool_even_sides_only(IndexError()), _ODD_SIDE),
    ),
    hint="split the picture into 2×2 windows that do not overlap; keep the "
    "largest number of each.",
)

global_average_pool = FunctionExercise(
    "global_average_pool",
    right=lambda x: x.mean(axis=(0, 1)),
    cases=((_ramp(2, 3, 4),), (_ramp(5, 5, 2),), (_ramp(1, 4, 3),)),
    mistakes=(
        (
            lambda x: x.mean(),
            "each channel keeps its own mean: average over height and width "
            "only.",
        ),
        (
            lambda x: x.mean(axis=-1),
            "that averages over the channels; average over height and width.",
        ),
        (
            lambda x: x.mean(axis=(1, 2)),
            "those axes are right for a batch; this picture has no batch "
            "axis, so its height is axis 0.",
        ),
        (
            lambda x: x.mean(axis=0),
            "that averages over the height only; the width must go as well.",
        ),
        (
            lambda x: x.mean(axis=1),
            "that averages over the width only; the height must go as well.",
        ),
        (
            lambda x: x.mean(axis=(0, 1), keepdims=True),
            "the right numbers, but the two averaged axes are still there: "
            "leave keepdims out.",
        ),
        (
            lambda x: x.max(axis=(0, 1)),
            "that is global max pooling; take the mean.",
        ),
        (
            lambda x: x.sum(axis=(0, 1)),
            "that is the sum; divide by the number of pixels.",
        ),
    ),
    hint="x.mean over the two axes of height and width.",
)

pool_parameters = ValueExercise(
    "pool_parameters",
    right=0,
    mistakes=(
        (4, "a 2×2 window has four places. Is there a weight in any of them?"),
        (5, "where would the maximum of four numbers use weights or a bias?"),
        (
            256,
            "four places in each of 64 channels. Is there a weight in any of "
            "them?",
        ),
        (
            320,
            "that would be one 2×2 filter and one bias for each channel. Which "
            "filter and which bias does a maximum have?",
        ),
        (
            16_384,
            "so many numbers come out (and so many weights has a 2×2 "
            "convolution with 64 filters). Which of them does training change?",
        ),
        (
            16_448,
            "that is a 2×2 convolution with 64 filters and their biases. Is a "
            "maximum a sum of products?",
        ),
        (
            65_536,
            "so many numbers come in. Which of them does training change?",
        ),
        (64, "one for each channel? What would it be used for in a maximum?"),
        (
            2,
            "size and stride are two numbers, but who chooses them: you, or "
            "gradient descent?",
        ),
        (
            1,
            "the size is a number, but you chose it: gradient descent did not.",
        ),
    ),
    hint="what could gradient descent change in a maximum?",
)


# --- 06 first convnet -------------------------------------------------------


flattened = ValueExercise(
    "flattened",
    right=5 * 5 * 32,
    mistakes=(
        (5 * 5, "each of the 5×5 places holds 32 channels."),
        (6 * 6 * 32, "11 pixels hold 5 whole windows of 2: round down."),
        (7 * 7 * 32, "both convolutions are valid: each takes off 2 pixels."),
        (11 * 11 * 32, "the second pooling halves the side once more."),
        (5 * 5 * 16, "the second convolution has twice as many filters."),
        (
            5 * 5 * 16 * 32,
            "the second convolution sums over its 16 input channels; only its "
            "own filters count at the end.",
        ),
        (24 * 24 * 32, "the two poolings are missing; each halves the side."),
    ),
    hint="follow the side of the picture layer by layer, then multiply "
    "height, width and channels.",
)


def _relu(x, slope):
    return np.where(x > 0, x, slope * x)


leaky_relu_gradient = FunctionExercise(
    "leaky_relu_gradient",
    right=lambda x, slope: np.where(x > 0, 1.0, slope),
    cases=(
        (np.array([-2.0, -0.5, 0.5, 3.0]), 0.1),
        (np.array([[-1.0, 4.0], [2.0, -3.0]]), 0.01),
        (np.array([-1.0, 1.0]), 0.0),
        (np.array([0.0]), 0.2),
    ),
    mistakes=(
        (_relu, "that is the activation itself; its slope is asked for."),
        (
            lambda x, slope: np.where(x > 0, x, slope),
            "right below zero. Above it you return x, the value; how steep is "
            "the curve there?",
        ),
        (
            lambda x, slope: np.where(x > 0, 1.0, slope * x),
            "right above zero. Below it you return slope * x, the value; how "
            "steep is the curve there?",
        ),
        (
            lambda x, slope: np.where(x > 0, 1.0, np.where(x < 0, slope, 0.0)),
            "right except at 0 itself: there you return 0, and the slope of "
            "the negative side is asked for.",
        ),
        (
            lambda x, slope: np.where(x > 0, 1.0, 0.0),
            "that is ReLU's gradient; the leaky one lets `slope` through "
            "below zero.",
        ),
        (
            lambda x, slope: np.where(x > 0, slope, 1.0),
            "the two sides are swapped.",
        ),
        (
            lambda x, slope: np.where(x > 0, 1.0, -slope),
            "the function rises below zero too: the slope is positive.",
        ),
        (
            lambda x, slope: np.where(x >= 0, 1.0, slope),
            "right except at 0 itself: there the slope of the negative side "
            "is asked for.",
        ),
    ),
    hint="two straight lines meet at zero: how steep is each? np.where(…, a, "
    "b) takes a where a condition holds and b elsewhere, for a whole array.",
)


def _softmax(z, axis, subtract):
    e = np.exp(z - subtract)
    return e / e.sum(axis=axis, keepdims=True)


def _softmax_without_keepdims(subtract):
    def softmax(z):
        e = np.exp(z - subtract(z))
        return e / e.sum(axis=-1)

    return softmax


_SUBTRACT = (  # what learners take off the scores before exp
    lambda z: 0,
    lambda z: z.max(),
    lambda z: z.max(axis=-1, keepdims=True),
    lambda z: z.max(axis=-1),  # without keepdims, like the sum
)

softmax = FunctionExercise(
    "softmax",
    right=lambda z: _softmax(z, -1, z.max(axis=-1, keepdims=True)),
    cases=(
        (np.array([[1.0, 2.0, 3.0], [1.0, 1.0, 4.0]]),),
        (np.array([[0.0, 0.0]]),),
        (np.array([[1000.0, 1001.0], [1000.0, 1002.0]]),),
        (np.array([[1000.0, 1001.0], [-1.0, 1.0]]),),
        (np.array([[-1000.0, 1000.0]]),),
    ),
    mistakes=(
        (
            lambda z: 1 / (1 + np.exp(-z)),
            "that is the sigmoid: each number by itself. Softmax's rows sum "
            "to 1.",
        ),
        *(
            (
                lambda z, subtract=subtract: _softmax(z, None, subtract(z)),
                "the whole batch sums to 1; each row must (axis=-1, "
                "keepdims=True).",
            )
            for subtract in _SUBTRACT
        ),
        *(
            (
                lambda z, subtract=subtract: _softmax(z, 0, subtract(z)),
                "the columns sum to 1; the rows must (axis=-1).",
            )
            for subtract in _SUBTRACT
        ),
        *(
            (
                _softmax_without_keepdims(subtract),
                "axis=-1 gives one number a row, in one dimension, and NumPy "
                "lays them along a row. keepdims=True keeps them in a column.",
            )
            for subtract in _SUBTRACT
        ),
        (
            lambda z: _softmax(z, -1, z.max(axis=-1)),
            "axis=-1 gives one maximum a row, in one dimension, and NumPy lays "
            "them along a row. keepdims=True keeps them in a column.",
        ),
        (
            lambda z: np.exp(z - z.max(axis=-1, keepdims=True)),
            "those are not yet fractions: divide each row by its sum.",
        ),
        (
            np.exp,
            "those are not yet fractions: divide each row by its sum.",
        ),
        (
            lambda z: z / z.sum(axis=-1, keepdims=True),
            "the exponential is missing.",
        ),
        (
            lambda z: _softmax(z, -1, 0),
            "right for small numbers, but exp(1000) overflows: subtract each "
            "row's maximum first.",
        ),
        (
            lambda z: _softmax(z, -1, z.max()),
            "the largest score of the whole batch is subtracted, and a row of "
            "far smaller scores becomes 0 / 0: subtract each row's own.",
        ),
        *(
            (
                lambda z, take=take: _softmax(
                    z, -1, take(z, -1, keepdims=True)
                ),
                "right until a row's scores lie far apart: then exp overflows "
                "all the same. After the subtraction, no score may be above 0.",
            )
            for take in (np.min, np.mean)
        ),
    ),
    hint="exp of each number, divided by the sum of its row.",
)


def _max_pool_backward(dy, x):
    return scratch.pool2d_backward(dy[None, ..., None], x[None, ..., None])[
        0, ..., 0
    ]


def _spread(dy):
    return np.kron(dy, np.ones((2, 2)))


def _to_places(place):
    """Two loops that write dy where `place` says, not where they should."""

    def max_pool_backward(dy, x):
        dx = np.zeros(x.shape)
        for i, j in np.ndindex(dy.shape):
            window = x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
            dx[place(i, j, *divmod(window.argmax(), 2))] = dy[i, j]
        return dx

    return max_pool_backward


max_pool_backward = FunctionExercise(
    "max_pool_backward",
    right=_max_pool_backward,
    cases=(
        (
            np.array([[10.0, 20.0], [30.0, 40.0]]),
            np.array(
                [[2.0, 3, 1, 9], [4, 7, 3, 5], [8, 2, 1, 2], [1, 3, 4, 5]]
            ),
        ),
        (np.array([[-1.0, 2.0, 0.5]]), _ramp(2, 6) - 20),
        (
            np.array([[5.0, -2.0]]),
            np.array([[3.0, 3.0, 1.0, 0.0], [1.0, 3.0, 4.0, 4.0]]),
        ),
    ),
    mistakes=(
        (
            lambda dy, x: _spread(dy) / 4,
            "that shares the gradient equally, as average pooling does; here "
            "only the winner gets it.",
        ),
        (
            lambda dy, x: _spread(dy),
            "only the largest of the four gets the gradient, not all four.",
        ),
        (
            lambda dy, x: _max_pool_backward(dy, -x),
            "that is min pooling's: the gradient goes to the largest.",
        ),
        (
            lambda dy, x: _max_pool_backward(np.ones(dy.shape), x),
            "the right places, but they get 1: they must get dy.",
        ),
        (
            lambda dy, x: x * _max_pool_backward(np.ones(dy.shape), x),
            "the right places, but they keep x: they must get dy.",
        ),
        (
            lambda dy, x: np.where(
                x == _spread(scratch.pool2d(x[None, ..., None])[0, ..., 0]),
                _spread(dy),
                0,
            ),
            "where two numbers of a window are equally large, only the first "
            "in reading order gets the gradient.",
        ),
        (
            lambda dy, x: _max_pool_backward(dy[::-1, ::-1], x[::-1, ::-1])[
                ::-1, ::-1
            ],
            "of equally large numbers the first in reading order wins, not "
            "the last.",
        ),
        (
            _to_places(lambda i, j, row, column: (2 * i + column, 2 * j + row)),
            "row and column are swapped inside the window: argmax() counts "
            "0 1 in its upper row and 2 3 in its lower one.",
        ),
        (
            _to_places(lambda i, j, row, column: (2 * i, 2 * j)),
            "dy lands in the top-left corner of each window, whoever has won.",
        ),
        (
            _to_places(lambda i, j, row, column: (row, column)),
            "all gradients land in the first window: the window of dy[i, j] "
            "starts at row 2i, column 2j.",
        ),
        (
            _to_places(lambda i, j, row, column: (i + row, j + column)),
            "windows do not overlap: the one of dy[i, j] starts at row 2i, "
            "column 2j.",
        ),
        (
            lambda dy, x: dy,
            "the gradient of x has one number for each number of x; most of "
            "them are 0.",
        ),
    ),
    hint="each window has one winner; it gets that window's dy, the other "
    "three get 0.",
)
