"""The exercises of notebook 17, localization and landmarks."""

import numpy as np

from cnn_course.check.judge import FunctionExercise


def _target(box, height, width):
    x_min, y_min, x_max, y_max = box
    return (
        (x_min + x_max) / 2 / width,
        (y_min + y_max) / 2 / height,
        (y_max - y_min) / height,
        (x_max - x_min) / width,
    )


def _swapped(box, height, width):
    b_x, b_y, b_h, b_w = _target(box, height, width)
    return b_x, b_y, b_w, b_h


def _half_sizes(box, height, width):
    _, _, b_h, b_w = _target(box, height, width)
    return b_w / 2, b_h / 2, b_h, b_w


def _corner(box, height, width):
    x_min, y_min, x_max, y_max = box
    sizes = (y_max - y_min) / height, (x_max - x_min) / width
    return x_min / width, y_min / height, *sizes


box_to_target = FunctionExercise(
    "box_to_target",
    right=_target,
    cases=(
        ((20, 10, 60, 40), 100, 200),
        ((0, 0, 48, 48), 48, 48),
        ((30, 55, 70, 85), 100, 100),
        ((1, 2, 4, 8), 10, 20),
    ),
    mistakes=(
        (_swapped, "the order is b_x, b_y, b_h, b_w: the height comes first."),
        (_corner, "b_x and b_y are the box's centre, not its corner."),
        (
            lambda box, height, width: _target(box, 1, 1),
            "those are pixels; divide by the picture's width and height.",
        ),
        (
            lambda box, height, width: _target(box, width, height),
            "what goes along x is a share of the width, along y of the height.",
        ),
        (
            lambda box, height, width: tuple(
                value / side
                for value, side in zip(box, (width, height) * 2, strict=True)
            ),
            "those are the corners; the centre and the size are asked for.",
        ),
        (
            _half_sizes,
            "half of a size lies on each side of the centre; b_x and b_y are "
            "places: where is the middle between min and max?",
        ),
        (
            lambda box, height, width: tuple(
                np.array(_target(box, height, width)) * [1, 1, 0.5, 0.5]
            ),
            "those are half sizes; b_h and b_w are the whole ones.",
        ),
        (
            lambda box, height, width: tuple(
                np.array(_target(box, height, width)) * [2, 2, 1, 1]
            ),
            "the centre is the mean of min and max, half of their sum.",
        ),
        (
            lambda box, height, width: tuple(
                np.array(_target(box, height, width))[[1, 0, 2, 3]]
            ),
            "the order is b_x, b_y, b_h, b_w: x comes first.",
        ),
        (
            lambda box, height, width: tuple(
                np.array(_target(box, height, width))[[1, 0, 3, 2]]
            ),
            "the order is b_x, b_y, b_h, b_w: yours begins with y.",
        ),
        (
            lambda box, height, width: tuple(
                np.array(_target(box, height, width)) * [1, 1, -1, -1]
            ),
            "a size is max less min, not the reverse.",
        ),
        (
            lambda box, height, width: tuple(
                np.rint(_target(box, 1, 1)) / [width, height, height, width]
            ),
            "the centre may lie between two pixels: don't round.",
        ),
    ),
    hint="where is the box's middle, how high and how wide is it, and which "
    "side of the picture is each of them a share of?",
)


def _loss(target, said):
    errors = (target - said) ** 2
    return errors.sum() if target[0] == 1 else errors[0]


def _terms(target, said):
    return (target - said) ** 2 * np.array([1] + [target[0]] * 7)


_SAID = np.array([0.8, 0.4, 0.6, 0.3, 0.5, 0.1, 0.7, 0.2])
_THERE = np.array([1, 0.5, 0.7, 0.3, 0.4, 0, 1, 0])
_EMPTY = np.zeros(8)

