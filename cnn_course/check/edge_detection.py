"""The exercises of notebook 01, Edge detection."""

import numpy as np

from cnn_course import filters, geometry, scratch
from cnn_course.check.judge import FunctionExercise, ValueExercise
from cnn_course.check.samples import ramp

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
    cases=((ramp(3, 3),), (filters.SOBEL_VERTICAL,), (ramp(2, 4),)),
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
        (ramp(4, 4), np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]])),
        (ramp(6, 5), filters.SCHARR_HORIZONTAL),
        (ramp(5, 5), np.array([[0.5, 2], [3, 5]])),
        (ramp(4, 6), np.array([[1.0, 2, 3], [5, 4, 1]])),
        (ramp(3, 3), np.array([[2.0]])),
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
