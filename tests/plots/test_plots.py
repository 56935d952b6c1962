import inspect
import re

import keras
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from keras import layers
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import Polygon, Rectangle
from scipy.signal import correlate2d
from sklearn.metrics import confusion_matrix

from cnn_course import filters, plots

MARK = to_rgb("#d55e00")


@pytest.fixture(autouse=True)
def agg():
    """Draw off screen in the course's style; close what a test leaves open."""
    plt.switch_backend("Agg")
    with plt.rc_context():
        plots.set_style()
        yield
    plt.close("all")


def drawn():
    """The current figure, laid out: that is when matplotlib warns."""
    figure = plt.gcf()
    figure.draw_without_rendering()
    return figure


def panels(figure):
    """The axes that hold something, without colour bars."""
    return [axis for axis in figure.axes if axis.get_label() != "<colorbar>"]


def colour_bars(figure):
    return [axis for axis in figure.axes if axis.get_label() == "<colorbar>"]


def words(axis):
    return [text.get_text() for text in axis.texts]


def written(axis):
    """The numbers in an axis's squares, as an array; nan where none is."""
    (picture,) = axis.images
    numbers = np.full(picture.get_array().shape[:2], np.nan)
    for text in axis.texts:
        x, y = text.get_position()
        numbers[int(y), int(x)] = float(text.get_text())
    return numbers


def frames(axis, colour=MARK):
    """(row, column, height, width) in pixels of each frame of a colour."""
    return [
        (
            patch.get_y() + 0.5,
            patch.get_x() + 0.5,
            patch.get_height(),
            patch.get_width(),
        )
        for patch in axis.patches
        if isinstance(patch, Rectangle)
        and not patch.get_fill()
        and np.allclose(patch.get_edgecolor()[:3], colour)
    ]


def least_contrast(axis):
    """The smallest difference in grey between a number and its square."""
    (picture,) = axis.images
    shades = picture.to_rgba(picture.get_array())[..., :3].mean(axis=-1)
    return min(
        abs(np.mean(to_rgb(text.get_color())) - shades[int(y), int(x)])
        for text in axis.texts
        for x, y in [text.get_position()]
    )


def branches():
    """A model with a fork, a long way round and each kind of box."""
    x = keras.Input((9, 8, 4))
    y = layers.ZeroPadding2D(1)(x)
    y = layers.Conv2D(6, 3, strides=2, activation="relu")(y)
    y = layers.BatchNormalization()(y)
    y = layers.Activation("hard_silu")(y)
    y = layers.DepthwiseConv2D(3, padding="same")(y)
    z = layers.Conv2D(6, 1, strides=2)(x)
    y = layers.Add()([z, y])
    p = layers.MaxPooling2D(3, 2, "same")(x)
    y = layers.Concatenate()([y, p])
    y = layers.GlobalAveragePooling2D()(y)
    return keras.Model(x, layers.Dense(3, activation="softmax")(y))


# --- Every function ----------------------------------------------------------

EXAMPLES = {
    "set_style": plots.set_style,
    "images": lambda: plots.images([np.eye(3), np.ones((3, 3, 3))], ["a", "b"]),
    "frame": lambda: plots.frame(plt.gca(), row=0, column=1, height=2, width=3),
    "boxes": lambda: plots.boxes(
        np.eye(9), [(1, 2, 5, 6), (0, 0, 3, 3)], ["a", "b"], [0.9, 0.8]
    ),
    "equation": lambda: plots.equation([np.eye(2), "+", np.ones(3)]),
    "sliding_window": lambda: plots.sliding_window(
        np.eye(4), np.eye(2), np.eye(3), steps=[(0, 0), (2, 2)]
    ),
    "heatmap": lambda: plots.heatmap(np.eye(3), title="t", label="l"),
    "curves": lambda: plots.curves(
        {"a": [1, 2]}, xlabel="x", ylabel="y", title="t"
    ),
    "bars": lambda: plots.bars({"a": 1, "b": 20}, xlabel="x", title="t"),
    "confusion_matrix": lambda: plots.confusion_matrix([0, 1], [0, 0], "ab"),
    "receptive_fields": lambda: plots.receptive_fields(
        np.zeros((40, 30)), {"layer 1": 3, "layer 2": 9}
    ),
    "volumes": lambda: plots.volumes(
        [(32, 32, 3), (8, 8, 6), (10,)], ["a", "b"]
    ),
    "block_diagram": lambda: plots.block_diagram(branches(), "title"),
    "windows_along_a_side": lambda: plots.windows_along_a_side(
        {"stride 2": {"n": 7, "kernel_size": 3, "stride": 2}}
    ),
    "volume_convolution": lambda: plots.volume_convolution(
        np.zeros((6, 6, 3)), np.zeros((4, 4, 2)), kernel_size=3
    ),
}


