"""The exercises of notebook 20, YOLO."""

import numpy as np

from cnn_course.check.judge import FunctionExercise, ValueExercise


def _numbers(box, image_size, grid, whole=int):
    cell = image_size / grid
    x, y = (box[0] + box[2]) / 2 / cell, (box[1] + box[3]) / 2 / cell
    w, h = (box[2] - box[0]) / cell, (box[3] - box[1]) / cell
    return whole(y), whole(x), x - whole(x), y - whole(y), h, w


def _centre_in_cells(box, image_size, grid):
    """The centre's y and x, with their fractions."""
    row, column, x, y, _, _ = _numbers(box, image_size, grid)
    return row + y, column + x


def _reordered(*order):
    """A wrong answer: the right numbers in another order."""
    return lambda *case: tuple(_numbers(*case)[i] for i in order)


def _of_corner(box, image_size, grid):
    corner = (box[0], box[1], box[0], box[1])
    return *_numbers(corner, image_size, grid)[:4], *_numbers(
        box, image_size, grid
    )[4:]


def _numbers_in(unit):
    """A wrong answer: centre and size in another unit than cells."""

    def numbers(box, image_size, grid):
        row, column, x, y, h, w = _numbers(box, image_size, grid)
        cell = image_size / grid
        if unit == "pixels":
            return row, column, x * cell, y * cell, h * cell, w * cell
        if unit == "sizes in pixels":
            return row, column, x, y, h * cell, w * cell
        if unit == "pictures":
            x, y = (column + x) / grid, (row + y) / grid
            return row, column, x, y, h / grid, w / grid
        if unit == "sizes in pictures":
            return row, column, x, y, h / grid, w / grid
        return row, column, column + x, row + y, h, w

    return numbers


def _of_half_size(box, image_size, grid):
    *place, h, w = _numbers(box, image_size, grid)
    return *place, h / 2, w / 2


def _of_half_way(box, image_size, grid):
    """A wrong answer: the centre is half the width and half the height."""
    w, h = box[2] - box[0], box[3] - box[1]
    place = _numbers((0, 0, w, h), image_size, grid)[:4]
    return *place, *_numbers(box, image_size, grid)[4:]


def _from_middle(box, image_size, grid):
    row, column, b_x, b_y, *size = _numbers(box, image_size, grid)
    return row, column, b_x - 0.5, b_y - 0.5, *size


