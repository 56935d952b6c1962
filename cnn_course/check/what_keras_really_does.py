"""The exercises of notebook 28, what Keras really does."""

import numpy as np

from cnn_course.check.judge import FunctionExercise


def _soften(logits, temperature):
    powers = np.exp((logits - np.max(logits)) / temperature)
    return powers / powers.sum()


def _divergence(p, q):
    return float(np.sum(p * np.log(p / q)))


def _distilled(teacher, student, temperature):
    p, q = _soften(teacher, temperature), _soften(student, temperature)
    return temperature**2 * _divergence(p, q)


distillation_loss = FunctionExercise(
    "distillation_loss",
    right=_distilled,
    cases=(
        (np.array([2.0, 0.0, -1.0]), np.array([0.0, 1.0, 0.5]), 2.0),
        (np.array([-1.0, -2.0, -3.0]), np.array([-3.0, -2.0, -1.0]), 2.0),
        (np.array([4.0, 1.0]), np.array([1.0, 3.0]), 1.0),
        (np.array([0.5, 0.5, 3.0, 1.0]), np.array([0.0, 2.0, 1.0, 0.0]), 4.0),
    ),
    mistakes=(
        (
            lambda teacher, student, temperature: (
                _distilled(teacher, student, temperature) / temperature**2
            ),
            "the softer the logits, the smaller the gradient: multiply by the "
            "temperature squared.",
        ),
        (
            lambda teacher, student, temperature: (
                _distilled(teacher, student, temperature) / temperature
            ),
            "multiply by the square of the temperature.",
        ),
        (
            lambda teacher, student, temperature: _distilled(
                student, teacher, temperature
            ),
            "the other way around: the teacher's probabilities weigh the "
            "logarithms.",
        ),
        (
            lambda teacher, student, temperature: (
                temperature**2 * _distilled(teacher, student, 1)
            ),
            "divide the logits by the temperature before the softmax.",
        ),
        (
            lambda teacher, student, temperature: (
                -(temperature**2)
                * np.sum(
                    _soften(teacher, temperature)
                    * np.log(_soften(student, temperature))
                )
            ),
            "that is the cross-entropy: it is not 0 when both agree. Take the "
            "logarithm of the quotient p / q.",
        ),
        (
            lambda teacher, student, temperature: (
                temperature**2
                * _divergence(
                    np.clip(teacher / temperature, 1e-7, 1),
                    np.clip(student / temperature, 1e-7, 1),
                )
            ),
            "logits are no probabilities: each needs a softmax first.",
        ),
    ),
    hint="p and q are the softmax of the logits divided by the temperature; "
    "T² times the sum of p · log(p / q).",
)


def _placed(box, scales, corner):
    return np.asarray(box) * np.tile(scales, 2) + np.tile(corner, 2)


placed_box = FunctionExercise(
    "placed_box",
    right=_placed,
    cases=(
        (np.array([6.0, 4.0, 16.0, 10.0]), (2.0, 3.0), (5, 11)),
        (np.array([0.0, 0.0, 46.0, 25.0]), (48 / 46, 26 / 25), (0, 11)),
        (np.array([1.0, 2.0, 3.0, 8.0]), (0.5, 0.25), (4, 0)),
        (np.array([1.5, 2.5, 4.0, 9.0]), (1.0, 1.0), (3, 7)),
    ),
    mistakes=(
        (
            lambda box, scales, corner: box * np.tile(scales, 2),
            "the picture's corner moves every x and every y, too.",
        ),
        (
            lambda box, scales, corner: box + np.tile(corner, 2),
            "the box grows with its picture: multiply first.",
        ),
        (
            lambda box, scales, corner: (
                (box + np.tile(corner, 2)) * np.tile(scales, 2)
            ),
            "the picture is resized before it is placed: multiply, then add.",
        ),
        (
            lambda box, scales, corner: _placed(box, scales[::-1], corner),
            "x goes with the first scale, y with the second.",
        ),
        (
            lambda box, scales, corner: _placed(box, scales, corner[::-1]),
            "the corner is (left, top): left goes to x, top to y.",
        ),
        (
            lambda box, scales, corner: _placed(
                box, (scales[0], scales[0]), corner
            ),
            "width and height have a scale each, since both were rounded to "
            "whole pixels.",
        ),
        (
            lambda box, scales, corner: np.round(_placed(box, scales, corner)),
            "a box may end between two pixels: do not round.",
        ),
        (
            lambda box, scales, corner: (
                box * np.repeat(scales, 2) + np.repeat(corner, 2)
            ),
            "the order is x_min, y_min, x_max, y_max: np.tile, not np.repeat.",
        ),
    ),
    hint="x becomes x · x_scale + left, y becomes y · y_scale + top, at both "
    "ends of the box.",
)


