"""Figures with sliders: move one, and the figure is drawn anew.

Each explorer is a function that returns an `Explorer`, which explorer.py has;
what it draws is a function of its own, `draw_...`, that needs no slider.
layers.py explores one layer, detections.py boxes, networks.py whole networks.
"""

from cnn_course.plots.explore.detections import (
    draw_overlap,
    draw_suppression,
    overlap,
    suppression,
)
from cnn_course.plots.explore.explorer import Explorer
from cnn_course.plots.explore.layers import (
    convolution,
    draw_convolution,
    draw_output_size,
    draw_pooling,
    draw_receptive_field,
    pooling,
    receptive_fields,
    sizes,
)
from cnn_course.plots.explore.networks import (
    attack,
    choices,
    devices,
    draw_attack,
    draw_choice,
    draw_devices,
    draw_scaling,
    scaling,
)

__all__ = [
    "Explorer",
    "attack",
    "choices",
    "convolution",
    "devices",
    "draw_attack",
    "draw_choice",
    "draw_convolution",
    "draw_devices",
    "draw_output_size",
    "draw_overlap",
    "draw_pooling",
    "draw_receptive_field",
    "draw_scaling",
    "draw_suppression",
    "overlap",
    "pooling",
    "receptive_fields",
    "scaling",
    "sizes",
    "suppression",
]
