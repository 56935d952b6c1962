"""Explorers of whole networks: their size, an attack, many devices."""

from functools import partial

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np

from cnn_course import plots
from cnn_course.parallel.all_reduce import step_seconds
from cnn_course.plots.explore.explorer import (
    LONG,
    WIDE,
    Explorer,
    choice,
    fraction,
    slider,
)


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
        width=fraction(1.2, "width", step=0.1, low=0.5, high=3),
        depth=fraction(1.4, "depth", step=0.1, low=0.5, high=3),
        side=slider(128, 608, 288, "pixels", step=32),
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
        epsilon=fraction(0.1, "strength ε", step=0.01, high=0.3),
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
        style=WIDE,
        layout=LONG,
    )
    return Explorer(partial(draw_choice, pictures), which=which)


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
        network=choice(names, names[0], "network"),
        milliseconds=slider(10, 500, 100, "computing takes (ms)", step=10),
        gigabits=choice((1, 10, 25, 100, 400), 10, "link (Gbit/s)"),
    )