def _generalized(labels, probabilities, q):
    right = probabilities[np.arange(len(labels)), labels]
    return float(np.mean((1 - right**q) / q))


generalized_cross_entropy = FunctionExercise(
    "generalized_cross_entropy",
    right=_generalized,
    cases=(
        (np.array([1]), np.array([[0.2, 0.7, 0.1]]), 0.5),
        (np.array([0, 2]), np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]]), 0.7),
        (np.array([1, 1, 0]), np.array([[0.9, 0.1]] * 3), 0.25),
        (np.array([0]), np.array([[1.0, 0.0]]), 0.5),
    ),
    mistakes=(
        (
            lambda labels, probabilities, q: (
                q * _generalized(labels, probabilities, q)
            ),
            "divide by q.",
        ),
        (
            lambda labels, probabilities, q: (
                len(labels) * _generalized(labels, probabilities, q)
            ),
            "that is the sum; the loss is the mean over the batch.",
        ),
        (
            lambda labels, probabilities, q: float(
                np.mean((1 - probabilities**q) / q)
            ),
            "of each row, only the probability of the right class counts: "
            "probabilities[np.arange(len(labels)), labels].",
        ),
        (
            lambda labels, probabilities, q: float(
                np.mean((1 - probabilities[:, labels] ** q) / q)
            ),
            "probabilities[:, labels] takes all labels of every row; each row "
            "has its own: probabilities[np.arange(len(labels)), labels].",
        ),
        (
            lambda labels, probabilities, q: float(
                np.mean((1 - probabilities.max(axis=1) ** q) / q)
            ),
            "the right class counts, not the one with the most probability.",
        ),
        (
            lambda labels, probabilities, q: (
                -float(
                    np.mean(
                        np.log(probabilities[np.arange(len(labels)), labels])
                    )
                )
            ),
            "that is the cross-entropy, to which this comes as q goes to 0.",
        ),
    ),
    hint="the mean of (1 - p**q) / q, with p the probability of the right "
    "class.",
)


def _gradient(x, epsilon):
    return x / np.sqrt(np.sum(x**2) + epsilon)


norm_gradient = FunctionExercise(
    "norm_gradient",
    right=_gradient,
    cases=(
        (np.array([3.0, -4.0]), 11.0),
        (np.zeros(3), 1e-6),
        (np.array([[1.0, 2.0], [0.0, -2.0]]), 7.0),
        (np.array([0.5]), 0.75),
    ),
    mistakes=(
        (
            lambda x, epsilon: x / np.sqrt(np.sum(x**2)),
            "at 0 this is 0 / 0: epsilon belongs under the root.",
        ),
        (
            lambda x, epsilon: x / (np.sqrt(np.sum(x**2)) + epsilon),
            "that is epsilon beside the root; it belongs under it.",
        ),
        (
            lambda x, epsilon: 2 * _gradient(x, epsilon),
            "the 2 of the square and the 1/2 of the root cancel.",
        ),
        (
            lambda x, epsilon: 0.5 * _gradient(x, epsilon),
            "the root's 1/2 meets the 2 of the square: both are gone.",
        ),
        (
            lambda x, epsilon: np.sqrt(np.sum(x**2) + epsilon),
            "that is the norm itself; asked for is its gradient, an array of "
            "x's shape.",
        ),
        (
            lambda x, epsilon: x / (np.sum(x**2) + epsilon),
            "the root stays in the denominator.",
        ),
        (
            lambda x, epsilon: x / np.sqrt(x**2 + epsilon),
            "one root for all: sum the squares before.",
        ),
    ),
    hint="x divided by the root of (the sum of the squares + epsilon).",
)