# Each is a way to get the numbers of one box wrong.
_WRONG_NUMBERS = (
    (
        _reordered(1, 0, 2, 3, 4, 5),
        "the row is counted along y, the column along x.",
    ),
    (
        _reordered(0, 1, 2, 3, 5, 4),
        "the height comes before the width: b_h, b_w.",
    ),
    (_reordered(0, 1, 3, 2, 4, 5), "b_x comes before b_y."),
    (
        _reordered(0, 1, 3, 2, 5, 4),
        "b_x comes before b_y; only of the sizes is the height first.",
    ),
    (_of_corner, "the cell is that of the box's centre, not its corner."),
    (_numbers_in("pixels"), "all four numbers are in cells, not pixels."),
    (
        _numbers_in("sizes in pixels"),
        "the size is in pixels and the centre in cells: one unit, cells.",
    ),
    (
        _numbers_in("sizes in pictures"),
        "the size is a share of the picture here; measure it in cells.",
    ),
    (
        _numbers_in("from the picture's corner"),
        "b_x and b_y count from the cell's corner, so they are below 1.",
    ),
    (
        _numbers_in("pictures"),
        "all four numbers are shares of the picture; measure them in cells.",
    ),
    (
        _of_half_way,
        "the centre is the mean of two sides, (x_min + x_max) / 2, not half "
        "the width.",
    ),
    (
        _from_middle,
        "b_x and b_y count from the cell's left and upper edge, not from its "
        "middle.",
    ),
    (
        lambda box, size, grid: _numbers(box, size // grid * grid, grid),
        "a cell has image_size / grid pixels, and a fraction of one, too: / "
        "and not //.",
    ),
    (_of_half_size, "b_h and b_w are the whole height and width, not halves."),
)

cell_numbers = FunctionExercise(
    "cell_numbers",
    right=_numbers,
    cases=(
        ((25, 30, 75, 110), 100, 3),
        ((12, 20, 28, 36), 96, 12),
        ((40, 3, 52, 21), 96, 12),
        ((0, 0, 64, 96), 96, 6),
    ),
    mistakes=(
        *_WRONG_NUMBERS,
        (
            _reordered(1, 0, 2, 3, 5, 4),
            "the row comes before the column, and the height before the width.",
        ),
        *(
            (
                lambda *case, order=order: (
                    *_centre_in_cells(*case)[order],
                    *_numbers(*case)[2:],
                ),
                "row and column are whole numbers: cut the fractions off.",
            )
            for order in (slice(None), slice(None, None, -1))
        ),
        (
            lambda *case: _numbers(*case, whole=round),
            "a cell begins at its edge, so cut the fraction off; round goes "
            "to the next cell from its middle on.",
        ),
        (
            lambda *case: _numbers(*case, whole=lambda number: int(number) + 1),
            "rows and columns are counted from 0.",
        ),
        (
            lambda box, size, grid: _numbers(box, grid, size),
            "a cell has image_size / grid pixels, not grid / image_size.",
        ),
    ),
    hint="divide centre and size by the cell's side; the whole parts of the "
    "centre are row and column, and b_x and b_y are what is left.",
)


def _encoded(boxes, labels, classes, image_size, grid, numbers=_numbers):
    target = np.zeros((grid, grid, 5 + classes))
    for box, label in zip(boxes, labels, strict=True):
        row, column, *four = numbers(box, image_size, grid)
        if row < grid and column < grid and not target[row, column, 0]:
            target[row, column, :5] = 1, *four
            target[row, column, 5 + label] = 1
    return target


def _filled_by(fill):
    """A wrong answer: `fill` writes a box into its cell."""

    def wrong(boxes, labels, classes, image_size, grid):
        target = np.zeros((grid, grid, 5 + classes))
        for box, label in zip(boxes, labels, strict=True):
            row, column, *four = _numbers(box, image_size, grid)
            fill(target[row, column], np.array([1, *four]), label)
        return target

    return wrong


def _last_one_stays(cell, five, label):
    cell[:5], cell[5:], cell[5 + label] = five, 0, 1


def _both_classes(cell, five, label):
    cell[:5], cell[5 + label] = five, 1


def _class_from_place(first):
    def fill(cell, five, label):
        if not cell[0]:
            cell[:5] = five
            cell[first + label] = 1

    return fill


def _label_itself(cell, five, label):
    if not cell[0]:
        cell[:5], cell[5] = five, label


def _without_p_c(cell, five, label):
    if not cell[5:].any():
        cell[1:5], cell[5 + label] = five[1:], 1


def _added(cell, five, label):
    cell[:5] += five
    cell[5 + label] += 1


def _in_all_covered(boxes, labels, classes, image_size, grid):
    target = np.zeros((grid, grid, 5 + classes))
    for box, label in zip(boxes, labels, strict=True):
        row, column, x, y, *size = _numbers(box, image_size, grid)
        first = [int(side * grid / image_size) for side in box[:2]]
        last = [int(np.ceil(side * grid / image_size)) for side in box[2:]]
        for j, i in np.ndindex(last[1] - first[1], last[0] - first[0]):
            place = first[1] + j, first[0] + i
            where = column + x - place[1], row + y - place[0]
            target[*place, :5] = 1, *where, *size
            target[*place, 5 + label] = 1
    return target


_CROWD = np.array(
    [(3, 40, 31, 92), (8, 50, 30, 78), (60, 4, 90, 26), (33, 34, 60, 50)], float
)

encode_boxes = FunctionExercise(
    "encode_boxes",
    right=_encoded,
    cases=(
        (np.array([(10.0, 20, 44, 90), (62, 6, 92, 30)]), [1, 0], 2, 100, 2),
        (_CROWD, [2, 0, 1, 1], 3, 96, 3),  # the first two share a cell
        (_CROWD, [0, 3, 3, 1], 4, 96, 10),
        (np.zeros((0, 4)), [], 2, 64, 4),
    ),
    mistakes=(
        *(
            (
                lambda *case, numbers=numbers: _encoded(*case, numbers=numbers),
                hint,
            )
            for numbers, hint in _WRONG_NUMBERS
        ),
        (
            lambda *case: _encoded(
                *case, numbers=lambda *one: _numbers(*one, whole=round)
            ),
            "a cell begins at its edge, so cut the fraction off; round goes "
            "to the next cell from its middle on.",
        ),
        (
            _filled_by(_last_one_stays),
            "the cell was taken already: the first thing keeps it.",
        ),
        (
            _filled_by(_both_classes),
            "two things in one cell: the first one keeps it, and now it has "
            "the classes of both.",
        ),
        (
            _filled_by(_class_from_place(0)),
            "the first five numbers are p_c and the box; the classes begin "
            "at place 5.",
        ),
        (
            _filled_by(_class_from_place(4)),
            "place 4 is b_w; the classes begin at place 5.",
        ),
        (
            _filled_by(_label_itself),
            "the class is not written as a number: its own place, 5 + label, "
            "is 1.",
        ),
        (_filled_by(_without_p_c), "p_c, the first number, must be 1."),
        (
            lambda boxes, labels, *rest: _encoded(boxes[:1], labels[:1], *rest),
            "only the first box is there: does the loop end too early?",
        ),
        (
            lambda boxes, labels, *rest: _encoded(
                boxes[-1:], labels[-1:], *rest
            ),
            "only the last box is there: make the array once, before the loop.",
        ),
        (
            _filled_by(_added),
            "two things in one cell: the first one keeps it, and now the "
            "numbers of both are added up.",
        ),
        (
            _in_all_covered,
            "only the cell of the centre answers, not every cell that the box "
            "touches.",
        ),
        (
            lambda *case: _encoded(*case)[..., 1:],
            "p_c comes first, so each cell has 5 + classes numbers.",
        ),
        (
            lambda *case: _encoded(*case)[..., :5],
            "the classes are missing: 5 + classes numbers in each cell.",
        ),
        (
            lambda *case: _encoded(*case).astype(int),
            "the array has whole numbers, so all fractions are cut off: "
            "np.zeros(shape) without int.",
        ),
        (
            lambda *case: _encoded(*case).reshape(-1, 5 + case[2]),
            "the rows and the columns of the grid are two axes.",
        ),
    ),
    hint="each box fills the cell of its centre: place 0 is 1, then b_x, b_y, "
    "b_h, b_w, and of the classes its own is 1.",
    by_hand=("cnn_course.detection.",),
)


def _grid_error(target, said):
    wrong = (np.asarray(target, float) - said) ** 2
    object_here = np.asarray(target)[..., 0] == 1
    return wrong[..., 0].sum() + wrong[object_here][:, 1:].sum()


def _grids(seed):
    rng = np.random.default_rng(seed)
    target = np.zeros((3, 3, 8))
    for i in rng.permutation(9)[:seed]:
        numbers = rng.integers(1, 9, 4) / 10
        target[i // 3, i % 3] = [1, *numbers, 0, 1, 0]
    return target, rng.integers(1, 9, (3, 3, 8)) / 10


grid_error = FunctionExercise(
    "grid_error",
    right=_grid_error,
    cases=(_grids(1), _grids(2), _grids(0), _grids(5)),
    mistakes=(
        (
            lambda target, said: ((target - said) ** 2).sum(),
            "where nothing is, only p_c counts: there is no box to be wrong.",
        ),
        (
            lambda target, said: (target[..., :1] * (target - said) ** 2).sum(),
            "p_c counts in the empty cells, too: a false alarm is an error.",
        ),
        (
            lambda target, said: (target[..., :1] * (target - said) ** 2)[
                ..., 1:
            ].sum(),
            "p_c itself counts, in every cell.",
        ),
        (
            lambda target, said: ((target - said) ** 2)[..., 0].sum(),
            "where something is, its box and its class count as well.",
        ),
        (
            lambda target, said: (
                ((target - said) ** 2)[..., 0].sum()
                + (target[..., :1] * (target - said) ** 2).sum()
            ),
            "p_c is counted twice where something is.",
        ),
        (
            lambda target, said: (
                ((target - said) ** 2)[..., 0].sum()
                + (said[..., :1] * (target - said) ** 2)[..., 1:].sum()
            ),
            "the target's p_c decides where the box counts, not the said one.",
        ),
        (
            lambda target, said: _grid_error(
                *(
                    np.concatenate(
                        [one[..., :3], one[..., 3:5] ** 0.5, one[..., 5:]], -1
                    )
                    for one in (target, said)
                )
            ),
            "no square roots here: the sizes are compared like the rest.",
        ),
        (
            lambda target, said: (
                abs(target - said)[..., 0].sum()
                + (target[..., :1] * abs(target - said))[..., 1:].sum()
            ),
            "square each difference.",
        ),
        (
            lambda target, said: _grid_error(target[..., :5], said[..., :5]),
            "the classes count as well, where there is a thing.",
        ),
        (
            lambda target, said: _grid_error(
                *(np.delete(one, range(1, 5), -1) for one in (target, said))
            ),
            "the box counts as well, where there is a thing.",
        ),
        (
            lambda target, said: (
                ((target - said) ** 2)[..., 0].sum()
                + ((target - said) ** 2)[target[..., 0] == 0][:, 1:].sum()
            ),
            "the box and the class count where p_c is 1, not where it is 0.",
        ),
        (
            lambda target, said: (
                ((target - said) ** 2)[..., 0].sum()
                + ((target - said) ** 2)[..., 1:].sum() * target[..., 0].sum()
            ),
            "decide cell by cell: its own p_c says whether a box counts.",
        ),
        (
            lambda target, said: (
                (target - said)[..., 0].sum()
                + (target - said)[target[..., 0] == 1][:, 1:].sum()
            ),
            "square each difference: errors up and down must not cancel.",
        ),
        (
            lambda target, said: _grid_error(target, said) / target.size,
            "the sum is asked for, not the mean.",
        ),
        (
            lambda target, said: ((target - said) ** 2).mean(),
            "the sum is asked for, not the mean; and where nothing is, only "
            "p_c counts.",
        ),
        (
            lambda target, said: _grid_error(target, said) ** 0.5,
            "the sum of the squares is asked for, without a root.",
        ),
        (
            lambda target, said: (
                (target[..., :1] * (target - said) ** 2).sum()
                + 0.5 * ((1 - target) * (target - said) ** 2)[..., 0].sum()
            ),
            "here an empty cell's p_c counts in full.",
        ),
    ),
    hint="add (target − said)² of p_c in all cells, and of the other seven "
    "numbers where the target's p_c is 1.",
)

v1_numbers = ValueExercise(
    "v1_numbers",
    right=7 * 7 * (2 * 5 + 20),
    mistakes=(
        (7 * 7 * 2 * (5 + 20), "both boxes of a cell share its classes."),
        (7 * 7 * (5 + 20), "each cell says two boxes."),
        (7 * 7 * (2 * 4 + 20), "each box has a p_c as well."),
        (2 * 5 + 20, "that is one cell; there are 7×7."),
        (7 * (2 * 5 + 20), "the grid has 7×7 cells, not 7."),
        (
            7 * 7 * (2 * 5 + 21),
            "the background is no class: p_c says that nothing is there.",
        ),
        (7 * 7 * 2 * 5, "where are the classes?"),
        (
            7 * 7 * 2 * 5 * 20,
            "a cell's numbers add up: 5 for each box, and the classes.",
        ),
    ),
    hint="in each of the 7×7 cells, 5 numbers for each box and 20 classes.",
)


def _place_term(target, said, where=None, change=np.sqrt):
    things = target[..., 0] == 1
    wrong = (
        (target - said)[..., 1:3],
        change(target[..., 3:5]) - change(said[..., 3:5]),
    )
    squares = np.concatenate(wrong, axis=-1) ** 2
    counted = squares[things if where is None else where(target, said)]
    return 5 * counted.sum() / max(things.sum(), 1)


def _times(factor):
    """A wrong answer: the right one times what `factor` makes of the target."""
    return lambda target, said: _place_term(target, said) * factor(target)


def _things(target):
    return max((target[..., 0] == 1).sum(), 1)


def _columns(first, last):
    """A wrong answer: squares of these numbers, without a root."""

    def wrong(target, said):
        squares = (target - said)[target[..., 0] == 1][:, first:last] ** 2
        return 5 * squares.sum() / _things(target)

    return wrong


def _rooted(first, last):
    """A wrong answer: roots of these numbers, without the others."""

    def wrong(target, said):
        target, said, full = (
            target[..., first:last],
            said[..., first:last],
            (target[..., 0] == 1),
        )
        return (
            5
            * ((target**0.5 - said**0.5)[full] ** 2).sum()
            / max(full.sum(), 1)
        )

    return wrong


place_term = FunctionExercise(
    "place_term",
    right=_place_term,
    cases=(_grids(1), _grids(2), _grids(5), _grids(0)),
    mistakes=(
        (
            lambda target, said: _place_term(
                target, said, change=lambda size: size
            ),
            "heights and widths are compared after a square root.",
        ),
        (
            _rooted(1, 5),
            "only the sizes are compared after a square root, not the centre.",
        ),
        (_times(lambda target: 1 / 5), "the term counts five times."),
        (
            _times(_things),
            "divide by the number of things in the target.",
        ),
        (
            lambda target, said: _columns(1, 5)(target, said) / 5,
            "two things are missing: the sizes' square roots, and the factor "
            "of 5.",
        ),
        (
            lambda target, said: _columns(1, 5)(target, said) * _things(target),
            "two things are missing: the sizes' square roots, and the number "
            "of things to divide by.",
        ),
        (
            lambda target, said: (
                _place_term(target, said) + _columns(0, 1)(target, said)
            ),
            "p_c is no part of the box: take numbers 1 to 4, so 1:5.",
        ),
        (
            _times(lambda target: 1 / 2),
            "divide by the number of things, not by that of the numbers "
            "beside.",
        ),
        (
            lambda target, said: (
                _columns(1, 3)(target, said) * _things(target)
                + _rooted(3, 5)(target, said) / 5
            ),
            "put the whole sum in brackets: the factor and the division are "
            "for all four squares.",
        ),
        (
            lambda target, said: (
                5
                * sum(
                    abs(change(target) - change(said))[target[..., 0] == 1][
                        :, part
                    ].sum()
                    for part, change in (
                        (slice(1, 3), np.positive),
                        (slice(3, 5), np.sqrt),
                    )
                )
                / _things(target)
            ),
            "square each difference.",
        ),
        (
            _times(lambda target: _things(target) / 5),
            "the term counts five times, and it is divided by the number of "
            "things in the target.",
        ),
        (
            _times(lambda target: _things(target) / target[..., 0].size),
            "divide by the number of things, not of all cells.",
        ),
        (
            _times(lambda target: 1 / 4),
            "divide by the number of things; the four squares are added up.",
        ),
        (
            lambda target, said: _place_term(
                target, said, lambda target, said: target[..., 0] >= 0
            ),
            "where nothing is, no box can be wrong: only cells whose target "
            "has p_c = 1 count.",
        ),
        (
            lambda target, said: _place_term(
                target, said, lambda target, said: said[..., 0] > 0.5
            ),
            "the target's p_c decides which cells count, not the said one.",
        ),
        (_columns(1, 3), "that is the centre; the sizes count as well."),
        (_rooted(3, 5), "those are the sizes; the centre counts as well."),
        (
            _columns(0, 4),
            "that is p_c, b_x, b_y and b_h: the box is numbers 1 to 4, so "
            "1:5, and of its sizes the square root.",
        ),
        (
            _columns(1, 8),
            "the box is numbers 1 to 4, so 1:5; the classes have a term of "
            "their own.",
        ),
        (
            lambda target, said: (
                (
                    5
                    * ((target - said)[target[..., 0] == 1][:, 1:3] ** 2).sum()
                    + 5 * abs(target - said)[target[..., 0] == 1][:, 3:5].sum()
                )
                / _things(target)
            ),
            "take the root of each size, then the difference, then the square.",
        ),
        (
            lambda target, said: (
                _place_term(target, said) / (target[..., 0] == 1).any()
            ),
            "without a thing in the target there is nothing to divide by: "
            "return 0 then.",
        ),
    ),
    hint="in the cells with a thing, square the differences of b_x, b_y, "
    "√b_h and √b_w, and add them up.",
    by_hand=("cnn_course.detection.",),
)


def _best_from_there(scores, right, things, recalls, reached=np.greater_equal):
    hits = right[np.argsort(-scores)].cumsum()
    precision, recall = hits / np.arange(1, len(hits) + 1), hits / things
    return [
        max(precision[reached(recall, asked)], default=0) for asked in recalls
    ]


def _ap(scores, right, things, recalls=101, **options):
    recalls = np.linspace(0, 1, recalls)
    return np.mean(_best_from_there(scores, right, things, recalls, **options))


def _with_precision(compute):
    """A wrong answer: another precision."""

    def wrong(scores, right, things):
        hits = right[np.argsort(-scores)]
        precision, recall = compute(hits, things), hits.cumsum() / things
        best = [
            max(precision[recall >= asked], default=0)
            for asked in np.linspace(0, 1, 101)
        ]
        return np.mean(best)

    return wrong


def _swapped_axes(scores, right, things):
    hits = right[np.argsort(-scores)].cumsum()
    recall, precision = hits / np.arange(1, len(hits) + 1), hits / things
    best = [
        max(precision[recall >= asked], default=0)
        for asked in np.linspace(0, 1, 101)
    ]
    return np.mean(best)


def _not_counted_up(scores, right, things):
    hits = right[np.argsort(-scores)]
    precision, recall = hits / np.arange(1, len(hits) + 1), hits / things
    best = [
        max(precision[recall >= asked], default=0)
        for asked in np.linspace(0, 1, 101)
    ]
    return np.mean(best)


def _without_default(scores, right, things):
    if right.sum() < things:
        raise ValueError("max() iterable argument is empty")
    return _ap(scores, right, things)


def _between_points(scores, right, things, at):
    hits = right[np.argsort(-scores)].cumsum()
    precision, recall = hits / np.arange(1, len(hits) + 1), hits / things
    if at is None:
        return np.trapezoid(precision, recall)
    return np.interp(at, recall, precision).mean()


def _steps(scores, right, things, best_from_there):
    """A wrong answer: each thing found adds 1 / things of a precision."""
    hits = right[np.argsort(-scores)]
    precision = hits.cumsum() / np.arange(1, len(hits) + 1)
    if best_from_there:
        precision = np.maximum.accumulate(precision[::-1])[::-1]
    return (precision * hits).sum() / things


def _at_the_point(scores, right, things):
    hits = right[np.argsort(-scores)].cumsum()
    precision, recall = hits / np.arange(1, len(hits) + 1), hits / things
    reached = [np.flatnonzero(recall >= r) for r in np.linspace(0, 1, 101)]
    return np.mean([precision[at[0]] if len(at) else 0 for at in reached])


def _reached_only(scores, right, things):
    found = right.sum() / things
    asked = np.sum(np.linspace(0, 1, 101) <= found)
    return _ap(scores, right, things) * 101 / asked


average_precision = FunctionExercise(
    "average_precision",
    right=_ap,
    cases=(
        (
            np.array([0.9, 0.6, 0.8, 0.3]),
            np.array([True, True, False, False]),
            4,
        ),
        (
            np.array([0.2, 0.95, 0.5, 0.7, 0.6]),
            np.array([True, False, True, True, False]),
            3,
        ),
        (
            np.array([0.35, 0.8, 0.15, 0.7, 0.65, 0.9, 0.4]),
            np.array([True, False, True, True, True, True, False]),
            8,
        ),
        (np.array([0.6, 0.7]), np.array([False, False]), 3),
    ),
    mistakes=(
        (
            lambda scores, right, things: _ap(
                -np.arange(len(scores)), right, things
            ),
            "go down the list by score; these come in no order.",
        ),
        (
            lambda scores, right, things: _ap(-scores, right, things),
            "np.argsort puts the lowest score first; the highest must be.",
        ),
        (
            lambda scores, right, things: _ap(scores, right, right.sum()),
            "recall is the share of all `things`, also of those that no box "
            "has found.",
        ),
        (
            lambda scores, right, things: _ap(scores, right, len(right)),
            "recall is a share of the things, not of the boxes.",
        ),
        (
            lambda *case: _ap(*case, reached=np.greater),
            "a recall that is just reached counts: >=.",
        ),
        (
            lambda *case: _ap(*case, reached=np.less_equal),
            "at each recall, take the best precision from there *on*: where "
            "the recall is as high or higher.",
        ),
        (
            lambda *case: _ap(*case, recalls=11),
            "that is the mean over 11 recalls, as before 2010; COCO takes "
            "101: 0, 0.01, …, 1.",
        ),
        (
            lambda *case: _ap(*case, recalls=100),
            "from 0 to 1 in steps of 0.01 there are 101 recalls, not 100.",
        ),
        (
            lambda *case: _steps(*case, True),
            "that is the exact area; COCO takes the mean at the recalls 0, "
            "0.01, …, 1.",
        ),
        (
            lambda *case: _steps(*case, False),
            "that is the mean precision at the right boxes. COCO takes, at "
            "each of the recalls 0, 0.01, …, 1, the best precision from "
            "there on.",
        ),
        (
            _at_the_point,
            "that is the precision where the recall is first reached; take "
            "the best one from there on.",
        ),
        *(
            (
                lambda *case, at=at: _between_points(*case, at),
                "you go straight from point to point; COCO takes, at each of "
                "the 101 recalls, the best precision from there on.",
            )
            for at in (None, np.linspace(0, 1, 101))
        ),
        (
            lambda scores, right, things: (
                right[np.argsort(-scores)].cumsum()
                / np.arange(1, len(right) + 1)
            ).mean(),
            "that is the mean of all precisions, whatever the recall.",
        ),
        (
            _with_precision(
                lambda hits, things: hits.cumsum() / np.arange(len(hits))
            ),
            "after the first box there is 1 box: np.arange(1, n + 1).",
        ),
        (
            _with_precision(lambda hits, things: hits.cumsum() / things),
            "that is the recall; the precision is a share of the boxes so far.",
        ),
        (
            _swapped_axes,
            "precision is the share of the boxes so far that are right, "
            "recall the share of the things; you have them the other way "
            "round.",
        ),
        (
            _not_counted_up,
            "count the right ones up to each box: np.cumsum.",
        ),
        (
            _without_default,
            "a recall that is never reached has no precision to take the "
            "maximum of: max(..., default=0).",
        ),
        (
            lambda *case: 101 * _ap(*case),
            "that is the sum over the recalls; take the mean.",
        ),
        *(
            (
                lambda *case, digits=digits: round(_ap(*case), digits),
                "return the mean itself, not rounded.",
            )
            for digits in (2, 3, 4)
        ),
        (
            lambda scores, right, things: np.mean(
                _best_from_there(
                    scores, right, things, np.linspace(0, 0.99, 100)
                )
            ),
            "the last recall is 1 itself; there are 101.",
        ),
        (
            _reached_only,
            "recalls that are never reached count too, as 0.",
        ),
        (
            lambda scores, right, things: right.mean(),
            "that is the precision of the whole list, one number of many.",
        ),
        (
            lambda scores, right, things: right.sum() / things,
            "that is the recall of the whole list.",
        ),
        (
            lambda scores, right, things: 100 * _ap(scores, right, things),
            "a number from 0 to 1, not per cent.",
        ),
    ),
    hint="sort by score; cumsum counts the right ones so far. Precision: "
    "those by the boxes so far; recall: by `things`.",
    by_hand=("cnn_course.detection.", "sklearn."),
)


def _box(row, column, distances, cell):
    left, top, right, bottom = distances
    x, y = (column + 0.5) * cell, (row + 0.5) * cell
    return (
        x - left * cell,
        y - top * cell,
        x + right * cell,
        y + bottom * cell,
    )


def _moved(row_shift, column_shift):
    return lambda row, column, distances, cell: _box(
        row + row_shift, column + column_shift, distances, cell
    )


box_from_distances = FunctionExercise(
    "box_from_distances",
    right=_box,
    cases=(
        (4, 3, (1.5, 1, 0.5, 2), 8),
        (0, 0, (0.5, 0.5, 0.5, 0.5), 8),
        (2, 7, (1, 1.25, 0.75, 1), 16),
        (5, 5, (0, 0, 2, 3), 10),
    ),
    mistakes=(
        (_moved(-0.5, -0.5), "the distances start at the middle of the cell."),
        (
            lambda row, column, d, cell: _box(column, row, d, cell),
            "the row counts along y, the column along x.",
        ),
        (
            lambda row, column, d, cell: _box(
                row, column, [side / cell for side in d], cell
            ),
            "the distances are in cells; the box shall be in pixels.",
        ),
        (
            lambda row, column, d, cell: _box(row, column, d, 1),
            "that is in cells; the box shall be in pixels.",
        ),
        (
            lambda row, column, d, cell: (
                *_box(row, column, d, cell)[:2],
                (d[0] + d[2]) * cell,
                (d[1] + d[3]) * cell,
            ),
            "the last two are width and height; x_max and y_max are asked.",
        ),
        (
            lambda row, column, d, cell: _box(
                row, column, [-d[0], -d[1], *d[2:]], cell
            ),
            "left and top go against x and y: subtract them.",
        ),
        *(
            (
                lambda row, column, d, cell, order=order: _box(
                    row, column, [d[i] for i in order], cell
                ),
                "the four distances are left, top, right, bottom, in this "
                "order.",
            )
            for order in ((0, 2, 1, 3), (1, 0, 3, 2), (0, 3, 2, 1))
        ),
        (
            lambda row, column, d, cell: (
                *_box(row, column, d, cell)[:2],
                d[0] + d[2],
                d[1] + d[3],
            ),
            "the last two are width and height, and in cells; x_max and y_max "
            "in pixels are asked.",
        ),
        (
            lambda row, column, d, cell: (
                (column + 0.5) * cell,
                (row + 0.5) * cell,
                (d[0] + d[2]) * cell,
                (d[1] + d[3]) * cell,
            ),
            "that is the cell's middle and a size; the box's two corners are "
            "asked.",
        ),
        (
            lambda row, column, d, cell: _box(
                row, column, [-side for side in d], cell
            ),
            "the signs are the other way round: left and up are less, right "
            "and down are more.",
        ),
        (
            lambda row, column, d, cell: (
                (column - d[0]) * cell,
                (row - d[1]) * cell,
                (column + 1 + d[2]) * cell,
                (row + 1 + d[3]) * cell,
            ),
            "the distances start at the middle of the cell, not at its edges.",
        ),
        (
            _moved(0.5, 0.5),
            "the middle of the cell in column 3 is at 3.5 cells, not at 4.",
        ),
        (
            lambda row, column, d, cell: (
                column * cell + 0.5 - d[0] * cell,
                row * cell + 0.5 - d[1] * cell,
                column * cell + 0.5 + d[2] * cell,
                row * cell + 0.5 + d[3] * cell,
            ),
            "half a cell, not half a pixel: add 0.5 before you multiply by "
            "the cell's side.",
        ),
        (
            lambda row, column, d, cell: np.array(_box(row, column, d, cell))[
                [1, 0, 3, 2]
            ],
            "x comes before y: x_min, y_min, x_max, y_max.",
        ),
    ),
    hint="the middle of the cell is at ((column + 0.5) · cell, (row + 0.5) · "
    "cell); go left, up, right and down from there.",
)


def _read_number(boxes, labels):
    order = np.argsort([(box[0] + box[2]) / 2 for box in boxes])
    return int("".join(str(labels[i]) for i in order))


def _by(key):
    """A wrong answer: another order of reading."""

    def read(boxes, labels):
        order = np.argsort([key(box) for box in boxes], kind="stable")
        return int("".join(str(labels[i]) for i in order))

    return read


read_number = FunctionExercise(
    "read_number",
    right=_read_number,
    cases=(
        ([(40, 10, 52, 30), (8, 12, 20, 33), (24, 9, 38, 29)], [7, 2, 0]),
        ([(10, 5, 30, 25)], [4]),
        ([(50, 20, 60, 40), (30, 10, 40, 30), (5, 15, 15, 35)], [0, 0, 3]),
        ([(5, 15, 15, 35), (30, 10, 48, 42)], [1, 9]),
    ),
    mistakes=(
        (
            _by(lambda box: 0),
            "boxes come best first; sort them from left to right.",
        ),
        (_by(lambda box: -box[0]), "that is from right to left."),
        (
            _by(lambda box: box[1]),
            "that is from top to bottom; x tells left from right.",
        ),
        (
            lambda boxes, labels: int("".join(map(str, sorted(labels)))),
            "the digits are sorted by value; sort them by place.",
        ),
        (
            lambda boxes, labels: [
                int(d) for d in str(_read_number(boxes, labels))
            ],
            "the right digits; return one number, not a list.",
        ),
        (
            lambda boxes, labels: int(
                "".join(str(labels[i]) for i in np.argsort(boxes)[:, 0])
            ),
            "np.argsort of all boxes sorts the four numbers of each box; take "
            "x alone.",
        ),
        (
            lambda boxes, labels: int(
                "".join(str(labels[i]) for i in np.argsort(boxes, axis=0)[0])
            ),
            "np.argsort of all boxes sorts each of the four columns; take x "
            "alone.",
        ),
        (
            lambda boxes, labels: [
                labels[i] for i in np.argsort([box[0] for box in boxes])
            ],
            "the right digits; return one number, not a list.",
        ),
        (
            lambda boxes, labels: int(
                "".join(map(str, np.argsort([box[0] for box in boxes])))
            ),
            "those are the rows in order; the labels of those rows make the "
            "number.",
        ),
        (
            lambda boxes, labels: int("".join(map(str, labels[::-1]))),
            "boxes come best first; sort them by x, don't just turn them "
            "round.",
        ),
        (
            lambda boxes, labels: labels[np.argmin([box[0] for box in boxes])],
            "that is the first digit; go on with the others.",
        ),
        (
            lambda boxes, labels: sum(labels),
            "write the digits side by side; that is their sum.",
        ),
    ),
    hint="sort the labels by their boxes' x, write them side by side, and "
    "make an int of that.",
)
