import base64
import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from cnn_course import datasets
from cnn_course.plots import explore

IMAGE = np.arange(36).reshape(6, 6)
BOXES = np.array(
    [[10, 10, 50, 50], [12, 11, 52, 50], [11, 9, 49, 51], [60, 60, 90, 80]],
    float,
)
SCORES = np.array([0.9, 0.8, 0.4, 0.6])
NAMES = np.array(["cat", "dog", "cat", "cat"])
PICTURE = np.zeros((100, 100, 3), np.uint8)


def count(width, depth, side):
    """Numbers that grow as those of a network."""
    return 5e6 * depth * width**2, 4e8 * depth * width**2 * (side / 224) ** 2


def brighter(epsilon):
    return np.full((8, 8, 1), epsilon)


def more_of_b(picture):
    return np.array([1 - picture.mean() * 3, picture.mean() * 3])


EXPLORERS = {
    "scaling": lambda: explore.scaling(count),
    "attack": lambda: explore.attack(brighter, more_of_b, ["a", "b"]),
    "choices": lambda: explore.choices(
        {name: datasets.photo(name, max_side=60) for name in ("cat", "coffee")},
        "picture",
    ),
    "convolution": lambda: explore.convolution(IMAGE),
    "sizes": explore.sizes,
    "receptive_fields": lambda: explore.receptive_fields(
        datasets.photo("cat", max_side=120)
    ),
    "pooling": lambda: explore.pooling(datasets.photo("coins", max_side=64)),
    "overlap": explore.overlap,
    "devices": lambda: explore.devices({"a": 10**6, "b": 10**8}),
    "suppression": lambda: explore.suppression(PICTURE, BOXES, SCORES, NAMES),
}
every_explorer = pytest.mark.parametrize("name", EXPLORERS)


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("L"), int)


def another(control):
    """A value that the control has not now."""
    if hasattr(control, "options"):
        return next(v for v in control.options if v != control.value)
    if isinstance(control.value, bool):
        return not control.value
    return control.max if control.value != control.max else control.min


@every_explorer
def test_every_control_changes_the_figure(name):
    for control in EXPLORERS[name]().controls:
        explorer = EXPLORERS[name]()
        before = explorer.picture.value
        assert before == explorer.still
        moved = explorer.controls[control]
        moved.value = another(moved)
        assert explorer.picture.value != before, control
        assert pixels(explorer.picture.value).min() < 128  # something is drawn


@every_explorer
def test_every_value_of_every_control_draws(name):
    explorer = EXPLORERS[name]()
    for control in explorer.controls.values():
        values = getattr(control, "options", None)
        if values is None and not isinstance(control.value, bool):
            values = (control.min, control.max)
        for value in values or (True, False):
            control.value = value
    assert plt.get_fignums() == []


@every_explorer
def test_shown_with_sliders_and_as_a_picture(name):
    explorer = EXPLORERS[name]()
    bundle = explorer._repr_mimebundle_()
    assert "model_id" in bundle["application/vnd.jupyter.widget-view+json"]
    assert base64.b64decode(bundle["image/png"]) == explorer.still
    assert bundle["text/plain"].startswith("<Explorer: ")
    assert min(pixels(explorer.still).shape) > 50


def test_an_error_of_the_figure_is_shown_as_words(monkeypatch):
    drawn = []

    def draw(n, kernel_size, **others):
        drawn.append(n)
        if kernel_size > n:
            raise ValueError("the kernel must fit")
        plt.subplots()

    monkeypatch.setattr(explore, "draw_output_size", draw)
    explorer = explore.sizes()
    explorer.controls["n"].value = 3
    fine = explorer.picture.value
    explorer.controls["kernel_size"].value = 7
    assert explorer.picture.value != fine
    assert pixels(explorer.picture.value).min() < 128
    assert plt.get_fignums() == []


def test_other_figures_stay_open():
    figure = plt.figure()
    explore.overlap()
    assert plt.get_fignums() == [figure.number]
    plt.close(figure)


