"""The exercises of notebook 23, face recognition."""

import numpy as np

from cnn_course.check import triplets
from cnn_course.check.judge import FunctionExercise, ValueExercise


def _triplet(near, far, margin):
    return max(0, near - far + margin)


def _squares(anchor, positive, negative):
    return ((anchor - positive) ** 2).sum(), ((anchor - negative) ** 2).sum()


def _triplet_gap(anchor, positive, negative, margin):
    return np.subtract(*_squares(anchor, positive, negative)) + margin


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
            lambda a, p, n, margin: _triplet_gap(a, p, n, margin),
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
        (
            lambda a, p, n, margin: _triplet(
                ((a - p) ** 2).sum(), ((p - n) ** 2).sum(), margin
            ),
            "the negative's distance, too, is that from the anchor.",
        ),
        (
            lambda a, p, n, margin: _triplet(
                ((a - p) ** 2).mean(), ((a - n) ** 2).mean(), margin
            ),
            "a squared distance is the sum over the coordinates, not the mean.",
        ),
        (
            lambda a, p, n, margin: _triplet(
                abs(a - p).sum(), abs(a - n).sum(), margin
            ),
            "square the differences of the coordinates before you add them.",
        ),
        (
            lambda a, p, n, margin: _triplet(
                (a - p).sum() ** 2, (a - n).sum() ** 2, margin
            ),
            "first the square of each coordinate's difference, then the sum.",
        ),
        (
            lambda a, p, n, margin: _triplet(*_squares(a, p, n), 0) + margin,
            "the margin stands inside the maximum: an easy triplet costs "
            "nothing.",
        ),
        (
            lambda a, p, n, margin: abs(_triplet_gap(a, p, n, margin)),
            "what is below 0 becomes 0, not positive: max(0, …).",
        ),
        (
            lambda a, p, n, margin: min(0, _triplet_gap(a, p, n, margin)),
            "the larger of the two counts: max, not min.",
        ),
    ),
    hint="compare the squared distance to the positive with that to the "
    "negative. By how much must the second be larger for the loss to be 0?",
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
        (
            24 * 3 * 92,
            "four pictures of a letter count as four, not as one: as anchors "
            "and as negatives.",
        ),
        (
            96 * 95 * 94 // 6,
            "that is any three of the 96 pictures; here two must be of one "
            "letter and the third of another.",
        ),
        (96 * 92, "that is pairs of an anchor and a negative; which positive?"),
        (96 * 3, "that is pairs of A and P; which negatives does each have?"),
    ),
    hint="how many pictures can be the anchor? How many positives does each of "
    "them have, and how many negatives?",
)


batch_loss = FunctionExercise(
    "batch_loss",
    right=triplets.of_batch(triplets.hardest),
    cases=(
        (
            np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0], [3.0, 1.0]]),
            np.array([0, 0, 1, 1]),
            0.5,
        ),
        (
            np.array([[0, 2], [3, 0], [1, 1], [0, 0], [2, 2], [1, 0]]) / 2,
            np.array([4, 7, 4, 7, 4, 9]),
            1.0,
        ),
        (
            np.array([[0, 1], [1, 0], [2, 0], [0, 3], [1, 2]], float),
            np.array([2, 1, 2, 1, 1]),
            2.0,
        ),
        (
            np.array([[0.0, 0.0], [0.0, 1.0], [9.0, 0.0], [9.0, 1.0]]),
            np.array([0, 0, 1, 1]),
            1.0,
        ),
        (
            np.random.default_rng(0).integers(-4, 5, (8, 3)) / 4,
            np.array([0, 1, 2, 0, 1, 2, 0, 1]),
            0.25,
        ),
    ),
    mistakes=(
        *(
            (triplets.of_batch(wrong), hint)
            for wrong, hint in triplets.MISTAKES
        ),
        (
            lambda points, labels, margin: triplets.of_batch(triplets.hardest)(
                points / points.shape[1] ** 0.5, labels, margin
            ),
            "a squared distance is the sum over the coordinates, not the mean.",
        ),
    ),
    hint="make a table of all squared distances, (n, n), a row for each "
    "anchor. Which places of a row are its positives, and which of the others "
    "holds the smallest number?",
    by_hand=("cnn_course.applications.",),
)


def _distances(points, point):
    return np.sqrt(((points - point) ** 2).sum(axis=1))


def _who(points, point, threshold):
    distances = _distances(points, point)
    return int(distances.argmin()) if distances.min() <= threshold else -1


def _first_near(points, point, threshold):
    near = _distances(points, point) <= threshold
    return int(near.argmax()) if near.any() else -1