def test_every_public_function_has_an_example():
    public = {
        name
        for name, value in inspect.getmembers(plots, inspect.isfunction)
        if value.__module__.startswith("cnn_course.") and name[0] != "_"
    } - {"output_size", "padding_amounts"}
    assert public == set(EXAMPLES) | {"source"} == set(plots.__all__)


@pytest.mark.parametrize("name", EXAMPLES)
def test_function_draws_without_a_warning_and_returns_nothing(name):
    assert EXAMPLES[name]() is None
    assert bool(plt.get_fignums()) == (name != "set_style")
    plt.gcf().canvas.draw()


def test_style_is_grey_and_small():
    plots.set_style()
    assert matplotlib.rcParams["image.cmap"] == "gray"
    assert matplotlib.rcParams["figure.dpi"] <= 80


# --- images and frame --------------------------------------------------------


def test_images_shows_each_picture_with_its_title(caplog):
    rng = np.random.default_rng(0)
    pictures = [
        rng.integers(0, 256, (4, 6, 3), dtype=np.uint8),
        rng.integers(0, 256, (4, 6, 1), dtype=np.uint8),
        rng.normal(size=(5, 3)),
        rng.normal(size=(4, 4, 3)),
    ]
    plots.images(pictures, list("abcd"), columns=3, suptitle="Four")
    figure = drawn()
    assert figure.get_suptitle() == "Four"
    assert not caplog.records  # matplotlib logs colours out of range
    shown = [axis for axis in panels(figure) if axis.images]
    assert [axis.get_title() for axis in shown] == list("abcd")
    assert len(figure.axes) == 6  # two rows of three, two of them empty
    assert not any(axis.axison for axis in figure.axes)
    expected = [pictures[0], pictures[1][..., 0], pictures[2]]
    expected.append(np.clip(pictures[3], 0, 1))
    for axis, picture in zip(shown, expected, strict=True):
        np.testing.assert_array_equal(axis.images[0].get_array(), picture)
        assert axis.images[0].get_interpolation() == "nearest"


def test_signed_images_share_one_scale_with_grey_at_zero():
    pictures = [np.array([[0, -3.0]]), np.array([[1.0, 0.5]])]
    plots.images(pictures, signed=True, label="weight")
    figure = drawn()
    for axis in panels(figure):
        assert axis.images[0].get_clim() == (-3, 3)
    (bar,) = colour_bars(figure)
    assert bar.get_ylabel() == "weight"
    shade = panels(figure)[0].images[0].to_rgba(np.array([[0.0]]))[0, 0, :3]
    np.testing.assert_allclose(shade, 0.5, atol=0.01)


def test_images_limits_compare_grey_pictures():
    plots.images([np.eye(2), 5 * np.eye(2)], limits=(0, 10))
    assert [axis.images[0].get_clim() for axis in drawn().axes] == [(0, 10)] * 2
    plots.images([np.eye(2), 5 * np.eye(2)])
    clims = [axis.images[0].get_clim() for axis in drawn().axes]
    assert clims == [(0, 1), (0, 5)]


def test_frame_encloses_its_pixels():
    plots.images([np.zeros((9, 9))])
    axis = plt.gca()
    plots.frame(axis, row=2, column=3, height=4, width=5)
    plots.frame(axis, row=0, column=0, height=1, width=1, colour="blue")
    assert frames(axis) == [(2, 3, 4, 5)]
    assert frames(axis, to_rgb("blue")) == [(0, 0, 1, 1)]
    (patch, _) = axis.patches
    # Pixel (i, j) is drawn from j - 0.5 to j + 0.5.
    assert patch.get_bbox().extents.tolist() == [2.5, 1.5, 7.5, 5.5]


# --- boxes -------------------------------------------------------------------


def drawn_boxes(axis):
    """(x_min, y_min, x_max, y_max, colour, line) of each box drawn."""
    return [
        (*patch.get_bbox().extents, to_hex(patch.get_edgecolor()), line)
        for patch in axis.patches
        for line in [patch.get_linestyle()]
        if to_hex(patch.get_edgecolor()) != "#000000"
    ]


