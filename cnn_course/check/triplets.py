"""Losses of a batch of triplets, right and wrong, for face_recognition.py.

Each is a function of the squared distances (n, n), of two masks of the same
shape, `positive` and `other` (of another class), and of the margin.
"""

import numpy as np


def of_batch(loss):
    """Make an answer from points, labels and margin out of such a loss."""

    def batch_loss(points, labels, margin):
        squares = ((points[:, None] - points) ** 2).sum(axis=-1)
        same = labels[:, None] == labels
        positive = same & ~np.eye(len(labels), dtype=bool)
        return loss(squares, positive, ~same, margin)

    return batch_loss


def hardest(squares, positive, other, margin):
    """The right one: the mean over all pairs of anchor and positive."""
    return _cut(squares, positive, other, margin).mean()


def _least(squares, where):
    return np.where(where, squares, np.inf).min(axis=1, keepdims=True)


def _gaps(squares, positive, other, margin):
    return (squares - _least(squares, other) + margin)[positive]


def _cut(squares, positive, other, margin):
    return np.maximum(_gaps(squares, positive, other, margin), 0)


def _farthest_negative(squares, positive, other, margin):
    gaps = squares + _least(-squares, other) + margin
    return np.maximum(gaps, 0)[positive].mean()


def _farthest_positive(squares, positive, other, margin):
    gaps = -_least(-squares, positive) - _least(squares, other) + margin
    return np.maximum(gaps, 0)[positive.any(axis=1)].mean()


def _every_negative(squares, positive, other, margin):
    gaps = squares[:, :, None] - squares[:, None] + margin
    return np.maximum(gaps, 0)[positive[:, :, None] & other[:, None]].mean()


def _mean_negative(squares, positive, other, margin):
    far = (squares * other).sum(axis=1) / other.sum(axis=1)
    return np.maximum(squares - far[:, None] + margin, 0)[positive].mean()


def _semi_hard(squares, positive, other, margin):
    losses = []
    for a, p in np.argwhere(positive):
        others = squares[a, other[a]]
        farther = others[others > squares[a, p]]
        negative = min(farther, default=others.max())
        losses.append(max(0, squares[a, p] - negative + margin))
    return np.mean(losses)


MISTAKES = (
    (
        lambda squares, positive, other, margin: hardest(
            squares, ~other, other, margin
        ),
        "a picture is not its own positive: leave the diagonal out.",
    ),
    (
        _farthest_negative,
        "that takes the farthest negative, which teaches nothing; the nearest "
        "is asked for.",
    ),
    (
        lambda *table: max(0, _gaps(*table).mean()),
        "each loss is cut off at 0 before the mean, not the mean itself.",
    ),
    (
        lambda *table: _gaps(*table).mean(),
        "an easy triplet costs nothing: no loss is below 0.",
    ),
    (
        lambda *table: _cut(*table).sum(),
        "that is the sum; the mean over all pairs of anchor and positive is "
        "asked for.",
    ),
    (
        lambda *table: _cut(*table).sum() / len(table[0]),
        "divide by the number of pairs of anchor and positive, not of "
        "pictures.",
    ),
    (
        lambda *table: _cut(*table).sum() / table[0].size,
        "divide by the number of pairs of anchor and positive; the other "
        "places of the table don't count.",
    ),
    (
        lambda squares, *rest: hardest(squares**0.5, *rest),
        "the distances are squared here: leave out the root.",
    ),
    (
        lambda squares, positive, other, margin: hardest(
            squares, positive, other, 0
        ),
        "the margin is missing.",
    ),
    (
        lambda squares, positive, other, margin: hardest(
            squares, positive, other, -margin
        ),
        "the margin makes the loss larger: add it.",
    ),
    (
        lambda squares, positive, other, margin: np.maximum(
            margin - _gaps(squares, positive, other, 0), 0
        ).mean(),
        "the positive shall be near and the negative far, so the positive's "
        "distance counts up.",
    ),
    (
        lambda squares, positive, other, margin: hardest(
            squares, np.triu(positive), other, margin
        ),
        "A and P may change places, and then another negative is nearest: both "
        "orders count.",
    ),
    (
        lambda *table: np.mean([loss for loss in _cut(*table) if loss > 0]),
        "the zeros count, too: the mean is over all pairs of anchor and "
        "positive.",
    ),
    (
        _farthest_positive,
        "each other picture of the anchor's class is a positive, not only the "
        "farthest.",
    ),
    (
        _every_negative,
        "that is the mean over all negatives; only the nearest to the anchor "
        "is asked for.",
    ),
    (
        _mean_negative,
        "that is the mean distance of the negatives; only the nearest counts.",
    ),
    (
        _semi_hard,
        "that is the semi-hard negative. The nearest one is asked for, even if "
        "it is nearer than the positive.",
    ),
    (
        lambda squares, positive, other, margin: hardest(
            squares, positive, positive | other, margin
        ),
        "the nearest of all may be of the anchor's own class: put np.inf in "
        "those places before you take the minimum.",
    ),
)
