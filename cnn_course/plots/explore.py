"""Figures with sliders: move one, and the figure is drawn anew.

Each explorer is a function that returns an `Explorer`; what it draws is a
function of its own, `draw_...`, that needs no slider.
"""

import base64
import io
from functools import partial

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np

from cnn_course import plots
from cnn_course.detection import iou, nms
from cnn_course.filters import EDGE_FILTERS
from cnn_course.geometry import output_size, padding_amounts, receptive_field
from cnn_course.parallel.all_reduce import step_seconds
from cnn_course.scratch import convolve_one, pool2d

_WIDE, _LONG = {"description_width": "9em"}, {"width": "28em"}


class Explorer:
    """A figure that follows its sliders.

    Jupyter shows the sliders. Where they do not run (on GitHub, in print) the
    same output holds the first figure as a picture.

    Args:
        draw: function of the controls' names that draws one figure with
            Matplotlib; what it raises as ValueError is shown in its place.
        **controls: ipywidgets with a value, by name.
    """

    def __init__(self, draw, **controls):
        self.draw = draw
        self.controls = controls
        self.still = self.png()
        self.picture = ipywidgets.Image(
            value=self.still,
            format="png",
            # Its own size: a box stretches what lies in it to its width.
            layout={"align_self": "flex-start", "max_width": "100%"},
        )
        self.widget = ipywidgets.VBox([*controls.values(), self.picture])
        for control in controls.values():
            control.observe(self._redraw, names="value")

    def png(self):
        """Draw the figure for the present values; return it as PNG bytes."""
        values = {name: c.value for name, c in self.controls.items()}
        before = set(plt.get_fignums())
        try:
            self.draw(**values)
        except ValueError as error:
            self._close(before)
            _, axis = plt.subplots(figsize=(7, 1))
            axis.text(0, 0.5, str(error), wrap=True, va="center")
            axis.axis("off")
        buffer = io.BytesIO()
        plt.gcf().savefig(buffer, format="png")
        self._close(before)
        return buffer.getvalue()

    @staticmethod
    def _close(before):
        """Close the figures made since, or Jupyter would show them, too."""
        for number in set(plt.get_fignums()) - before:
            plt.close(number)

    def _redraw(self, change):
        self.picture.value = self.png()

    def _repr_mimebundle_(self, include=None, exclude=None):
        bundle = dict(self.widget._repr_mimebundle_())
        bundle["image/png"] = base64.b64encode(self.still).decode()
        values = ", ".join(f"{k}={c.value}" for k, c in self.controls.items())
        bundle["text/plain"] = f"<Explorer: {values}>"
        return bundle


def _slider(low, high, value, words, step=1):
    """A slider over whole numbers that says what it moves."""
    return ipywidgets.IntSlider(
        value=value,
        min=low,
        max=high,
        step=step,
        description=words,
        style=_WIDE,
        layout=_LONG,
    )


def _fraction(value, words, *, step=0.05, low=0, high=1):
    """A slider over fractions."""
    return ipywidgets.FloatSlider(
        value=value,
        min=low,
        max=high,
        step=step,
        description=words,
        style=_WIDE,
        layout=_LONG,
    )


def _choice(options, value, words):
    return ipywidgets.Dropdown(
        options=list(options), value=value, description=words, style=_WIDE
    )


# --- Convolution --------------------------------------------------------------


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
        kernel=_choice(EDGE_FILTERS, "vertical", "filter"),
        padding=_choice(["valid", "same"], "valid", "padding"),
        stride=_slider(1, 3, 1, "stride"),
        step=_slider(0, image.size - 1, 0, "step"),
    )


# --- Sizes --------------------------------------------------------------------


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
        n=_slider(3, 16, 8, "pixels"),
        kernel_size=_slider(1, 7, 3, "kernel"),
        stride=_slider(1, 4, 2, "stride"),
        padding=_choice(["valid", "same"], "valid", "padding"),
        dilation=_slider(1, 3, 1, "dilation"),
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
        layers=_slider(1, 6, 3, "layers"),
        kernel_size=_slider(1, 7, 3, "kernel"),
        stride=_slider(1, 2, 2, "stride"),
    )


# --- Pooling ------------------------------------------------------------------


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
        shift=_slider(0, 8, 3, "shift (pixels)"),
        pool_size=_slider(1, 6, 2, "window"),
        mode=_choice(["max", "average", "min"], "max", "mode"),
    )


