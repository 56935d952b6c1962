"""The exercises of notebook 25, inside the network."""

import numpy as np

from cnn_course.check.judge import FunctionExercise, ValueExercise


def _numbers(seed, *shape):
    return np.random.default_rng(seed).integers(-3, 4, shape).astype(float)


def _weighted(maps, weights):
    return (maps * weights).sum(axis=-1)


cam = FunctionExercise(
    "cam",
    right=lambda maps, gradient: _weighted(
        maps, gradient.mean(axis=(0, 1))
    ).clip(0),
    cases=tuple(
        (np.abs(_numbers(seed, *shape)), _numbers(seed + 10, *shape))
        for seed, shape in enumerate(
            ((2, 2, 2), (3, 2, 4), (1, 4, 3), (4, 3, 1))
        )
    ),
    mistakes=(
        (
            lambda maps, gradient: _weighted(maps, gradient.mean(axis=(0, 1))),
            "what speaks against the class is cut off: nothing below 0.",
        ),
        (
            lambda maps, gradient: _weighted(maps, gradient).clip(0),
            "each map has one weight, the mean of its gradient over all "
            "places.",
        ),
        (
            lambda maps, gradient: _weighted(
                maps, gradient.sum(axis=(0, 1))
            ).clip(0),
            "take the mean of the gradient over the places, not its sum.",
        ),
        (
            lambda maps, gradient: _weighted(
                maps, gradient.mean(axis=(0, 1)).clip(0)
            ),
            "cut off at the end, not the weights: a map may speak against.",
        ),
        (
            lambda maps, gradient: (
                _weighted(maps, gradient.mean(axis=(0, 1))).clip(0)
                / maps.shape[-1]
            ),
            "sum over the channels, don't take their mean.",
        ),
    ),
    hint="weights = mean of the gradient over rows and columns, one for each "
    "channel; then the sum over the channels of map times weight; then "
    "nothing below 0.",
)


def _pictures(seed, *shape):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 11, shape) / 10, rng.integers(-3, 4, shape) / 8


fgsm_step = FunctionExercise(
    "fgsm_step",
    right=lambda x, g, epsilon: (x + epsilon * np.sign(g)).clip(0, 1),
    cases=tuple(
        (*_pictures(seed, 3, 3), epsilon)
        for seed, epsilon in enumerate((0.05, 0.2, 0.5, 0.01))
    ),
    mistakes=(
        (
            lambda x, g, epsilon: x + epsilon * np.sign(g),
            "a pixel must stay within 0 and 1.",
        ),
        (
            lambda x, g, epsilon: (x + epsilon * g).clip(0, 1),
            "each pixel moves by the whole epsilon: take the gradient's sign.",
        ),
        (
            lambda x, g, epsilon: (x - epsilon * np.sign(g)).clip(0, 1),
            "that makes the loss smaller; an attack goes up the gradient.",
        ),
        (
            lambda x, g, epsilon: (x + np.sign(g)).clip(0, 1),
            "epsilon is missing.",
        ),
    ),
    hint="picture + epsilon · sign of the gradient, cut at 0 and 1.",
)

largest_change = ValueExercise(
    "largest_change",
    right=784 * 0.1 * 0.02,
    mistakes=(
        (0.1 * 0.02, "that is for one pixel; all 784 move."),
        (784 * 0.02, "each pixel's move is multiplied by its weight, 0.1."),
        (0.0, "the attack chooses each pixel's direction so that nothing "
         "cancels."),
        (28 * 0.1 * 0.02, "that is how far noise gets (the root of 784); an "
         "attack moves all in the right direction."),
    ),
    hint="each pixel adds |weight| · epsilon, if it moves in the direction of "
    "its weight's sign: 784 times that.",
)  # fmt: skip

occlusion_passes = ValueExercise(
    "occlusion_passes",
    right=35,
    mistakes=(
        (48, "the square must fit into the picture: the last place along a "
         "side starts at side − 16."),
        (24, "count the place at 0, too: (side − 16) / 8 + 1."),
        (12, "the places overlap: the stride is 8, not 16."),
        (3072, "not every pixel: the stride is 8."),
    ),
    hint="along a side there are (side − 16) / 8 + 1 places; rows times "
    "columns.",
)  # fmt: skip
