"""Explorers of one layer: convolution, sizes, receptive fields, pooling."""

from functools import partial

import numpy as np

from cnn_course import plots
from cnn_course.filters import EDGE_FILTERS
from cnn_course.geometry import output_size, padding_amounts, receptive_field
from cnn_course.plots.explore.explorer import Explorer, choice, slider
from cnn_course.scratch import convolve_one, pool2d


def draw_convolution(image, kernel, padding, stride, step):
    """Draw one step of a convolution, its sum written out.

    Args:
        image: 2-D array.
        kernel: 2-D array.
        padding: "valid" or "same".
        stride: int >= 1.
        step: int >= 0, place in the output in reading order; the last one if
            it is beyond.
    """
    output = convolve_one(image, kernel, strides=stride, padding=padding)
    sides = [
        padding_amounts(n, k, stride=stride, padding=padding)
        for n, k in zip(image.shape, kernel.shape, strict=True)
    ]
    place = divmod(min(step, output.size - 1), output.shape[1])
    plots.sliding_window(
        np.pad(image, sides),
        kernel,
        output,
        [place],
        padding=sides,
        stride=stride,
        columns=1,
    )


def convolution(image):
    """Move a filter over a small picture, step by step.

    Args:
        image: 2-D array of whole numbers, at most about 8×8.

    Returns:
        Explorer.
    """

    def draw(kernel, padding, stride, step):
        draw_convolution(image, EDGE_FILTERS[kernel], padding, stride, step)

    return Explorer(
        draw,
        kernel=choice(EDGE_FILTERS, "vertical", "filter"),
        padding=choice(["valid", "same"], "valid", "padding"),
        stride=slider(1, 3, 1, "stride"),
        step=slider(0, image.size - 1, 0, "step"),
    )


def draw_output_size(n, kernel_size, stride, padding, dilation):
    """Draw where a kernel lies along one side, and say the output's size."""
    case = {
        "n": n,
        "kernel_size": kernel_size,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
    }
    size = output_size(**case)
    plots.windows_along_a_side({f"{n} pixels → {size}": case})


def sizes():
    """Calculate the output's size, and see why.

    Returns:
        Explorer.
    """
    return Explorer(
        draw_output_size,
        n=slider(3, 16, 8, "pixels"),
        kernel_size=slider(1, 7, 3, "kernel"),
        stride=slider(1, 4, 2, "stride"),
        padding=choice(["valid", "same"], "valid", "padding"),
        dilation=slider(1, 3, 1, "dilation"),
    )


def draw_receptive_field(picture, layers, kernel_size, stride):
    """Frame what one output of each layer of a stack sees."""
    fields = {
        f"layer {n}": receptive_field([(kernel_size, stride)] * n)[0]
        for n in range(1, layers + 1)
    }
    plots.receptive_fields(picture, fields)


def receptive_fields(picture):
    """Grow a receptive field, layer by layer, on a photograph.

    Args:
        picture: array (height, width) or (height, width, 3).

    Returns:
        Explorer.
    """
    return Explorer(
        partial(draw_receptive_field, picture),
        layers=slider(1, 6, 3, "layers"),
        kernel_size=slider(1, 7, 3, "kernel"),
        stride=slider(1, 2, 2, "stride"),
    )


def draw_pooling(picture, shift, pool_size, mode):
    """Pool a picture and the same picture moved to the right; compare.

    The title counts the pooled numbers that are equal in the same place, and
    those that are after moving back by the whole windows that fit best.

    Args:
        picture: 2-D array.
        shift: int >= 0, pixels to the right.
        pool_size: int >= 1.
        mode: "max", "average" or "min".
    """
    moved = np.roll(picture, shift, axis=1).astype(float)
    before, after = (
        pool2d(p[None, ..., None].astype(float), pool_size, mode=mode)[
            0, ..., 0
        ]
        for p in (picture, moved)
    )
    width = before.shape[1]
    equal = [
        np.mean(after[:, back:] == before[:, : width - back])
        for back in range(min(shift // pool_size + 2, width))
    ]
    back = int(np.argmax(equal))
    plots.images(
        [picture, moved, before, after],
        [
            "a picture",
            f"moved by {shift}",
            f"{mode} {pool_size}×{pool_size}",
            f"moved, {mode}: {equal[0]:.0%} in place,\n"
            f"{equal[back]:.0%} if moved back by {back}",
        ],
        columns=4,
        size=2.4,
    )


def pooling(picture):
    """Move a picture, and see what pooling forgets of it.

    Args:
        picture: 2-D array.

    Returns:
        Explorer.
    """
    return Explorer(
        partial(draw_pooling, picture),
        shift=slider(0, 8, 3, "shift (pixels)"),
        pool_size=slider(1, 6, 2, "window"),
        mode=choice(["max", "average", "min"], "max", "mode"),
    )