def test_boxes_lie_where_their_numbers_say():
    picture = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)
    rows = [(1, 2, 5, 6), (0.5, 0, 3, 3.25)]
    plots.boxes(picture, rows, [7, "b"], [0.9, 0.256], title="Found")
    (axis,) = drawn().axes
    np.testing.assert_array_equal(axis.images[0].get_array(), picture)
    assert axis.images[0].get_extent() == [0, 8, 6, 0]  # a pixel is 1 wide
    assert axis.get_title() == "Found"
    assert words(axis) == ["7 0.90", "b 0.26"]
    assert drawn_boxes(axis) == [(*row, "#d55e00", "-") for row in rows]
    corners = [text.get_position() for text in axis.texts]
    assert corners == [row[:2] for row in rows]
    assert not axis.axison


def test_boxes_with_looks_of_their_own():
    _, (left, right) = plt.subplots(1, 2)
    rows = [(0, 0, 2, 2), (1, 1, 3, 3)]
    plots.boxes(
        np.eye(4)[..., None],
        rows,
        colours=["white", "red"],
        lines=["--", ":"],
        axis=right,
    )
    assert not left.images
    assert words(right) == []
    white, red = drawn_boxes(right)
    assert white[4:] == ("#ffffff", "--")
    assert red[4:] == ("#ff0000", ":")
    plots.boxes(None, rows[:1], scores=[1], axis=right)  # over the others
    assert len(right.images) == 1
    assert len(drawn_boxes(right)) == 3
    assert words(right) == ["1.00"]


@pytest.mark.parametrize("none", [[], np.empty((0, 4))])
def test_no_boxes(none):
    plots.boxes(np.eye(4), none, [], [])
    (axis,) = drawn().axes
    assert len(axis.images) == 1
    assert not axis.patches


def test_boxes_and_labels_of_another_length():
    for extra in ({"labels": ["a"]}, {"scores": [1]}, {"lines": ["-"] * 3}):
        with pytest.raises(ValueError, match=r"shorter|longer"):
            plots.boxes(np.eye(4), [(0, 0, 1, 1)] * 2, **extra)


# --- Grids of numbers --------------------------------------------------------


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


# --- sliding_window ----------------------------------------------------------


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


# --- Charts ------------------------------------------------------------------


def test_heatmap():
    values = np.array([[1.0, 4], [2, 9], [3, 0]])
    plots.heatmap(values, title="Uses", label="times used", fmt="{:.0f}")
    figure = drawn()
    (axis,), (bar,) = panels(figure), colour_bars(figure)
    np.testing.assert_array_equal(written(axis), values)
    np.testing.assert_array_equal(axis.images[0].get_array(), values)
    assert axis.images[0].get_clim() == (0, 9)
    assert axis.get_title() == "Uses"
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("column", "row")
    assert bar.get_ylabel() == "times used"


def test_heatmap_in_given_axes_with_limits():
    _, axes = plt.subplots(1, 2)
    plots.heatmap([[0, 1]], title="a", label="l", axis=axes[1], limits=(-1, 4))
    assert not axes[0].images
    assert axes[1].images[0].get_clim() == (-1, 4)
    assert words(axes[1]) == []
    assert len(plt.get_fignums()) == 1


def test_curves():
    lines = {"train": [3, 2, 1], "test": [3, 2.5, 2], "other": [1, 1, 1]}
    plots.curves(lines, xlabel="epoch", ylabel="loss (nats)", title="Training")
    (axis,) = drawn().axes
    labels = axis.get_xlabel(), axis.get_ylabel(), axis.get_title()
    assert labels == ("epoch", "loss (nats)", "Training")
    for line, (name, y) in zip(axis.lines, lines.items(), strict=True):
        assert line.get_label() == name
        np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3])
        np.testing.assert_array_equal(line.get_ydata(), y)
    # Told apart without colour.
    assert len({line.get_linestyle() for line in axis.lines}) == 3
    legend = [text.get_text() for text in axis.get_legend().get_texts()]
    assert legend == list(lines)
    assert axis.get_yscale() == "linear"


