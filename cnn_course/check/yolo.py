"""The exercises of notebook 20, YOLO."""

import numpy as np

from cnn_course.check.judge import FunctionExercise, ValueExercise


def _numbers(box, image_size, grid):
    cell = image_size / grid
    x, y = (box[0] + box[2]) / 2 / cell, (box[1] + box[3]) / 2 / cell
    w, h = (box[2] - box[0]) / cell, (box[3] - box[1]) / cell
    return int(y), int(x), x - int(x), y - int(y), h, w


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
        if unit == "sizes in pictures":
            return row, column, x, y, h / grid, w / grid
        return row, column, column + x, row + y, h, w

    return numbers


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
        (
            lambda box, size, grid: (
                *_numbers(box, size, grid)[1::-1],
                *_numbers(box, size, grid)[2:],
            ),
            "the row is counted along y, the column along x.",
        ),
        (
            lambda box, size, grid: (
                *_numbers(box, size, grid)[:4],
                *_numbers(box, size, grid)[:3:-1],
            ),
            "the height comes before the width: b_h, b_w.",
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
    ),
    hint="divide centre and size by the cell's side; the whole parts of the "
    "centre are row and column, and b_x and b_y are what is left.",
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
    ),
    hint="in each of the 7×7 cells, 5 numbers for each box and 20 classes.",
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
    ),
    hint="sort the labels by their boxes' x, write them side by side, and "
    "make an int of that.",
)