def _nobody_by_none(points, point, threshold):
    row = _who(points, point, threshold)
    return None if row == -1 else row


def _among_the_near(points, point, threshold):
    distances = _distances(points, point)
    near = distances[distances <= threshold]
    return int(near.argmin()) if len(near) else -1


def _by(measure):
    """The right answer with another measure in place of the distance."""

    def who(points, point, threshold):
        measured = measure(points, point)
        return int(measured.argmin()) if measured.min() <= threshold else -1

    return who


_GALLERY = np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 2.0], [0.5, 0.5]])

who = FunctionExercise(
    "who",
    right=_who,
    cases=(
        (_GALLERY, np.array([0.0, 1.8]), 2.0),
        (_GALLERY, np.array([9.0, 9.0]), 2.0),
        (_GALLERY, np.array([3.0, 1.0]), 3.0),
        (_GALLERY[:2], np.array([0.6, 0.0]), 0.5),
        (_GALLERY, np.array([3.0, 7.0]), 3.0),
        (_GALLERY, np.array([0.4, 0.5]), 5.0),
        (np.array([[0, 0], [6, 8], [3, 4]]), np.array([6, 7]), 2),
    ),
    mistakes=(
        (
            lambda points, point, threshold: int(
                _distances(points, point).argmin()
            ),
            "whoever is too far from all must be nobody: −1.",
        ),
        (
            _nobody_by_none,
            "nobody is −1 here: your function gives back None.",
        ),
        (
            lambda points, point, threshold: (
                int(_distances(points, point).argmin())
                if _distances(points, point).min() < threshold
                else -1
            ),
            "at most the threshold is near enough: a distance that equals it, "
            "too.",
        ),
        (
            _first_near,
            "that is the first one that is near enough; the nearest is asked "
            "for.",
        ),
        (
            _among_the_near,
            "that counts among the near ones only; the row in the whole "
            "gallery is asked for.",
        ),
        (
            _by(lambda points, point: ((points - point) ** 2).sum(axis=1)),
            "compare the distance with the threshold, not its square: take "
            "the root.",
        ),
        (
            _by(lambda points, point: abs(points - point).sum(axis=1)),
            "the Euclidean distance is asked for: square the differences, add, "
            "and take the root.",
        ),
        (
            _by(
                lambda points, point: np.sqrt(
                    ((points - point) ** 2).mean(axis=1)
                )
            ),
            "a distance adds up the squared differences; it is not their mean.",
        ),
        (
            _by(
                lambda points, point: np.sqrt(
                    ((points - point) ** 2).sum(axis=0)
                )
            ),
            "one distance for each row: the sum goes along axis 1.",
        ),
        (
            lambda points, point, threshold: (
                _distances(points, point).min()
                if _distances(points, point).min() <= threshold
                else -1
            ),
            "that is the distance; in which row is it? See np.argmin.",
        ),
        (
            lambda points, point, threshold: (
                int(_distances(points, point).argmax())
                if _distances(points, point).max() <= threshold
                else -1
            ),
            "that is the farthest; the nearest is asked for.",
        ),
        (
            lambda points, point, threshold: (
                -1
                if _distances(points, point).min() <= threshold
                else int(_distances(points, point).argmin())
            ),
            "the other way round: −1 if the nearest is farther than the "
            "threshold.",
        ),
        (
            lambda points, point, threshold: (
                _who(points, point, threshold) + 1
                if _who(points, point, threshold) >= 0
                else -1
            ),
            "rows are counted from 0.",
        ),
    ),
    hint="first the distances to all rows, then the row with the smallest, "
    "then the comparison with the threshold.",
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
        *(
            (
                rounded,
                "right but for the rounding; exactly is asked for: hand over "
                "the quotient as it is.",
            )
            for rounded in (49_749, 49_750, 49_751)
        ),
        (
            1 / 0.01 ** (1 / 500),
            "0.01 is how often one of 500 may err. How often must all 500 be "
            "right?",
        ),
        (
            0.01 / 500,
            "nearly how often it may err; once in how many times is asked "
            "for, and exactly: all 500 must be right at once.",
        ),
        (
            0.99 ** (1 / 500),
            "that is how often a single comparison must be right, 1 − p; once "
            "in 1/p times it may err.",
        ),
        (
            1 / (1 - 0.99**500),
            "with that a single comparison would err nearly "
            "always: take the 500th root, not the 500th power.",
        ),
    ),
    hint="all 500 comparisons must be right with probability 0.99: "
    "(1 − p)⁵⁰⁰ = 0.99. Solve for p; once in 1/p times.",
)