def test_many_curves_differ_without_colour_too():
    lines = {f"line {i}": np.arange(100) + i for i in range(16)}
    plots.curves(lines, xlabel="x", ylabel="y", title="t")
    (axis,) = drawn().axes
    looks = [(line.get_linestyle(), line.get_marker()) for line in axis.lines]
    assert len(set(looks)) == 16
    assert {marker for _, marker in looks[:4]} == {""}
    looks = [(line.get_linestyle(), line.get_color()) for line in axis.lines]
    assert len(set(looks)) == 16
    assert all(100 / line.get_markevery() <= 10 for line in axis.lines)


def test_curves_with_own_places_and_logarithm():
    _, (left, right) = plt.subplots(1, 2)
    plots.curves(
        {"one": [1, 100]},
        xlabel="x",
        ylabel="y",
        title="t",
        x=[0, 5],
        axis=right,
        log=True,
    )
    drawn()
    assert not left.lines
    np.testing.assert_array_equal(right.lines[0].get_xdata(), [0, 5])
    assert right.get_yscale() == "log"
    assert right.get_legend() is None


def test_bars():
    values = {"dense": 3_000_000_000, "filter": 9}
    plots.bars(values, xlabel="weights", title="To learn", log=True)
    (axis,) = drawn().axes
    assert [bar.get_width() for bar in axis.patches] == [3_000_000_000, 9]
    assert words(axis) == ["3,000,000,000", "9"]
    ticks = [label.get_text() for label in axis.get_yticklabels()]
    assert ticks == ["dense", "filter"]
    top, bottom = (bar.get_y() for bar in axis.patches)
    assert axis.transData.transform([(1, top), (1, bottom)])[:, 1].argmax() == 0
    assert (axis.get_xlabel(), axis.get_title()) == ("weights", "To learn")
    assert axis.get_xscale() == "log"


def test_bars_format():
    plots.bars({"a": 0.251}, xlabel="share", title="t", fmt="{:.0%}")
    (axis,) = drawn().axes
    assert words(axis) == ["25%"]
    assert axis.get_xscale() == "linear"


def test_confusion_matrix_equals_scikit_learn():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, 200)
    predictions = np.where(
        rng.random(200) < 0.8, labels, rng.integers(0, 4, 200)
    )
    plots.confusion_matrix(labels, predictions, list("abcd"))
    (axis,) = drawn().axes
    expected = confusion_matrix(labels, predictions)
    np.testing.assert_array_equal(np.nan_to_num(written(axis)), expected)
    assert axis.get_xlabel() == "predicted class"
    assert axis.get_ylabel() == "true class"
    share = 100 * (labels == predictions).mean()
    assert axis.get_title() == (
        f"{share:.1f}% of 200 test pictures on the diagonal"
    )
    for ticks in (axis.get_xticklabels(), axis.get_yticklabels()):
        assert [label.get_text() for label in ticks] == list("abcd")
    assert least_contrast(axis) > 0.3


def test_confusion_matrix_of_classes_never_seen():
    plots.confusion_matrix([0, 0, 2], [0, 1, 2], list("abcd"))
    np.testing.assert_array_equal(
        np.nan_to_num(written(drawn().axes[0])),
        confusion_matrix([0, 0, 2], [0, 1, 2], labels=range(4)),
    )


# --- Drawings of networks ----------------------------------------------------


@pytest.mark.parametrize(
    ("centre", "middle"), [(None, (20, 15)), ((10, 12), (10, 12))]
)
def test_receptive_fields_are_centred(centre, middle):
    fields = {"layer 1": 3, "layer 2": 9}
    plots.receptive_fields(np.zeros((40, 30)), fields, centre=centre)
    (axis,) = drawn().axes
    white = frames(axis, to_rgb("white"))
    assert [height for *_, height, _ in white] == [3, 9]
    for row, column, height, width in white:
        assert height == width
        centre_of_frame = (row - 0.5 + height / 2, column - 0.5 + width / 2)
        assert centre_of_frame == middle
    legend = axis.get_legend()
    said = [text.get_text() for text in legend.get_texts()]
    assert said == ["layer 1: 3", "layer 2: 9"]
    beside = legend.get_window_extent()
    assert beside.x0 >= axis.get_window_extent().x1
    assert axis.get_xlabel() == "column (pixels)"
    assert axis.get_ylabel() == "row (pixels)"


