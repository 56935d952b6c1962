"""The exercises of notebook 26, super-resolution and gestures."""

import numpy as np

from cnn_course.check.judge import FunctionExercise, ValueExercise


def _shuffled(maps, scale, axes=(0, 2, 1, 3)):
    height, width, _ = maps.shape
    squares = maps.reshape(height, width, scale, scale).transpose(axes)
    return squares.reshape(scale * height, scale * width)


pixel_shuffle = FunctionExercise(
    "pixel_shuffle",
    right=_shuffled,
    cases=(
        (np.arange(4.0).reshape(1, 1, 4), 2),
        (np.arange(24.0).reshape(2, 3, 4), 2),
        (np.arange(54.0).reshape(3, 2, 9), 3),
        (np.arange(6.0).reshape(2, 3, 1), 1),
    ),
    mistakes=(
        (
            lambda maps, scale: _shuffled(maps, scale, (0, 1, 2, 3)),
            "the second and third axis must change places before the last "
            "reshape: first all pixels' first rows, then their second ones.",
        ),
        (
            lambda maps, scale: _shuffled(maps, scale, (0, 3, 1, 2)),
            "each square is turned over its diagonal: the first `scale` "
            "channels are a row, not a column.",
        ),
    ),
    hint="reshape to (height, width, scale, scale), bring the axes into the "
    "order height, row in the square, width, column in the square, and "
    "reshape again.",
)

decibels = FunctionExercise(
    "decibels",
    right=lambda mse: 10 * np.log10(255**2 / mse),
    cases=((1.0,), (65025.0,), (100.0,), (0.3,)),
    mistakes=(
        (
            lambda mse: 10 * np.log(255**2 / mse),
            "the logarithm is that of base 10: np.log10.",
        ),
        (
            lambda mse: 10 * np.log10(255 / mse),
            "the peak is squared, too, as the error is.",
        ),
        (
            lambda mse: 20 * np.log10(255**2 / mse),
            "it is 10 times the logarithm; 20 would be for the root of the "
            "mean squared error, with 255 not squared.",
        ),
        (
            lambda mse: 10 * np.log10(mse / 255**2),
            "the other way round: a smaller error gives more decibels.",
        ),
        (
            lambda mse: 10 * np.log10(1 / mse),
            "the peak of these pictures is 255, not 1.",
        ),
        (
            lambda mse: np.log10(255**2 / mse),
            "a deci-bel is a tenth: 10 times the logarithm.",
        ),
    ),
    hint="PSNR is 10 · log10(peak² / mean squared error), with peak 255.",
)

sub_pixel_channels = ValueExercise(
    "sub_pixel_channels",
    right=48,
    mistakes=(
        (16, "that is for a grey picture: each pixel has three numbers here."),
        (12, "four times along *each* side: 16 pixels for one."),
        (3, "the small pixel has 3 numbers; how many pixels are made of it?"),
        (27, "that is for three times as large."),
        (64, "every new pixel has 3 numbers, not 4."),
    ),
    hint="one small pixel becomes 4 · 4 pixels, each with 3 numbers.",
)


def _known(train, val):
    return np.isin(val, train).mean()


share_known = FunctionExercise(
    "share_known",
    right=_known,
    cases=(
        (np.array([1, 1, 2, 2]), np.array([2, 2, 3, 4, 2])),
        (np.array([0, 5, 9]), np.array([1, 2])),
        (np.array([7, 8, 8, 9]), np.array([8, 7, 9, 9])),
        (np.array([3, 1, 4, 1, 5]), np.array([1, 1, 2, 6])),
    ),
    mistakes=(
        (
            lambda train, val: _known(val, train),
            "that is the share of the *training* pictures: take the "
            "validation's.",
        ),
        (
            lambda train, val: _known(train, np.unique(val)),
            "that is the share of the people. One with many pictures counts "
            "as often.",
        ),
        (
            lambda train, val: 1 - _known(train, val),
            "that is the share of the strangers.",
        ),
        (
            lambda train, val: np.isin(val, train).sum(),
            "that is how many pictures; divide by the number of all.",
        ),
    ),
    hint="np.isin(a, b) says for each element of a whether it is in b.",
)

joint_class = FunctionExercise(
    "joint_class",
    right=lambda p: np.log(p).sum(axis=0).argmax(),
    cases=(
        (np.array([[0.4, 0.6], [0.9, 0.1]]),),
        (np.array([[0.5, 0.3, 0.2], [0.01, 0.55, 0.44], [0.6, 0.2, 0.2]]),),
        (np.array([[0.2, 0.1, 0.7]]),),
        (np.array([[0.1, 0.45, 0.45], [0.1, 0.2, 0.7], [0.05, 0.5, 0.45]]),),
        (np.array([[0.98, 0.02], [0.3, 0.7], [0.4, 0.6]]),),
        (np.array([[0.8, 0.2], [0.3, 0.7], [0.3, 0.7]]),),
    ),
    mistakes=(
        (
            lambda p: p.sum(axis=0).argmax(),
            "the probabilities are multiplied, not added: one that is nearly "
            "0 rules a class out.",
        ),
        (
            lambda p: np.bincount(p.argmax(axis=1)).argmax(),
            "that is the vote of the majority. A sure picture must count "
            "more than an unsure one.",
        ),
        (
            lambda p: p.max(axis=0).argmax(),
            "that is the surest single picture; all of them count.",
        ),
        (
            lambda p: p.prod(axis=0).max(),
            "that is the largest product; which class has it?",
        ),
    ),
    hint="multiply along axis 0 (or add logarithms), then argmax.",
)