# --- Boxes --------------------------------------------------------------------


def draw_overlap(x, y, width, height):
    """Draw a fixed box, another one, and their intersection over union.

    Args:
        x: number, left edge of the other box, in pixels of 0 to 100.
        y: number, its upper edge.
        width: number > 0.
        height: number > 0.
    """
    fixed = np.array([30.0, 30, 70, 70])
    other = np.array([x, y, x + width, y + height], float)
    left, top = np.maximum(fixed[:2], other[:2])
    right, bottom = np.minimum(fixed[2:], other[2:])
    shared = max(right - left, 0) * max(bottom - top, 0)
    union = 1600 + width * height - shared
    value = iou(fixed[None], other[None])[0, 0]
    _, axis = plt.subplots(figsize=(4, 4.3))
    axis.set(xlim=(0, 120), ylim=(120, 0), xlabel="x (pixels)")
    axis.set(ylabel="y (pixels)", aspect="equal")
    if shared:
        corners = (left, top), right - left, bottom - top
        axis.add_patch(plt.Rectangle(*corners, color="0.8"))
    plots.boxes(None, [fixed, other], lines=["-", "--"], axis=axis)
    axis.set_title(f"IoU = {shared:g} / {union:g} = {value:.2f}")


def overlap():
    """Move and stretch a box, and watch its overlap with another.

    Returns:
        Explorer.
    """
    return Explorer(
        draw_overlap,
        x=_slider(0, 80, 45, "left edge"),
        y=_slider(0, 80, 40, "upper edge"),
        width=_slider(5, 40, 40, "width"),
        height=_slider(5, 40, 30, "height"),
    )


def draw_suppression(
    picture, boxes, scores, names, score_threshold, iou_threshold, per_class
):
    """Draw the boxes that non-max suppression keeps, the others faintly.

    Args:
        picture: array (height, width, 3).
        boxes: (n, 4) in pixels.
        scores: (n,).
        names: (n,) classes.
        score_threshold: 0-1.
        iou_threshold: 0-1.
        per_class: bool.
    """
    kept = nms(
        boxes,
        scores,
        iou_threshold=iou_threshold,
        score_threshold=score_threshold,
        classes=names if per_class else None,
    )
    dropped = np.setdiff1d(np.arange(len(boxes)), kept)
    _, axes = plt.subplots(1, 2, figsize=(9, 4.6))
    plots.boxes(
        picture, boxes[dropped], colours="0.7", lines=":", axis=axes[0],
        title=f"{len(dropped)} dropped",
    )  # fmt: skip
    plots.boxes(
        picture, boxes[kept], names[kept], scores[kept], axis=axes[1],
        title=f"{len(kept)} of {len(boxes)} kept",
    )  # fmt: skip


def suppression(picture, boxes, scores, names):
    """Change the thresholds of non-max suppression on a prediction.

    Args:
        picture: array (height, width, 3).
        boxes: (n, 4) in pixels.
        scores: (n,).
        names: (n,) classes.

    Returns:
        Explorer.
    """
    boxes, scores, names = map(np.asarray, (boxes, scores, names))

    return Explorer(
        partial(draw_suppression, picture, boxes, scores, names),
        score_threshold=_fraction(0.3, "score above"),
        iou_threshold=_fraction(0.5, "IoU at most"),
        per_class=ipywidgets.Checkbox(True, description="each class by itself"),
    )


# --- Networks -----------------------------------------------------------------


def draw_scaling(count, width, depth, side):
    """Draw what a scaled network costs, as a multiple of the plain one.

    Args:
        count: function of (width, depth, side) that returns the numbers of
            parameters and of multiplications.
        width: float > 0, factor on the filters of each layer.
        depth: float > 0, factor on the number of layers.
        side: int, of the picture in pixels; the plain one has 224.
    """
    parameters, work = count(width, depth, side)
    plain_parameters, plain_work = count(1.0, 1.0, 224)
    plots.bars(
        {
            f"{parameters / 1e6:,.1f} M parameters": (
                parameters / plain_parameters
            ),
            f"{work / 1e9:,.2f} G multiplications": work / plain_work,
        },
        xlabel="times those of width 1, depth 1, 224 pixels",
        title=f"width × {width:g}, depth × {depth:g}, {side}×{side} pixels",
        fmt="× {:.2f}",
    )