def test_volumes_are_blocks_with_their_shapes():
    shapes = [(32, 32, 3), (16, 16, 6), (120,)]
    plots.volumes(shapes, ["conv 3×3", "dense"])
    (axis,) = drawn().axes
    said = [text for text in words(axis) if text]
    assert set(said) == {
        "32 × 32 × 3",
        "16 × 16 × 6",
        "120",
        "conv 3×3",
        "dense",
    }
    faces = [p for p in axis.patches if isinstance(p, Polygon)][::3]
    assert len(faces) == len(shapes)
    widths, heights = np.array([np.ptp(face.xy, axis=0) for face in faces]).T
    assert heights[0] > heights[1]  # the side of the picture
    assert widths[1] > widths[0]  # the number of channels
    bounds = np.array([[face.xy.min(), face.xy.max()] for face in faces])
    assert bounds.min() >= min(axis.get_xlim()[0], axis.get_ylim()[0])
    assert bounds.max() <= axis.get_xlim()[1]


def windows_drawn(axis):
    """The pixels under each window, from top to bottom."""
    windows = [
        sorted(int(x) for x, _ in dots.get_offsets())
        for dots in sorted(
            axis.collections, key=lambda d: d.get_offsets()[0, 1]
        )
    ]
    assert len(axis.lines) == len(windows)
    return windows


@pytest.mark.parametrize(
    ("case", "windows", "padding", "unmet"),
    [
        (
            {"n": 7, "kernel_size": 3, "stride": 2},
            [[0, 1, 2], [2, 3, 4], [4, 5, 6]],
            [],
            [],
        ),
        (
            {"n": 8, "kernel_size": 3, "stride": 3},
            [[0, 1, 2], [3, 4, 5]],
            [],
            [6, 7],
        ),
        (
            {"n": 6, "kernel_size": 3, "stride": 2, "padding": "same"},
            [[0, 1, 2], [2, 3, 4], [4, 5, 6]],
            [6],
            [],
        ),
        (
            {"n": 4, "kernel_size": 2, "padding": "same"},
            [[0, 1], [1, 2], [2, 3], [3, 4]],
            [4],
            [],
        ),
        (
            {"n": 6, "kernel_size": 3, "dilation": 2},
            [[0, 2, 4], [1, 3, 5]],
            [],
            [],
        ),
        (
            {"n": 4, "kernel_size": 3, "padding": 1, "stride": 3},
            [[-1, 0, 1], [2, 3, 4]],
            [-1, 4],
            [],
        ),
    ],
    ids=["stride", "unmet", "same", "even", "dilation", "padding"],
)
def test_windows_along_a_side(case, windows, padding, unmet):
    plots.windows_along_a_side({"the case": case})
    (axis,) = drawn().axes
    assert windows_drawn(axis) == windows
    squares = [p for p in axis.patches if isinstance(p, Rectangle)]
    middle = {square: int(square.get_center()[0]) for square in squares}
    dotted = [
        middle[s] for s in squares if s.get_linestyle() in (":", "dotted")
    ]
    hatched = [middle[s] for s in squares if s.get_hatch()]
    assert dotted == padding
    assert hatched == unmet
    assert len(squares) == case["n"] + len(padding)
    assert "the case" in [*words(axis), axis.get_title()]
    left, right = axis.get_xlim()
    assert left < min(middle.values()) - 0.5
    assert right > max(middle.values()) + 0.5


@pytest.mark.parametrize(
    ("kernel_size", "big"), [(1, 0), (2, None), (3, 1), (4, None), (5, 2)]
)
def test_only_an_odd_window_has_a_big_dot(kernel_size, big):
    case = {"n": 6, "kernel_size": kernel_size}
    plots.windows_along_a_side({"a": case})
    (axis,) = drawn().axes
    for dots in axis.collections:
        sizes = dots.get_sizes()
        assert len(sizes) == kernel_size
        larger = np.flatnonzero(sizes > 20)
        assert larger.tolist() == ([] if big is None else [big])


def test_windows_of_several_cases():
    case = {"n": 5, "kernel_size": 3}
    plots.windows_along_a_side({"a": case, "b": {**case, "padding": "same"}})
    figure = drawn()
    said = [word for axis in figure.axes for word in words(axis)]
    said += [axis.get_title() for axis in figure.axes]
    assert {"a", "b"} <= set(said)
    assert sum(len(axis.lines) for axis in figure.axes) == 3 + 5


