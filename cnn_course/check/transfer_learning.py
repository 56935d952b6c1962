"""The exercises of notebook 16, transfer learning."""

import math

import numpy as np

from cnn_course.check.behaviour import NO_RETURN, BehaviourExercise
from cnn_course.check.judge import FunctionExercise, ValueExercise

head_parameters = ValueExercise(
    "head_parameters",
    right=1280 * 3 + 3,
    mistakes=(
        (1280 * 3, "each class has a bias, too."),
        (
            1280 * 6 + 6,
            "that is the top for the six kinds above. How many classes are "
            "there with the cats?",
        ),
        (1280 * 3 + 1, "each class has a bias of its own."),
        (1280 * 2 + 2, "'neither of the two' is a class as well."),
        (1280 * 2, "'neither of the two' is a class as well; and the biases?"),
        (1280 + 1, "that is one unit; there is one for each class."),
        (1280 + 3, "each class has a weight for every feature."),
        (3 + 1280 * 4, "the biases are as many as the classes."),
        (
            2_257_984 + 3843,
            "that is a whole network; the base is frozen, and learns nothing.",
        ),
        (
            4_652_008,
            "that is the whole of Lite0; the base is frozen, and learns "
            "nothing.",
        ),
    ),
    hint="only the dense layer learns. How many classes are there, and what "
    "does a unit of a dense layer have?",
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
        (
            lambda pictures, batch, epochs: epochs * (pictures // batch + 1),
            "one batch too many where the pictures fill their batches.",
        ),
        (
            lambda pictures, batch, epochs: epochs * pictures // batch,
            "each epoch ends with its own last batch: round up per epoch.",
        ),
        (
            lambda pictures, batch, epochs: math.ceil(
                pictures / (batch * epochs)
            ),
            "more epochs are more steps: multiply by them.",
        ),
        (
            lambda pictures, batch, epochs: (
                math.ceil(pictures / batch) + epochs
            ),
            "each epoch has all its batches again: multiply.",
        ),
        (
            lambda pictures, batch, epochs: epochs * batch,
            "how many batches are in an epoch? Not how many pictures in one.",
        ),
    ),
    hint="how many batches does one epoch have, if the last one may be "
    "smaller?",
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
        (
            lambda base, top, epochs: (
                1 - (base + epochs * top) / (epochs * (base + top))
            ),
            "that is the share of time saved; the time without over the time "
            "with is asked for.",
        ),
        (
            lambda base, top, epochs: (
                epochs * (base + top) - (base + epochs * top)
            ),
            "those are the seconds saved; how many times as long is the one?",
        ),
        (
            lambda base, top, epochs: (
                epochs * (base + top) / (epochs * base + top)
            ),
            "the base runs once, the top in every epoch.",
        ),
        (
            lambda base, top, epochs: (base + top) / (base + epochs * top),
            "without saved features, too, there are all epochs.",
        ),
        (
            lambda base, top, epochs: epochs * (base + top) / (base + top),
            "with saved features the top still runs in every epoch.",
        ),
        (
            lambda base, top, epochs: epochs * (base + top) / (epochs * top),
            "the features must be computed once: that costs base seconds.",
        ),
    ),
    hint="write down the seconds of a whole training twice: what runs in each "
    "epoch without saved features, what with them?",
)

_LEARN = ("conv", "dense")


def _last(kinds, n, learn=_LEARN):
    chosen = [i for i, kind in enumerate(kinds) if kind in learn]
    return chosen[max(0, len(chosen) - n) :]


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
                i
                for i in range(max(0, len(kinds) - n), len(kinds))
                if kinds[i] in _LEARN
            ],
            "choose first, then take the last n: what has no weights to train "
            "does not count towards n.",
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
        (
            lambda kinds, n: [i + 1 for i in _last(kinds, n)],
            "places are counted from 0 here, as in a list.",
        ),
        (
            lambda kinds, n: _last(kinds, n, ("conv",)),
            "a dense layer learns, too.",
        ),
        (
            lambda kinds, n: _last(kinds, len(kinds)),
            "those are all that can learn; only the last n are asked for.",
        ),
        (
            lambda kinds, n: [-i for i in range(n, 0, -1)],
            "count places from the start, and only layers that can learn.",
        ),
        (
            lambda kinds, n: [kinds[i] for i in _last(kinds, n)],
            "those are their names; their places in the list are asked for.",
        ),
        (
            lambda kinds, n: len(_last(kinds, n)),
            "that is how many; which places are they at?",
        ),
    ),
    hint="which of these layers have weights of their own, and which of those "
    "stay frozen in any case?",
)


# --- Freezing, judged by what moves ------------------------------------------