def scaling(count):
    """Make a network wider, deeper, and look at larger pictures.

    Args:
        count: function of (width, depth, side) that returns the numbers of
            parameters and of multiplications.

    Returns:
        Explorer.
    """
    return Explorer(
        partial(draw_scaling, count),
        width=_fraction(1.2, "width", step=0.1, low=0.5, high=3),
        depth=_fraction(1.4, "depth", step=0.1, low=0.5, high=3),
        side=_slider(128, 608, 288, "pixels", step=32),
    )


def draw_attack(attack, predict, class_names, epsilon):
    """Draw an attacked picture beside what a network says of it.

    Args:
        attack: function from epsilon to the changed picture.
        predict: function from a picture to the probabilities.
        class_names: list of str.
        epsilon: float >= 0, the strength.
    """
    picture = attack(epsilon)
    scores = np.asarray(predict(picture))
    _, axes = plt.subplots(1, 2, figsize=(8, 3), width_ratios=[1, 2])
    axes[0].imshow(np.squeeze(picture), cmap="gray", vmin=0, vmax=1)
    axes[0].set_title(f"ε = {epsilon:.2f}")
    axes[0].axis("off")
    best = scores.argmax()
    colours = ["0.2" if i == best else "0.7" for i in range(len(scores))]
    axes[1].bar(range(len(scores)), 100 * scores, color=colours)
    axes[1].set_xticks(range(len(scores)), class_names)
    axes[1].set(ylim=(0, 101), xlabel="class", ylabel="probability (%)")
    axes[1].set_title(f"taken for {class_names[best]}, {scores[best]:.0%}")


def attack(attack, predict, class_names):
    """Turn up the strength of an attack, and watch the network change its mind.

    Args:
        attack: function from epsilon to the changed picture, values 0 to 1.
        predict: function from a picture to the probabilities.
        class_names: list of str.

    Returns:
        Explorer.
    """
    return Explorer(
        partial(draw_attack, attack, predict, class_names),
        epsilon=_fraction(0.1, "strength ε", step=0.01, high=0.3),
    )


def draw_choice(pictures, which):
    """Draw one of some pictures, by its name."""
    plots.images([pictures[which]], [which], columns=1, size=4.5)


def choices(pictures, words):
    """Slide through pictures that were made beforehand.

    Args:
        pictures: dict from name to picture, in order.
        words: str, what the slider moves.

    Returns:
        Explorer.
    """
    names = list(pictures)
    which = ipywidgets.SelectionSlider(
        options=names,
        value=names[len(names) // 2],
        description=words,
        style=_WIDE,
        layout=_LONG,
    )
    return Explorer(partial(draw_choice, pictures), which=which)


# --- Many devices -------------------------------------------------------------


def draw_devices(parameters, network, milliseconds, gigabits):
    """Draw how much faster many devices train than one.

    Args:
        parameters: dict from a network's name to its number of weights.
        network: str, one of the names.
        milliseconds: float, that one device needs for its share of a step.
        gigabits: float, speed of each device's link, in gigabits a second.
    """
    devices = np.array([1, 2, 4, 8, 16, 32, 64])
    compute, weights = milliseconds / 1000, parameters[network]
    steps = step_seconds(compute, weights, devices, gigabits=gigabits)
    faster = devices * compute / steps
    plots.curves(
        {"if talking took no time": devices, "with it": faster},
        x=devices,
        xlabel="devices",
        ylabel="single devices\nthat they are worth",
        title=f"{network}, {milliseconds:g} ms to compute, {gigabits:g} Gbit/s:"
        f"\n8 devices are worth {faster[3]:.1f}, 64 are worth {faster[-1]:.1f}",
    )
    axis = plt.gca()
    axis.set_xscale("log", base=2)
    axis.set_yscale("log", base=2)
    axis.set_xticks(devices, devices)
    axis.set_yticks(devices, devices)
    axis.set_ylim(min(0.5, faster.min() / 2), 80)


def devices(parameters):
    """Scale out: change the network, the device's speed, and the link's.

    Args:
        parameters: dict from a network's name to its number of weights.

    Returns:
        Explorer.
    """
    names = list(parameters)
    return Explorer(
        partial(draw_devices, parameters),
        network=_choice(names, names[0], "network"),
        milliseconds=_slider(10, 500, 100, "computing takes (ms)", step=10),
        gigabits=_choice((1, 10, 25, 100, 400), 10, "link (Gbit/s)"),
    )
