import matplotlib.pyplot as plt
import numpy as np
from figure_reading import (
    colour_bars,
    drawn,
    least_contrast,
    panels,
    words,
    written,
)
from sklearn.metrics import confusion_matrix

from cnn_course import plots


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
