"""Answers to the exercises of notebook 23: right ones and wrong ones."""

import math

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


RIGHT = {
    "one_triplet_loss": one_triplet_loss,
    "triplets_in_batch": 96 * 3 * (96 - 4),
    "who": who,
    "once_in": 1 / (1 - math.exp(math.log(0.99) / 500)),
}

WRONG = {
    "one_triplet_loss": [
        ("a", below_zero, "never below 0"),
        ("b", without_squares, "squared here"),
        ("c", turned, "positive shall be near"),
        ("d", no_margin, "margin is missing"),
        ("e", taken_off, "add it"),
        ("f", summed, "sum of the squared differences"),
    ],
    "triplets_in_batch": [
        ("g", 96 * 4 * 92, "not its own positive"),
        ("h", 96 * 95 * 94, "P must be of A's letter"),
        ("i", 96 * 3 * 92 // 2, "order counts"),
        ("j", 24 * 3 * 92, "each of the 96"),
        ("k", 7, "96 anchors"),
    ],
    "who": [
        ("l", always, "nobody"),
        ("m", first_near, "the nearest is asked"),
        ("n", squared_who, "take the root"),
        ("o", lambda points, point, threshold: 0, "distance to each row"),
    ],
    "once_in": [
        ("p", 50_000, "adds the risks up"),
        ("q", 1 - 0.99 ** (1 / 500), "once in"),
        ("r", 100, "all 500 comparisons together"),
        ("s", 3, "Solve for p"),
    ],
}