def _network():
    """A small base with two convolutions, a head, and pictures to train on."""
    import keras
    from keras import layers

    inputs = keras.Input((8, 8, 2))
    x = layers.Conv2D(4, 3, use_bias=False, name="first_conv")(inputs)
    x = layers.BatchNormalization(name="first_norm")(x)
    x = layers.ReLU()(x)
    x = layers.Conv2D(5, 3, use_bias=False, name="last_conv")(x)
    x = layers.BatchNormalization(name="last_norm")(x)
    x = layers.ReLU()(x)
    outputs = layers.GlobalAveragePooling2D()(x)
    base = keras.Model(inputs, outputs, name="base")
    head = layers.Dense(3, activation="softmax", name="head")
    head.build((None, 5))
    rng = np.random.default_rng(0)
    for weight in [*base.weights, *head.weights]:
        weight.assign(rng.uniform(0.5, 1, weight.shape))
    pictures = rng.normal(size=(12, 8, 8, 2)).astype("float32")
    return base, head, (pictures, np.arange(12) % 3)


def _values(layers):
    """A copy of all weights and statistics, by layer and name."""
    return {
        weight.path: np.array(weight)
        for layer in layers
        for weight in layer.weights
    }


def _moved(before, after):
    return [
        path for path in before if not np.array_equal(before[path], after[path])
    ]


def _model_hint(model, base, head):
    """What is wrong with what was returned; "" if nothing."""
    import keras

    if model is None:
        return NO_RETURN
    if not isinstance(model, keras.Model):
        return f"a keras.Model is asked for, not a {type(model).__name__}."
    inside = {id(weight) for weight in model.weights}
    for name, part in (("base", base), ("head", head)):
        if not {id(weight) for weight in part.weights} <= inside:
            return (
                f"the model does not hold the {name} that your function was "
                "given. Put these two together, not new ones or copies."
            )
    if not model.compiled:
        return "the model is returned without being compiled."
    return ""


def _frozen_hint(moved):
    """What moved in stage one and should not; "" if nothing."""
    kernels = [path for path in moved if "conv" in path]
    norms = [path for path in moved if "norm" in path]
    if kernels:
        return f"in stage one {kernels[0]} has moved: the base must not learn."
    if norms:
        return (
            f"in stage one {norms[-1]} has moved: batch normalisation learns "
            "too, and keeps statistics. Who tells it to hold still? Not "
            "training=False."
        )
    if not moved:
        return (
            "in stage one nothing has moved, not even the head. What is set "
            "for a model is set for all that it holds."
        )
    return ""


def _thawed_hint(moved):
    """What moved in stage two and should not, or the reverse."""
    if not any("head" in path for path in moved):
        return "in stage two the head does not learn any more."
    last, first = (
        f"{which}_conv/kernel" in moved for which in ("last", "first")
    )
    norms = [path for path in moved if "norm" in path]
    if first and last:
        return (
            "in stage two first_conv/kernel has moved as well: of the base, "
            "only the last convolution is to learn."
        )
    if first:
        return "in stage two the first convolution learns in place of the last."
    if norms:
        return (
            f"in stage two {norms[-1]} has moved: batch normalisation must "
            "stay frozen, its statistics as well."
        )
    if not last:
        return (
            "in stage two nothing of the base learns. Which of its layers did "
            "you thaw, and does that one have weights?"
        )
    return ""


def _watch_stages(answer):
    """Prepare both stages, train a step in each, and see what has moved."""
    base, head, (pictures, labels) = _network()
    rates = []
    for stage, hint_for in ((1, _frozen_hint), (2, _thawed_hint)):
        before = _values([base, head])
        model = answer(base, head, stage)
        hint = _model_hint(model, base, head)
        if hint:
            return hint
        changed = _moved(before, _values([base, head]))
        if changed:
            return (
                f"preparing stage {stage} has changed {changed[0]}: it must go "
                "on from what has been learned."
            )
        model.run_eagerly = True  # a graph would not pay for one step
        try:
            model.train_on_batch(pictures, labels)
        except ValueError as error:
            if "shape" not in str(error):
                raise
            return (
                "the loss does not fit: a label is the number of its class, "
                "the head gives a probability for each."
            )
        hint = hint_for(_moved(before, _values([base, head])))
        if hint:
            return hint
        rates.append(float(model.optimizer.learning_rate))
    if rates[1] >= rates[0]:
        return (
            "all that should move does, and nothing else. But the learning "
            f"rate is {rates[0]:g} in stage one and {rates[1]:g} in stage two: "
            "long steps destroy what the base knows."
        )
    return ""


prepare = BehaviourExercise(
    "prepare",
    watch=_watch_stages,
    done="In stage one the head alone has moved, in stage two the last "
    "convolution as well, more slowly; batch normalisation has held still.",
    by_hand=("cnn_course.transfer.",),
)