def test_volume_convolution_frames_window_and_result():
    x = np.random.default_rng(0).normal(size=(6, 7, 3))
    y = np.random.default_rng(1).normal(size=(4, 5, 2))
    plots.volume_convolution(
        x,
        y,
        kernel_size=3,
        place=(1, 2),
        label="2 filters",
        names=["red", "green", "blue"],
    )
    (axis,) = drawn().axes
    shown = [picture.get_array() for picture in axis.images]
    channels = [*np.moveaxis(x, -1, 0), *np.moveaxis(y, -1, 0)]
    assert len(shown) == len(channels)
    for channel in channels:
        assert sum(np.array_equal(channel, picture) for picture in shown) == 1
    said = words(axis)
    for word in ("red", "green", "blue", "2 filters", "6 × 7 × 3", "4 × 5 × 2"):
        assert word in said
    assert {"channel 0", "channel 1"} <= set(said)
    # Each sheet's frame: its place measured from the sheet's own corner.
    found = set()
    for picture in axis.images:
        left, _, _, top = picture.get_extent()
        for row, column, height, width in frames(axis):
            place = round(row - 0.5 - top, 6), round(column - 0.5 - left, 6)
            if place == (1, 2):
                found.add((picture.get_array().shape, height, width))
    assert found == {((6, 7), 3, 3), ((4, 5), 1, 1)}
    assert len(frames(axis)) == 5


# --- block_diagram -----------------------------------------------------------


def boxes_and_labels(axis):
    """The boxes' texts, and the shapes that stand on the arrows."""
    boxes, labels = [], []
    for text in axis.texts:
        if text.get_text():
            size = text.get_fontsize()
            (boxes if size > 8 else labels).append(text.get_text())
    return boxes, labels


def test_block_diagram_says_what_each_box_does():
    plots.block_diagram(branches(), "The title")
    (axis,) = drawn().axes
    assert axis.get_title() == "The title"
    boxes, labels = boxes_and_labels(axis)
    assert sorted(boxes) == sorted(
        [
            "input",
            "3×3 convolution, 6, stride 2\nReLU · batch norm · hard swish",
            "3×3 depthwise",
            "1×1 convolution, 6, stride 2",
            "3×3 max-pool, stride 2",
            "+",
            "concatenate",
            "global average",
            "dense, 3\nsoftmax",
        ]
    )
    assert sorted(labels) == sorted(
        ["9×8×4"] * 3 + ["5×4×6"] * 4 + ["5×4×4", "5×4×10", "10"]
    )


def test_block_diagram_has_no_two_boxes_in_one_place():
    plots.block_diagram(branches())
    (axis,) = drawn().axes
    areas = [
        text.get_bbox_patch().get_window_extent()
        for text in axis.texts
        if text.get_text() and text.get_fontsize() > 8
    ]
    for i, area in enumerate(areas):
        assert not any(area.overlaps(other) for other in areas[:i])


def test_block_diagram_arrows_run_downwards():
    plots.block_diagram(branches())
    (axis,) = drawn().axes
    ways = [text for text in axis.texts if not text.get_text()]
    assert len(ways) >= 10
    for way in ways:
        assert way.xy[1] > way.xyann[1]  # the y axis points down


def test_block_diagram_of_a_sequential_model_is_a_column():
    plots.block_diagram(
        keras.Sequential(
            [keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(2)]
        )
    )
    (axis,) = drawn().axes
    boxes, labels = boxes_and_labels(axis)
    assert boxes == ["input", "flatten", "dense, 2"]
    assert labels == ["4×4×1", "16"]


def test_block_diagram_shows_open_sides():
    x = keras.Input((None, None, 3))
    plots.block_diagram(keras.Model(x, layers.Conv2D(2, 1)(x)))
    assert "?×?×3" in boxes_and_labels(drawn().axes[0])[1]


def test_block_diagram_of_an_unbuilt_model():
    with pytest.raises(ValueError, match="needs a built"):
        plots.block_diagram(keras.Sequential([layers.Dense(1)]))


# --- source ------------------------------------------------------------------


def documented(x):
    """Double x.

    Args:
        x: number.
    """
    return 2 * x


def bare(x):
    return 3 * x


@pytest.mark.parametrize(
    ("function", "code"),
    [
        (documented, "def documented(x):\n    return 2 * x"),
        (bare, "def bare(x):\n    return 3 * x"),
    ],
)
def test_source_is_the_code_without_its_docstring(function, code, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    assert plots.source(function) is None
    assert [markdown.data for markdown in shown] == [f"```python\n{code}\n```"]