def words():
    """All texts of the present figure."""
    plt.gcf().canvas.draw()  # or axes have no tick labels yet
    texts = [text.get_text() for text in plt.gcf().findobj(plt.Text)]
    plt.close("all")
    return " | ".join(text for text in texts if text)


@pytest.mark.parametrize(
    ("box", "title"),
    [
        ((30, 30, 40, 40), "IoU = 1600 / 1600 = 1.00"),
        ((50, 30, 40, 40), "IoU = 800 / 2400 = 0.33"),
        ((80, 80, 10, 10), "IoU = 0 / 1700 = 0.00"),
        ((70, 30, 40, 40), "IoU = 0 / 3200 = 0.00"),
    ],
)
def test_overlap(box, title):
    explore.draw_overlap(*box)
    assert title in words()


def test_suppression():
    explore.draw_suppression(PICTURE, BOXES, SCORES, NAMES, 0.3, 0.5, True)
    assert "1 dropped" in (said := words())
    assert "3 of 4 kept" in said
    explore.draw_suppression(PICTURE, BOXES, SCORES, NAMES, 0.3, 0.5, False)
    assert "2 of 4 kept" in words()
    explore.draw_suppression(PICTURE, BOXES, SCORES, NAMES, 1.0, 0.5, False)
    assert "0 of 4 kept" in words()


def test_the_step_of_a_convolution():
    kernel = np.array([[1, 0, -1]] * 3)
    explore.draw_convolution(IMAGE, kernel, "valid", 1, 5)
    # Second row, second column: 7 + 13 + 19 - 9 - 15 - 21.
    assert "= -6" in words()
    explore.draw_convolution(IMAGE, kernel, "same", 1, 0)
    assert "= -8" in words()  # zeros, then 1 and 7 on the right
    explore.draw_convolution(IMAGE, kernel, "valid", 3, 99)
    assert "21·1" in words()  # the last of 2×2


def test_output_size_is_said():
    explore.draw_output_size(8, 3, 2, "valid", 1)
    assert "8 pixels → 3" in words()


def test_pooling_that_forgets_a_shift():
    picture = np.zeros((8, 8))
    picture[2, 2] = 1
    explore.draw_pooling(picture, 1, 2, "max")
    said = words()
    assert "moved, max: 100% in place" in said
    assert "100% if moved back by 0" in said
    explore.draw_pooling(picture, 2, 2, "max")
    said = words()
    assert "moved, max: 88% in place" in said
    assert "100% if moved back by 1" in said


def test_pooling_moves_back_by_whole_windows():
    picture = np.random.default_rng(0).normal(size=(12, 13))
    for shift, pool_size, back in ((4, 2, 2), (6, 3, 2), (5, 5, 1), (3, 1, 3)):
        explore.draw_pooling(picture, shift, pool_size, "max")
        said = words()
        assert f"100% if moved back by {back}" in said
        assert "100% in place" not in said
    explore.draw_pooling(picture, 3, 2, "average")
    assert "average: 0% in place,\n0% if moved back by 0" in words()


def test_receptive_fields_of_layers():
    explore.draw_receptive_field(np.zeros((40, 60)), 3, 3, 2)
    said = words()
    for text in ("layer 1: 3", "layer 2: 7", "layer 3: 15"):
        assert text in said


def test_scaling():
    explore.draw_scaling(count, 2.0, 1.5, 448)
    said = words()
    for text in ("30.0 M parameters", "9.60 G multi", "× 6.00", "× 24.00"):
        assert text in said


def test_attack():
    explore.draw_attack(brighter, more_of_b, ["a", "b"], 0.1)
    assert "taken for a, 70%" in words()
    explore.draw_attack(brighter, more_of_b, ["a", "b"], 0.3)
    assert "taken for b, 90%" in words()


def test_devices():
    explore.draw_devices({"a": 25 * 10**6}, "a", 100, 10)
    # Eight: 2 · 7/8 · 25 million · 32 bits are 1.4 gigabits.
    said = words()
    assert f"8 devices are worth {8 * 100 / (100 + 140.28):.1f}" in said
    assert "a, 100 ms to compute, 10 Gbit/s" in said
