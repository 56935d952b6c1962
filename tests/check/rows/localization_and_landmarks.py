"""Answers to the exercises of notebook 17: right ones and wrong ones."""

import numpy as np


def box_to_target(box, height, width):
    start, end = np.reshape(box, (2, 2)) / [width, height]
    middle, size = (start + end) / 2, end - start
    return [*middle, size[1], size[0]]


def loss_of_one(target, said):
    loss = (target[0] - said[0]) ** 2
    if target[0]:
        for wanted, got in zip(target[1:], said[1:], strict=True):
            loss += (wanted - got) ** 2
    return loss


def landmark_outputs(points):
    return points + points + 1


def mirror_landmarks(points, width):
    top, bottom, left, right, middle = points
    swapped = np.array([top, bottom, right, left, middle])
    return np.array([width, 0]) + swapped * [-1, 1]


def everything_counts(target, said):
    return np.sum((target - said) ** 2)


RIGHT = {
    "box_to_target": box_to_target,
    "loss_of_one": loss_of_one,
    "landmark_outputs": landmark_outputs,
    "mirror_landmarks": mirror_landmarks,
}

WRONG = {
    "box_to_target": [
        (
            "width_first",
            lambda box, height, width: np.array(
                box_to_target(box, height, width)
            )[[0, 1, 3, 2]],
            "height comes first",
        ),
        (
            "corner",
            lambda box, height, width: [
                box[0] / width,
                box[1] / height,
                *box_to_target(box, height, width)[2:],
            ],
            "centre, not its corner",
        ),
        (
            "pixels",
            lambda box, height, width: box_to_target(box, 1, 1),
            "those are pixels",
        ),
        (
            "sides_swapped",
            lambda box, height, width: box_to_target(box, width, height),
            "share of the width",
        ),
        (
            "corners",
            lambda box, height, width: (
                np.array(box) / [width, height, width, height]
            ),
            "centre and the size",
        ),
        (
            "half_sizes",
            lambda box, height, width: (
                np.array(box_to_target(box, height, width)) / [1, 1, 2, 2]
            ),
            "the whole ones",
        ),
        (
            "middle_from_size",
            lambda box, height, width: [
                (box[2] - box[0]) / 2 / width,
                (box[3] - box[1]) / 2 / height,
                *box_to_target(box, height, width)[2:],
            ],
            "where is the middle",
        ),
        (
            "sums",
            lambda box, height, width: (
                np.array(box_to_target(box, height, width)) * [2, 2, 1, 1]
            ),
            "half of their sum",
        ),
        (
            "y_first",
            lambda box, height, width: np.array(
                box_to_target(box, height, width)
            )[[1, 0, 2, 3]],
            "x comes first",
        ),
        ("other", lambda box, height, width: box, "how high and how wide"),
    ],
    "loss_of_one": [
        ("all", everything_counts, "must not count"),
        (
            "no_false_alarm",
            lambda target, said: (
                everything_counts(target, said) if target[0] else 0.0
            ),
            "must still count",
        ),
        (
            "said",
            lambda target, said: (
                everything_counts(target, said)
                if said[0] > 0.5
                else (target[0] - said[0]) ** 2
            ),
            "not what the network said",
        ),
        (
            "no_classes",
            lambda target, said: loss_of_one(target[:5], said[:5]),
            "classes count too",
        ),
        (
            "mean",
            lambda target, said: (
                np.mean((target - said) ** 2)
                if target[0]
                else (target[0] - said[0]) ** 2
            ),
            "that is the mean",
        ),
        (
            "said_weighs",
            lambda target, said: (
                (target[0] - said[0]) ** 2
                + said[0] * everything_counts(target[1:], said[1:])
            ),
            "not what the network said",
        ),
        (
            "sum_squared",
            lambda target, said: (
                (target[0] - said[0]) ** 2
                + target[0] * np.sum(target[1:] - said[1:]) ** 2
            ),
            "square each error",
        ),
        (
            "classes_always",
            lambda target, said: (
                everything_counts(target[[0, 5, 6, 7]], said[[0, 5, 6, 7]])
                + target[0] * everything_counts(target[1:5], said[1:5])
            ),
            "the classes must not count, either",
        ),
        (
            "absolute",
            lambda target, said: np.sum(
                abs(target - said) * np.r_[1, [target[0]] * 7]
            ),
            "square the errors",
        ),
        (
            "terms",
            lambda target, said: (
                (target - said) ** 2 * np.r_[1, [target[0]] * 7]
            ),
            "their sum",
        ),
        ("other", lambda target, said: 0.0, "which of the eight"),
    ],
    "landmark_outputs": [
        ("no_p", lambda points: 2 * points, "a face at all"),
        ("one_each", lambda points: points + 1, "an x and a y."),
        ("points", lambda points: points, "and one more"),
        ("three_each", lambda points: 3 * points, "all points together"),
        ("box_too", lambda points: 2 * points + 5, "no box"),
        ("yes_and_no", lambda points: 2 * points + 2, "one number"),
        ("squared", lambda points: points**2 + 1, "not squared"),
        ("other", lambda points: 7, "how many numbers say"),
    ],
    "mirror_landmarks": [
        (
            "names_kept",
            lambda points, width: np.array([width, 0]) + points * [-1, 1],
            "swap their rows",
        ),
        (
            "names_only",
            lambda points, width: points[[0, 1, 3, 2, 4]],
            "must move, too",
        ),
        (
            "y",
            lambda points, width: (
                np.array([0, width]) + points[[0, 1, 3, 2, 4]] * [1, -1]
            ),
            "changes x, not y",
        ),
        (
            "negative",
            lambda points, width: mirror_landmarks(points, 0),
            "not −x",
        ),
        (
            "top_too",
            lambda points, width: mirror_landmarks(points, width)[
                [1, 0, 2, 3, 4]
            ],
            "stays the top",
        ),
        (
            "indices",
            lambda points, width: mirror_landmarks(points, width - 1),
            "indices of pixels",
        ),
        (
            "reversed",
            lambda points, width: mirror_landmarks(points, width)[::-1],
            "only left and right",
        ),
        ("as_it_was", lambda points, width: points, "as they were"),
        ("other", lambda points, width: points * 0, "another name"),
    ],
}
