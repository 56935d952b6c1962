"""The exercises of notebook 23, face recognition."""

import numpy as np

from cnn_course.check.judge import FunctionExercise, ValueExercise


def _triplet(near, far, margin):
    return max(0, near - far + margin)


def _squares(anchor, positive, negative):
    return ((anchor - positive) ** 2).sum(), ((anchor - negative) ** 2).sum()


def _points(*rows):
    return tuple(np.array(row, float) for row in rows)


one_triplet_loss = FunctionExercise(
    "one_triplet_loss",
    right=lambda a, p, n, margin: _triplet(*_squares(a, p, n), margin),
    cases=(
        (*_points([0, 0], [2, 0], [0, 1]), 0.5),
        (*_points([0, 0], [1, 0], [0, 1.1]), 0.5),
        (*_points([1, 2, 3], [1, 2, 3], [1, 2, 9]), 0.2),
        (*_points([0.1, -0.3], [0.4, -0.2], [0.5, -0.3]), 1.0),
    ),
    mistakes=(
        (
            lambda a, p, n, margin: np.subtract(*_squares(a, p, n)) + margin,
            "an easy triplet costs nothing: the loss is never below 0.",
        ),
        (
            lambda a, p, n, margin: _triplet(*_squares(a, n, p), margin),
            "the positive shall be near and the negative far, so the "
            "positive's distance counts up.",
        ),
        (
            lambda a, p, n, margin: _triplet(
                *np.sqrt(_squares(a, p, n)), margin
            ),
            "the distances are squared here: leave out the root.",
        ),
        (
            lambda a, p, n, margin: _triplet(*_squares(a, p, n), 0),
            "the margin is missing.",
        ),
        (
            lambda a, p, n, margin: _triplet(*_squares(a, p, n), -margin),
            "the margin makes the loss larger: add it.",
        ),
    ),
    hint="it is max(0, d²(A, P) − d²(A, N) + margin), where d² is the sum of "
    "the squared differences of all coordinates.",
)

triplets_in_batch = ValueExercise(
    "triplets_in_batch",
    right=96 * 3 * 92,
    mistakes=(
        (96 * 4 * 92, "an anchor is not its own positive."),
        (96 * 3 * 95, "the negative must be of another letter than A and P."),
        (96 * 3 * 93, "four pictures are of the anchor's own letter, not 3."),
        (96 * 3 // 2 * 92, "A and P may change places: order counts."),
        (96 * 95 * 94, "P must be of A's letter, N of another."),
        (24 * 3 * 92, "each of the 96 pictures can be the anchor."),
    ),
    hint="96 anchors; for each, the other pictures of its letter as positives; "
    "for each of these, all pictures of other letters as negatives.",
)


def _nearest(points, point, threshold):
    distances = np.sqrt(((points - point) ** 2).sum(axis=1))
    return distances, distances <= threshold


def _who(points, point, threshold):
    distances, near = _nearest(points, point, threshold)
    return int(distances.argmin()) if near.any() else -1


_GALLERY = np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 2.0], [0.5, 0.5]])

who = FunctionExercise(
    "who",
    right=_who,
    cases=(
        (_GALLERY, np.array([0.0, 1.8]), 1.5),
        (_GALLERY, np.array([9.0, 9.0]), 2.0),
        (_GALLERY, np.array([3.0, 1.0]), 3.0),
        (_GALLERY[:2], np.array([0.6, 0.0]), 0.5),
    ),
    mistakes=(
        (
            lambda points, point, threshold: int(
                _nearest(points, point, threshold)[0].argmin()
            ),
            "whoever is too far from all must be nobody: −1.",
        ),
        (
            lambda points, point, threshold: (
                int(_nearest(points, point, threshold)[1].argmax())
                if _nearest(points, point, threshold)[1].any()
                else -1
            ),
            "that is the first one that is near enough; the nearest is asked "
            "for.",
        ),
        (
            lambda points, point, threshold: _who(
                points, point, threshold**0.5
            ),
            "compare the distance with the threshold, not its square: take "
            "the root.",
        ),
    ),
    hint="the distance to each row is the root of the sum of the squared "
    "differences; the smallest one decides, if it is at most the threshold.",
)

once_in = ValueExercise(
    "once_in",
    right=1 / (1 - 0.99 ** (1 / 500)),
    mistakes=(
        (
            50_000,
            "nearly: that adds the risks up. All 500 must be right at "
            "once: (1 − p)⁵⁰⁰ = 0.99.",
        ),
        (
            1 - 0.99 ** (1 / 500),
            "that is how often it may err, p; once in 1/p times.",
        ),
        (100, "that is for all 500 comparisons together."),
        (
            1 / (1 - 0.99**500),
            "with that a single comparison would err nearly "
            "always: take the 500th root, not the 500th power.",
        ),
    ),
    hint="all 500 comparisons must be right with probability 0.99: "
    "(1 − p)⁵⁰⁰ = 0.99. Solve for p; once in 1/p times.",
)
