import inspect

import matplotlib.pyplot as plt
import numpy as np
import pytest
from networks_to_draw import branches

from cnn_course import plots

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
    }
    assert public == set(EXAMPLES) | {"source"} == set(plots.__all__)


@pytest.mark.parametrize("name", EXAMPLES)
def test_function_draws_without_a_warning_and_returns_nothing(name):
    assert EXAMPLES[name]() is None
    assert bool(plt.get_fignums()) == (name != "set_style")
    plt.gcf().canvas.draw()
