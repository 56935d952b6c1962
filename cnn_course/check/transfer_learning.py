"""The exercises of notebook 16, transfer learning."""

import math

from cnn_course.check.judge import FunctionExercise, ValueExercise

head_parameters = ValueExercise(
    "head_parameters",
    right=1280 * 3 + 3,
    mistakes=(
        (1280 * 3, "each class has a bias, too."),
        (1280 * 3 + 1, "each class has a bias of its own."),
        (1280 * 2 + 2, "neither of the two cats is a class, too: three."),
        (1280 * 2, "neither of the two cats is a class, too; and the biases?"),
        (1280 + 3, "each class has a weight for every feature."),
    ),
    hint="each class has a weight for each of the 1 280 features and a bias.",
)

gradient_steps = FunctionExercise(
    "gradient_steps",
    right=lambda pictures, batch, epochs: epochs * math.ceil(pictures / batch),
    cases=((480, 32, 10), (30, 32, 10), (100, 32, 3), (1, 1, 1), (33, 8, 2)),
    mistakes=(
        (
            lambda pictures, batch, epochs: epochs * (pictures // batch),
            "the last batch of an epoch may be smaller, but it is a step too.",
        ),
        (
            lambda pictures, batch, epochs: math.ceil(
                epochs * pictures / batch
            ),
            "each epoch ends with its own last batch: round up per epoch.",
        ),
        (
            lambda pictures, batch, epochs: epochs * pictures / batch,
            "a smaller last batch is one whole step: round up.",
        ),
        (
            lambda pictures, batch, epochs: epochs * pictures,
            "a step is taken for each batch, not for each picture.",
        ),
        (
            lambda pictures, batch, epochs: math.ceil(pictures / batch),
            "that is one epoch.",
        ),
        (
            lambda pictures, batch, epochs: epochs * round(pictures / batch),
            "rounding to the nearest loses small last batches: round up.",
        ),
    ),
    hint="count the batches of an epoch, the smaller last one too.",
)

times_faster = FunctionExercise(
    "times_faster",
    right=lambda base, top, epochs: (
        epochs * (base + top) / (base + epochs * top)
    ),
    cases=((8.0, 0.5, 10), (8.0, 0.5, 1), (3.0, 1.0, 100), (1.0, 1.0, 2)),
    mistakes=(
        (
            lambda base, top, epochs: (base + top) / top,
            "the features must be computed once: that costs base seconds.",
        ),
        (
            lambda base, top, epochs: (
                (base + epochs * top) / (epochs * (base + top))
            ),
            "that is upside down: time without saved features over time with.",
        ),
        (
            lambda base, top, epochs: (
                epochs * (base + top) / (base + top + epochs * top)
            ),
            "the pass that computes the features does not run the top.",
        ),
        (
            lambda base, top, epochs: epochs * base / (base + epochs * top),
            "without saved features each epoch runs the base and the top.",
        ),
        (
            lambda base, top, epochs: base / top,
            "compare whole trainings: all epochs, and the features once.",
        ),
    ),
    hint="without: epochs × (base + top). With: base once, then epochs × top.",
)

_LEARN = ("conv", "dense")


def _last(kinds, n, learn=_LEARN):
    chosen = [i for i, kind in enumerate(kinds) if kind in learn]
    return chosen[len(chosen) - n :]


_KINDS = ["conv", "bn", "relu", "pool", "conv", "bn", "relu", "dense"]

layers_to_train = FunctionExercise(
    "layers_to_train",
    right=_last,
    cases=(
        (_KINDS, 2),
        (_KINDS[:-1], 1),
        (_KINDS, 3),
        (["conv", "bn", "relu"] * 3, 2),
        (["conv", "bn"], 0),
    ),
    mistakes=(
        (
            lambda kinds, n: list(range(len(kinds)))[len(kinds) - n :],
            "those are the last n layers of any kind; ReLU and pooling have "
            "no weights, and batch normalisation stays frozen.",
        ),
        (
            lambda kinds, n: _last(kinds, n, (*_LEARN, "bn")),
            "batch normalisation has weights, but it stays frozen.",
        ),
        (
            lambda kinds, n: [
                i for i, kind in enumerate(kinds) if kind in _LEARN
            ][:n],
            "those are the first ones; the last ones are to train.",
        ),
        (
            lambda kinds, n: _last(kinds, n)[::-1],
            "the right layers, but from the end: keep their order.",
        ),
        (
            lambda kinds, n: [
                i for i, kind in enumerate(kinds) if kind in _LEARN
            ][-n:],
            "mind n = 0: a list's [-0:] is the whole list.",
        ),
    ),
    hint='of the places of "conv" and "dense", take the last n.',
)
