"""The exercises of notebook 25, inside the network."""

from functools import partial

import numpy as np

from cnn_course.check.judge import FunctionExercise, ValueExercise
from cnn_course.check.networks import Network, in_quarters


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
        (
            lambda maps, gradient: (
                (maps * gradient.mean(axis=-1, keepdims=True))
                .sum(axis=-1)
                .clip(0)
            ),
            "the mean goes over the places, rows and columns: one weight for "
            "each channel, not for each place.",
        ),
        (
            lambda maps, gradient: np.abs(
                _weighted(maps, gradient.mean(axis=(0, 1)))
            ),
            "what speaks against the class is cut off, not turned: max(0, …).",
        ),
        (
            lambda maps, gradient: _weighted(
                maps.mean(axis=(0, 1)), gradient
            ).clip(0),
            "that is the other way round: the mean of the gradient weighs the "
            "maps.",
        ),
        (
            lambda maps, gradient: _weighted(
                maps, np.abs(gradient).mean(axis=(0, 1))
            ),
            "keep the gradient's sign: a map may speak against the class.",
        ),
        (
            lambda maps, gradient: _weighted(
                maps.clip(0), gradient.clip(0).mean(axis=(0, 1))
            ),
            "cut off at the end, not the gradient: a map may speak against.",
        ),
    ),
    hint="how much does each channel count? Its gradient says so, by one "
    "number for all places. What do you do with the maps then, and what with "
    "the places that speak against the class?",
)


def _seeing(seed):
    """A network that gives the last maps and the scores of three classes."""
    import keras

    inputs = keras.Input((5, 5, 3))
    # Zeros draw no random numbers.
    options = {"kernel_initializer": "zeros", "activation": "relu"}
    maps = keras.layers.Conv2D(2, 2, **options, name="maps")(inputs)
    x = keras.layers.Flatten()(maps)
    x = keras.layers.Dense(4, **options, name="hidden")(x)
    options["activation"] = None
    scores = keras.layers.Dense(3, **options, name="scores")(x)
    return in_quarters(keras.Model(inputs, [maps, scores]), seed)


def _class_score(scores, label):
    return scores[label]