loss_of_one = FunctionExercise(
    "loss_of_one",
    right=_loss,
    cases=(
        (_THERE, _SAID),
        (_EMPTY, _SAID),
        (np.array([0, 0.9, 0.9, 0.9, 0.9, 1, 1, 1]), _SAID),  # don't care
        (_THERE, _SAID * 0.1),
    ),
    mistakes=(
        (
            lambda target, said: ((target - said) ** 2).sum(),
            "where there is nothing, the box and the classes must not count.",
        ),
        (
            lambda target, said: target[0] * ((target - said) ** 2).sum(),
            "where there is nothing, a false alarm must still count.",
        ),
        (
            lambda target, said: (
                ((target - said) ** 2)[0]
                + (said[0] > 0.5) * ((target - said) ** 2)[1:].sum()
            ),
            "the target's p_c decides whether the box counts, not what the "
            "network said.",
        ),
        (
            lambda target, said: (
                ((target - said) ** 2)[0]
                + target[0] * ((target - said) ** 2)[1:5].sum()
            ),
            "where there is an object, its classes count too.",
        ),
        (
            lambda target, said: (
                ((target - said) ** 2)[0]
                + said[0] * target[0] * ((target - said) ** 2)[1:].sum()
            ),
            "the target's p_c decides, and it is 0 or 1; don't weigh by what "
            "the network said.",
        ),
        (
            lambda target, said: (
                ((target - said) ** 2).mean()
                if target[0] == 1
                else ((target - said) ** 2)[0]
            ),
            "that is the mean; the sum is asked for.",
        ),
        (
            lambda target, said: (
                ((target - said) ** 2)[0]
                + said[0] * ((target - said) ** 2)[1:].sum()
            ),
            "the target's p_c decides whether the box counts, not what the "
            "network said.",
        ),
        (
            lambda target, said: (
                (target - said)[0] ** 2
                + target[0] * (target - said)[1:].sum() ** 2
            ),
            "square each error, then add: else plus and minus cancel.",
        ),
        (
            lambda target, said: (
                ((target - said) ** 2)[[0, 5, 6, 7]].sum()
                + target[0] * ((target - said) ** 2)[1:5].sum()
            ),
            "where there is nothing, the classes must not count, either.",
        ),
        (
            lambda target, said: (
                ((target - said) ** 2)[:5].sum()
                + target[0] * ((target - said) ** 2)[5:].sum()
            ),
            "where there is nothing, the box must not count, either.",
        ),
        (
            lambda target, said: (
                abs(target - said)[0] + target[0] * abs(target - said)[1:].sum()
            ),
            "square the errors.",
        ),
        (
            lambda target, said: target[0] * ((target - said) ** 2)[1:].sum(),
            "p_c's own error must count, with an object or without.",
        ),
        (
            lambda target, said: ((target - said) ** 2)[0],
            "that is p_c's error alone; where there is an object, box and "
            "classes count too.",
        ),
        (
            lambda target, said: _terms(target, said),
            "those are the eight terms; their sum is asked for.",
        ),
        (
            lambda target, said: np.sqrt(_loss(target, said)),
            "without a root: the sum of the squares.",
        ),
        (
            lambda target, said: _loss(target, said) / 2,
            "without a factor of ½.",
        ),
        (
            lambda target, said: (
                ((target - said) ** 2)[0]
                + (1 - target[0]) * ((target - said) ** 2)[1:].sum()
            ),
            "the reverse: box and classes count where there *is* an object.",
        ),
    ),
    hint="which of the eight squared errors count if the target's p_c is 1, "
    "and which if it is 0?",
)


landmark_outputs = FunctionExercise(
    "landmark_outputs",
    right=lambda points: 1 + 2 * points,
    cases=((64,), (5,), (1,), (17,)),
    mistakes=(
        (
            lambda points: 2 * points,
            "and what says whether there is a face at all?",
        ),
        (lambda points: 1 + points, "each point has an x and a y."),
        (lambda points: points, "each point has an x and a y, and one more."),
        (
            lambda points: 3 * points,
            "there is one 'is it there' for all points together.",
        ),
        (
            lambda points: 5 + 2 * points,
            "no box is asked for, only the points.",
        ),
        (
            lambda points: 2 + 2 * points,
            "'yes' and 'no' are one number: the probability of a face.",
        ),
        (
            lambda points: points**2 + 1,
            "a point has two numbers, x and y: twice, not squared.",
        ),
    ),
    hint="how many numbers say where one point is, and how many whether there "
    "is a face?",
)


def _mirror(points, width):
    mirrored = np.array(points, float)
    mirrored[:, 0] = width - mirrored[:, 0]
    return mirrored[[0, 1, 3, 2, 4]]


def _only_mirrored(points, width):
    return _mirror(points, width)[[0, 1, 3, 2, 4]]


_POINTS = np.array([(20, 4), (22, 40), (10, 21), (33, 24), (21, 22)], float)

mirror_landmarks = FunctionExercise(
    "mirror_landmarks",
    right=_mirror,
    cases=(
        (_POINTS, 48),
        (_POINTS, 64),
        (_POINTS / 2, 24),
    ),
    mistakes=(
        (
            _only_mirrored,
            "the leftmost point is the rightmost one now: swap their rows.",
        ),
        (
            lambda points, width: np.array(points)[[0, 1, 3, 2, 4]],
            "the rows are swapped; the points themselves must move, too.",
        ),
        (
            lambda points, width: _mirror(np.array(points)[:, ::-1], width)[
                :, ::-1
            ],
            "a mirror changes x, not y.",
        ),
        (
            lambda points, width: _mirror(points, 0),
            "x becomes width − x, not −x.",
        ),
        (
            lambda points, width: _mirror(points, width)[[1, 0, 2, 3, 4]],
            "the top stays the top.",
        ),
        (
            lambda points, width: _mirror(points, width - 1),
            "width − 1 − x is for indices of pixels; here the right edge is at "
            "x = width.",
        ),
        (
            lambda points, width: np.array(points, float)[:, ::-1],
            "that exchanges x and y; a mirror changes x alone.",
        ),
        (
            lambda points, width: _mirror(points, width)[::-1],
            "only left and right change places; top, bottom and centre stay "
            "where they are in the list.",
        ),
        (
            lambda points, width: _mirror(points, 2 * points[4, 0]),
            "mirrored about the centre of the thing; the mirror stands in the "
            "middle of the picture.",
        ),
        (
            lambda points, width: np.array(points, float),
            "those are the points as they were.",
        ),
    ),
    hint="where does a point at x lie afterwards, and which of the five points "
    "get another name?",
)
