import base64
import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image
from things_to_explore import (
    BOXES,
    IMAGE,
    NAMES,
    PICTURE,
    SCORES,
    brighter,
    count,
    more_of_b,
)

from cnn_course import datasets
from cnn_course.plots import explore

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

    monkeypatch.setattr(explore.layers, "draw_output_size", draw)
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
