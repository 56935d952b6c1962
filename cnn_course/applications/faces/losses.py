"""What brings pictures of one class together: contrastive and triplet loss.

Hadsell, Chopra and LeCun 2006; Schroff, Kalenichenko and Philbin 2015
(FaceNet), https://arxiv.org/abs/1503.03832.
"""

import keras
from keras import ops

_FAR = 1e9  # stands for "no such pair"; squared distances are at most 4


def squared_distances(points1, points2):
    """Squared Euclidean distances of all pairs, (n, d) and (m, d) -> (n, m)."""
    squares1 = ops.sum(points1**2, axis=1)[:, None]
    squares2 = ops.sum(points2**2, axis=1)[None]
    product = ops.matmul(points1, ops.transpose(points2))
    return ops.maximum(squares1 + squares2 - 2 * product, 0.0)


def _pairs(labels):
    """Which pairs are of one class (without itself), which of two."""
    labels = ops.reshape(labels, (-1,))
    same = labels[:, None] == labels[None]
    itself = ops.eye(ops.shape(labels)[0], dtype="bool")
    return ops.logical_and(same, ~itself), ~same


def contrastive_loss(labels, points, margin=1.0):
    """Pull points of one class together, push others a margin apart.

    d² for a pair of one class, max(0, margin − d)² for another; the mean over
    all pairs of the batch.

    Args:
        labels: (n,) or (n, 1), class numbers.
        points: (n, d), embeddings.
        margin: float > 0, a distance.

    Returns:
        Scalar.

    Source: Hadsell, Chopra and LeCun 2006, equation 4, there with a half.
    """
    same, other = _pairs(labels)
    squares = squared_distances(points, points)
    # The root's slope is infinite at 0, hence the small number.
    gap = ops.maximum(margin - ops.sqrt(squares + 1e-12), 0.0)
    zero = ops.zeros_like(squares)
    losses = ops.where(same, squares, zero) + ops.where(other, gap**2, zero)
    pairs = ops.cast(ops.logical_or(same, other), losses.dtype)
    return ops.sum(losses) / ops.maximum(ops.sum(pairs), 1.0)


def anchor_losses(labels, points, choose, margin):
    """Mean of max(0, d²(a, p) − d²(a, n) + margin) over all a and p."""
    same, other = _pairs(labels)
    squares = squared_distances(points, points)
    negatives = choose(squares, other)  # (n, n): for each anchor and positive
    losses = ops.maximum(squares - negatives + margin, 0.0)
    count = ops.sum(ops.cast(same, losses.dtype))
    losses = ops.where(same, losses, ops.zeros_like(losses))
    return ops.sum(losses) / ops.maximum(count, 1.0)


def triplet_loss(labels, points, margin=0.2):
    """Triplet loss with semi-hard negatives: farther than the positive.

    For each anchor and each positive of its class, the negative is the nearest
    one that is farther away than the positive; if there is none, the farthest.

    Args:
        labels: (n,) or (n, 1), class numbers; at least two of each class.
        points: (n, d), embeddings.
        margin: float > 0, a squared distance.

    Returns:
        Scalar, mean over all pairs of anchor and positive.

    Source: Schroff, Kalenichenko and Philbin 2015 (FaceNet), equation 3 and
    section 3.2.
    """
    return anchor_losses(labels, points, semi_hard, margin)


def semi_hard(squares, other):
    """Squared distance of the semi-hard negative for each anchor, positive."""
    candidates = squares[:, None, :]  # anchor, positive, negative
    farther = ops.logical_and(
        other[:, None, :], candidates > squares[:, :, None]
    )
    nearest = ops.min(ops.where(farther, candidates, _FAR), axis=2)
    farthest = ops.max(ops.where(other, squares, 0.0), axis=1, keepdims=True)
    return ops.where(nearest < _FAR, nearest, farthest)


def random_triplet_loss(labels, points, margin=0.2):
    """Triplet loss with negatives drawn at random.

    Arguments and result as for `triplet_loss`.
    """
    return anchor_losses(labels, points, _drawn, margin)


def _drawn(squares, other):
    n = ops.shape(squares)[0]
    luck = keras.random.uniform((n, n, n))
    luck = ops.where(other[:, None, :], luck, -1.0)
    chosen = ops.argmax(luck, axis=2)
    return ops.take_along_axis(squares, chosen, axis=1)
