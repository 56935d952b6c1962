import re

import numpy as np
import pytest
from figure_reading import drawn, frames, least_contrast, words, written
from matplotlib.colors import to_rgb
from scipy.signal import correlate2d

from cnn_course import filters, plots


def test_equation_writes_terms_signs_and_titles():
    image = np.arange(12.0).reshape(3, 4) - 5
    kernel = np.array([[1.0, -0.5]])
    plots.equation(
        [image, "∗", kernel, "=", correlate2d(image, kernel, "valid")],
        ["image", "filter", "output"],
    )
    x, star, k, equals, y = drawn().axes
    np.testing.assert_array_equal(written(x), image)
    np.testing.assert_array_equal(written(k), kernel)
    np.testing.assert_array_equal(
        written(y), image[:, :-1] - 0.5 * image[:, 1:]
    )
    assert words(star) + words(equals) == ["∗", "="]
    titles = [axis.get_title() for axis in (x, k, y)]
    assert titles == ["image", "filter", "output"]


def test_equation_format_and_flat_terms():
    plots.equation([np.array([1 / 3, 2]), "→", np.ones(1)], fmt="{:.2f}")
    first, _, last = drawn().axes
    assert words(first) == ["0.33", "2.00"]
    assert words(last) == ["1.00"]


@pytest.mark.parametrize("spread", [1, 255])
def test_numbers_stand_out_from_their_squares(spread):
    values = np.linspace(-spread, spread, 17).reshape(1, 17)
    plots.equation([values, "=", values])
    assert least_contrast(drawn().axes[0]) > 0.35
    plots.heatmap(values, title="t", label="l", fmt="{:.0f}")
    assert least_contrast(drawn().axes[0]) > 0.35


def test_grid_of_zeros_is_drawn():
    plots.equation([np.zeros((2, 2)), "=", np.zeros((2, 2))])
    np.testing.assert_array_equal(written(drawn().axes[0]), np.zeros((2, 2)))


def strided(image, kernel, stride, dilation):
    """SciPy's correlation, with holes in the kernel and steps left out."""
    spans = [dilation * (side - 1) + 1 for side in kernel.shape]
    spread = np.zeros(spans)
    spread[::dilation, ::dilation] = kernel
    return correlate2d(image, spread, mode="valid")[::stride, ::stride]


def value_of(sum_written_out):
    """Evaluate "3·1 + 2·(-1) = 1"; both sides must agree."""
    left, right = sum_written_out.replace("\n", " ").split(" = ")
    assert not re.search(r"·-|·\(\d", left)  # brackets mean negative
    products = re.findall(r"([-\d.]+)·\(?([-\d.]+)\)?", left)
    assert left.count("·") == len(products)
    assert sum(float(a) * float(b) for a, b in products) == float(right)
    return float(right)


@pytest.mark.parametrize(
    ("stride", "dilation"), [(1, 1), (2, 1), (1, 2), (2, 2), (3, 1)]
)
@pytest.mark.parametrize(
    "kernel",
    [filters.SCHARR_VERTICAL, np.array([[2.0, -1, 0], [0.5, 3, -4]])],
    ids=["scharr", "two_rows"],
)
def test_sliding_window(kernel, stride, dilation):
    image = np.random.default_rng(3).integers(-9, 10, (7, 8)).astype(float)
    output = strided(image, kernel, stride, dilation)
    height, width = output.shape
    steps = [(0, 1), (1, 0), (height - 1, width - 1)]
    plots.sliding_window(
        image,
        kernel,
        output,
        steps,
        stride=stride,
        dilation=dilation,
        columns=2,
    )
    axes = [axis for axis in drawn().axes if axis.images]
    assert len(axes) == 2 * len(steps)
    spans = [dilation * (side - 1) + 1 for side in kernel.shape]
    for (row, column), above, below in zip(
        steps, axes[::2], axes[1::2], strict=True
    ):
        np.testing.assert_array_equal(written(above), image)
        place = (row * stride, column * stride)
        assert frames(above) == [(*place, *spans)]
        assert frames(below) == [(row, column, 1, 1)]
        # Filled so far: all outputs up to this one in reading order.
        seen = written(below)
        count = row * width + column + 1
        np.testing.assert_array_equal(seen.flat[:count], output.flat[:count])
        assert np.isnan(seen.flat[count:]).all()
        assert value_of(below.get_xlabel()) == output[row, column]
        products = np.count_nonzero(kernel)
        assert below.get_xlabel().count("·") == products


def test_sliding_window_marks_the_pixels_under_a_dilated_kernel():
    image, kernel = np.arange(49.0).reshape(7, 7), np.ones((2, 3))
    plots.sliding_window(
        image, kernel, strided(image, kernel, 1, 2), [(1, 2)], dilation=2
    )
    above = drawn().axes[0]
    marked = {
        (row - 0.14, column - 0.14)
        for row, column, *_ in frames(above, to_rgb("#1a1a1a"))
    }
    expected = {(i, j) for i in (1, 3) for j in (2, 4, 6)}
    assert {(round(i, 6), round(j, 6)) for i, j in marked} == expected


@pytest.mark.parametrize(
    ("padding", "inside"),
    [
        (0, "##### ##### ##### #####"),
        (1, "..... .###. .###. ....."),
        (((0, 1), (2, 0)), "..### ..### ..### ....."),
    ],
    ids=["none", "one", "pairs"],
)
def test_sliding_window_tints_the_padding(padding, inside):
    tinted = {
        (i, j)
        for i, row in enumerate(inside.split())
        for j, square in enumerate(row)
        if square == "."
    }
    image, kernel = np.zeros((4, 5)), np.ones((2, 2))
    plots.sliding_window(
        image, kernel, strided(image, kernel, 1, 1), [(0, 0)], padding=padding
    )
    above, below = drawn().axes
    filled = [patch for patch in above.patches if patch.get_fill()]
    assert {(p.get_y() + 0.5, p.get_x() + 0.5) for p in filled} == tinted
    assert not [patch for patch in below.patches if patch.get_fill()]
