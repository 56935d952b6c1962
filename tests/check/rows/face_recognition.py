"""Answers to the exercises of notebook 23: right ones and wrong ones."""

import math

import keras
import numpy as np


def distance(a, b):
    return math.dist(a, b)


def one_triplet_loss(anchor, positive, negative, margin):
    gap = distance(anchor, positive) ** 2 - distance(anchor, negative) ** 2
    return np.maximum(gap + margin, 0)


def below_zero(anchor, positive, negative, margin):
    return (
        distance(anchor, positive) ** 2
        - distance(anchor, negative) ** 2
        + margin
    )


def without_squares(anchor, positive, negative, margin):
    return max(
        distance(anchor, positive) - distance(anchor, negative) + margin, 0
    )


def turned(anchor, positive, negative, margin):
    return one_triplet_loss(anchor, negative, positive, margin)


def no_margin(anchor, positive, negative, margin):
    return one_triplet_loss(anchor, positive, negative, 0)


def taken_off(anchor, positive, negative, margin):
    return one_triplet_loss(anchor, positive, negative, -margin)


def summed(anchor, positive, negative, margin):
    return abs(anchor - positive).sum() - abs(anchor - negative).sum()


def from_positive(anchor, positive, negative, margin):
    near, far = distance(anchor, positive), distance(positive, negative)
    return max(0, near**2 - far**2 + margin)


def means(anchor, positive, negative, margin):
    near = np.mean(np.square(anchor - positive))
    return max(0, near - np.mean(np.square(anchor - negative)) + margin)


def margin_outside(anchor, positive, negative, margin):
    return no_margin(anchor, positive, negative, margin) + margin


def batch_loss(points, labels, margin, choose=min):
    losses = []
    for a, anchor in enumerate(points):
        negatives = [
            distance(anchor, points[n]) ** 2
            for n in range(len(points))
            if labels[n] != labels[a]
        ]
        for p, positive in enumerate(points):
            if p != a and labels[p] == labels[a]:
                near = distance(anchor, positive) ** 2
                losses.append(max(0, near - choose(negatives) + margin))
    return sum(losses) / len(losses)


def masks(points, labels):
    squares = np.square(points[:, None] - points[None]).sum(axis=2)
    return squares, np.equal.outer(labels, labels)


def in_one_table(points, labels, margin):
    squares, same = masks(points, labels)
    nearest = np.ma.masked_array(squares, same).min(axis=1).data
    near = np.ma.masked_array(squares, ~same | np.eye(len(labels), dtype=bool))
    return np.maximum(near - nearest[:, None] + margin, 0).mean()


def itself_too(points, labels, margin):
    squares, same = masks(points, labels)
    nearest = np.where(same, np.inf, squares).min(axis=1)
    return np.maximum(squares - nearest[:, None] + margin, 0)[same].mean()


def own_class_too(points, labels, margin):
    squares, same = masks(points, labels)
    np.fill_diagonal(same, False)
    np.fill_diagonal(squares, np.inf)
    nearest = squares.min(axis=1)
    return np.maximum(squares - nearest[:, None] + margin, 0)[same].mean()


def cut_at_the_end(points, labels, margin):
    squares, same = masks(points, labels)
    nearest = np.where(same, np.inf, squares).min(axis=1)
    np.fill_diagonal(same, False)
    return max(0, (squares - nearest[:, None] + margin)[same].mean())


def by_pictures(points, labels, margin):
    pairs = np.equal.outer(labels, labels).sum() - len(labels)
    return batch_loss(points, labels, margin) * pairs / len(labels)


def only_positive_ones(points, labels, margin):
    squares, same = masks(points, labels)
    nearest = np.where(same, np.inf, squares).min(axis=1)
    np.fill_diagonal(same, False)
    losses = (squares - nearest[:, None] + margin)[same]
    return losses[losses > 0].sum() / max(1, (losses > 0).sum())


def of_the_package(points, labels, margin):
    from cnn_course.applications import faces

    def hardest(squares, other):
        far = keras.ops.where(other, squares, 1e9)
        return keras.ops.min(far, axis=1, keepdims=True)

    x = keras.ops.convert_to_tensor(points, "float32")
    return faces.anchor_losses(labels, x, hardest, margin)


def who(points, point, threshold):
    distances = [distance(row, point) for row in points]
    nearest = min(range(len(points)), key=distances.__getitem__)
    return nearest if distances[nearest] <= threshold else -1


def always(points, point, threshold):
    return np.argmin([distance(row, point) for row in points])