def _maps_and_gradient(model, image, label, of=_class_score):
    """The maps, and the gradient of a number made of the scores, as arrays."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        maps, scores = model(image[None])
        value = of(scores[0], label)
    return maps[0].numpy(), tape.gradient(value, maps)[0].numpy()


def _seen(change=cam.right, of=_class_score):
    """An answer to heat_map from one to cam, and from what is explained."""
    return lambda model, image, label: change(
        *_maps_and_gradient(model, image, label, of)
    )


def _softmax_of_it(scores, label):
    import tensorflow as tf

    return tf.nn.softmax(scores)[label]


def _best_score(scores, label):
    return max(scores)


def _sum_of_scores(scores, label):
    return sum(scores)


def _loss_of_it(scores, label):
    import tensorflow as tf

    return -tf.nn.log_softmax(scores)[label]


def _heat_case(seed, label):
    rng = np.random.default_rng(seed)
    network = Network(partial(_seeing, seed), "a small network")
    return network, rng.integers(0, 5, (5, 5, 3)).astype("float32"), label


heat_map = FunctionExercise(
    "heat_map",
    right=_seen(),
    cases=(_heat_case(4, 1), _heat_case(9, 0), _heat_case(16, 2)),
    mistakes=(
        *((_seen(wrong), hint) for wrong, hint in cam.mistakes),
        (
            _seen(of=_softmax_of_it),
            "take the score as the model gives it: behind a softmax the other "
            "classes mix in.",
        ),
        (
            _seen(of=_best_score),
            "the class that is asked about is `label`, not the one with the "
            "best score.",
        ),
        (
            _seen(of=_sum_of_scores),
            "that is the gradient of all scores together; pick the score of "
            "`label` before you ask the tape.",
        ),
        (
            _seen(of=_loss_of_it),
            "the score's gradient is asked for, not the loss's.",
        ),
    ),
    hint="inside the tape: the model on a batch of one, and the score of "
    "`label`. Behind it: that score's gradient with respect to the maps, and "
    "then as in exercise 1.",
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
        *(
            (
                lambda x, g, epsilon, sign=sign: sign * epsilon * np.sign(g),
                "that is the change alone; the attacked picture is asked for.",
            )
            for sign in (1, -1)
        ),
        (
            lambda x, g, epsilon: np.minimum(x + epsilon * np.sign(g), 1),
            "0 is a limit, too.",
        ),
        (
            lambda x, g, epsilon: np.maximum(x + epsilon * np.sign(g), 0),
            "1 is a limit, too: these pixels do not go to 255.",
        ),
        *(
            (
                lambda x, g, epsilon, size=size: (
                    x + epsilon * g / size(g)
                ).clip(0, 1),
                "each pixel moves by the whole epsilon, however small its "
                "gradient: divide by nothing, take the sign.",
            )
            for size in (np.linalg.norm, lambda g: np.abs(g).max())
        ),
        (
            lambda x, g, epsilon: (x + epsilon * np.sign(x)).clip(0, 1),
            "it is the gradient's sign that says where to, not the picture's.",
        ),
    ),
    hint="the gradient says in which direction each pixel must move for the "
    "loss to grow. How far may it move, and which values can a pixel have?",
)


def _logits(seed):
    """A network whose three scores have not been through a softmax."""
    import keras

    # Zeros draw no random numbers.
    options = {"kernel_initializer": "zeros", "activation": "relu"}
    inputs = keras.Input((3, 3, 1))
    x = keras.layers.Flatten()(inputs)
    x = keras.layers.Dense(6, **options, name="hidden")(x)
    options["activation"] = None
    scores = keras.layers.Dense(3, **options, name="scores")(x)
    return in_quarters(keras.Model(inputs, scores), seed)


def _cross_entropy(labels, scores):
    import keras

    return keras.losses.sparse_categorical_crossentropy(
        labels, scores, from_logits=True
    )


def _as_probabilities(labels, scores):
    import keras

    return keras.losses.sparse_categorical_crossentropy(labels, scores)


def _scores_of(labels, scores):
    import tensorflow as tf

    return tf.gather(scores, labels, axis=1, batch_dims=1)


def _best_taken(labels, scores):
    import tensorflow as tf

    return _cross_entropy(tf.argmax(scores, axis=1), scores)


def _loss_gradient(model, images, labels, loss):
    import tensorflow as tf

    with tf.GradientTape() as tape:
        pixels = tf.Variable(images)
        value = loss(labels, model(pixels))
    return tape.gradient(value, pixels).numpy()


def _attacked(step=fgsm_step.right, loss=_cross_entropy):
    """An answer to attack from one to fgsm_step, and from a loss."""
    return lambda model, images, labels, epsilon: step(
        images, _loss_gradient(model, images, labels, loss), epsilon
    )


def _attack_case(seed, labels, epsilon):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 9, (len(labels), 3, 3, 1)) / 8
    network = Network(partial(_logits, seed), "a small network")
    return network, images.astype("float32"), np.array(labels), epsilon


attack = FunctionExercise(
    "attack",
    right=_attacked(),
    cases=(
        _attack_case(0, [0, 2], 0.125),
        _attack_case(3, [1, 0, 2], 0.25),
        _attack_case(6, [0], 0.5),
    ),
    mistakes=(
        *((_attacked(wrong), hint) for wrong, hint in fgsm_step.mistakes),
        (
            _attacked(loss=_as_probabilities),
            "this model's scores are no probabilities yet: the loss must know, "
            "from_logits=True.",
        ),
        (
            _attacked(loss=_scores_of),
            "that makes the class's score grow, and so the loss fall.",
        ),
        (
            _attacked(loss=lambda labels, scores: -_scores_of(labels, scores)),
            "the loss is the cross-entropy: there the other classes count, "
            "too, not the score of the right one alone.",
        ),
        (
            _attacked(loss=_best_taken),
            "the loss needs the right classes, `labels`, not those that the "
            "model believes.",
        ),
    ),
    hint="inside the tape: the scores, and their cross-entropy with `labels`. "
    "The tape must watch the pictures (tf.Variable, or tape.watch), or there "
    "is no gradient. Then as in exercise 3.",
)

largest_change = ValueExercise(
    "largest_change",
    right=784 * 0.1 * 0.02,
    mistakes=(
        *(
            (rounded, "right but for the rounding: hand over the product.")
            for rounded in (1.57, 1.6, 2)
        ),
        (784 * 0.1, "that is for pixels that move by 1; these move by ε."),
        (0.1 * 0.02, "that is for one pixel; all 784 move."),
        (784 * 0.02, "each pixel's move is multiplied by its weight, 0.1."),
        (0.0, "the attack chooses each pixel's direction so that nothing "
         "cancels."),
        (28 * 0.1 * 0.02, "that is how far noise gets (the root of 784); an "
         "attack moves all in the right direction."),
    ),
    hint="what does one pixel add to the sum, if it moves in the direction "
    "that its weight's sign asks for? And all of them?",
)  # fmt: skip

occlusion_passes = ValueExercise(
    "occlusion_passes",
    right=35,
    mistakes=(
        (48, "the square must fit into the picture: the last place along a "
         "side starts at side − 16."),
        (24, "count the place at 0, too: (side − 16) / 8 + 1."),
        (12, "12 is 4 · 3, but the places overlap: the stride is 8, not 16. Or "
         "is it 7 + 5? For each row of places there is each column."),
        (7, "that is along one side; rows times columns."),
        (5, "that is along one side; rows times columns."),
        (36, "the picture itself is not counted."),
        (42, "along the other side, too, the last square must fit."),
        (40, "along the other side, too, the last square must fit."),
        (3072, "not every pixel: the stride is 8."),
    ),
    hint="where along the longer side can the square begin? The first place "
    "is 0, the next one 8. And along the other side?",
)  # fmt: skip