def first_near(points, point, threshold):
    for i, row in enumerate(points):
        if distance(row, point) <= threshold:
            return i
    return -1


def squared_who(points, point, threshold):
    squares = [distance(row, point) ** 2 for row in points]
    nearest = int(np.argmin(squares))
    return nearest if squares[nearest] <= threshold else -1


def below_only(points, point, threshold):
    row = always(points, point, threshold)
    return row if distance(points[row], point) < threshold else -1


def manhattan(points, point, threshold):
    sums = np.abs(points - point).sum(axis=1)
    return np.argmin(sums) if min(sums) <= threshold else -1


def how_far(points, point, threshold):
    nearest = min(distance(row, point) for row in points)
    return nearest if nearest <= threshold else -1


def none(points, point, threshold):
    row = who(points, point, threshold)
    return row if row >= 0 else None


def farthest(points, point, threshold):
    distances = np.linalg.norm(points - point, axis=1)
    row = distances.argmax()
    return row if distances[row] <= threshold else -1


def the_other_way(points, point, threshold):
    row = always(points, point, threshold)
    return row if distance(points[row], point) > threshold else -1


def among_near(points, point, threshold):
    near = [d for d in (distance(r, point) for r in points) if d <= threshold]
    return near.index(min(near)) if near else -1


RIGHT = {
    "one_triplet_loss": one_triplet_loss,
    "triplets_in_batch": 96 * 3 * (96 - 4),
    "batch_loss": batch_loss,
    "who": who,
    "once_in": 1 / (1 - math.exp(math.log(0.99) / 500)),
}

ALSO_RIGHT = {"batch_loss": [in_one_table]}

WRONG = {
    "one_triplet_loss": [
        ("a", below_zero, "never below 0"),
        ("b", without_squares, "squared here"),
        ("c", turned, "positive shall be near"),
        ("d", no_margin, "margin is missing"),
        ("e", taken_off, "add it"),
        ("f", summed, "be larger"),
        ("from positive", from_positive, "that from the anchor"),
        ("means", means, "not the mean"),
        ("outside", margin_outside, "inside the maximum"),
        ("abs", lambda *t: abs(below_zero(*t)), "becomes 0"),
    ],
    "triplets_in_batch": [
        ("g", 96 * 4 * 92, "not its own positive"),
        ("h", 96 * 95 * 94, "P must be of A's letter"),
        ("i", 96 * 3 * 92 // 2, "order counts"),
        ("j", 24 * 3 * 92, "as anchors and as negatives"),
        ("letters", 24 * 4 * 3 * 23, "as anchors and as negatives"),
        ("any three", math.comb(96, 3), "any three"),
        ("k", 7, "How many positives"),
    ],
    "batch_loss": [
        ("itself", itself_too, "its own positive"),
        ("own class", own_class_too, "own class"),
        ("cut late", cut_at_the_end, "before the mean"),
        ("by pictures", by_pictures, "not of pictures"),
        (
            "farthest",
            lambda x, y, m: batch_loss(x, y, m, max),
            "farthest negative",
        ),
        (
            "all negatives",
            lambda x, y, m: batch_loss(x, y, m, np.mean),
            "only the nearest",
        ),
        ("no margin", lambda x, y, m: batch_loss(x, y, 0), "is missing"),
        ("positive", only_positive_ones, "zeros count"),
        ("package", of_the_package, "cnn_course has computed them"),
        (
            "not squared",
            lambda x, y, m: np.mean(np.sqrt(masks(x, y)[0])),
            "table of all",
        ),
    ],
    "who": [
        ("l", always, "nobody"),
        ("m", first_near, "the nearest is asked"),
        ("n", squared_who, "take the root"),
        ("below", below_only, "equals it, too"),
        ("manhattan", manhattan, "Euclidean"),
        ("how far", how_far, "np.argmin"),
        ("none", none, "nobody is −1"),
        ("farthest", farthest, "the nearest is asked"),
        ("other way", the_other_way, "other way round"),
        ("among near", among_near, "whole gallery"),
        ("o", lambda points, point, threshold: 0, "then the comparison"),
    ],
    "once_in": [
        ("p", 50_000, "adds the risks up"),
        ("q", 1 - 0.99 ** (1 / 500), "once in"),
        ("r", 100, "all 500 comparisons together"),
        ("rounded", 49_750, "as it is"),
        ("may err", 0.01 ** (-1 / 500), "all 500 be right"),
        ("s", 3, "Solve for p"),
    ],
}
