"""Answers to the exercises of notebook 20: right ones and wrong ones."""

import numpy as np


def cell_numbers(box, image_size, grid):
    x_min, y_min, x_max, y_max = (side * grid / image_size for side in box)
    column, b_x = divmod((x_min + x_max) / 2, 1)
    row, b_y = divmod((y_min + y_max) / 2, 1)
    return int(row), int(column), b_x, b_y, y_max - y_min, x_max - x_min


def swapped(box, image_size, grid):
    row, column, *rest = cell_numbers(box, image_size, grid)
    return column, row, *rest


def width_first(box, image_size, grid):
    *place, height, width = cell_numbers(box, image_size, grid)
    return *place, width, height


def from_corner(box, image_size, grid):
    cell = image_size / grid
    row, column = box[1] // cell, box[0] // cell
    *_, height, width = cell_numbers(box, image_size, grid)
    return row, column, box[0] / cell % 1, box[1] / cell % 1, height, width


def mixed_units(box, image_size, grid):
    *place, _, _ = cell_numbers(box, image_size, grid)
    return *place, box[3] - box[1], box[2] - box[0]


def in_pixels(box, image_size, grid):
    row, column, b_x, b_y, _, _ = cell_numbers(box, image_size, grid)
    cell = image_size / grid
    sizes = box[3] - box[1], box[2] - box[0]
    return row, column, b_x * cell, b_y * cell, *sizes


def in_pictures(box, image_size, grid):
    *place, _, _ = cell_numbers(box, image_size, grid)
    return (
        *place,
        (box[3] - box[1]) / image_size,
        (box[2] - box[0]) / image_size,
    )


def whole_parts_kept(box, image_size, grid):
    row, column, b_x, b_y, *size = cell_numbers(box, image_size, grid)
    return row, column, column + b_x, row + b_y, *size


def grid_error(target, said):
    total = 0
    for true, other in zip(
        target.reshape(-1, 8), said.reshape(-1, 8), strict=True
    ):
        total += (true[0] - other[0]) ** 2
        if true[0] == 1:
            total += ((true[1:] - other[1:]) ** 2).sum()
    return total


def where_said(target, said):
    squares = (target - said) ** 2
    return squares[..., 0].sum() + (said[..., :1] * squares[..., 1:]).sum()


def twice(target, said):
    squares = (target - said) ** 2
    return squares[..., 0].sum() + squares[target[..., 0] == 1].sum()


def box_from_distances(row, column, distances, cell):
    middle = cell * np.array([column + 0.5, row + 0.5])
    distances = cell * np.array(distances)
    return np.concatenate([middle - distances[:2], middle + distances[2:]])


def from_cell_corner(row, column, distances, cell):
    return box_from_distances(row - 0.5, column - 0.5, distances, cell)


def distances_in_pixels(row, column, distances, cell):
    return box_from_distances(row, column, np.array(distances) / cell, cell)


def size_last(row, column, distances, cell):
    x_min, y_min, x_max, y_max = box_from_distances(
        row, column, distances, cell
    )
    return x_min, y_min, x_max - x_min, y_max - y_min


def plus_everywhere(row, column, distances, cell):
    middle = np.array([column + 0.5, row + 0.5] * 2)
    return cell * (middle + np.array(distances))


def read_number(boxes, labels):
    number = 0
    for _, label in sorted(zip(boxes, labels, strict=True)):
        number = 10 * number + label
    return number


RIGHT = {
    "cell_numbers": cell_numbers,
    "grid_error": grid_error,
    "v1_numbers": 1470,
    "box_from_distances": box_from_distances,
    "read_number": read_number,
}

WRONG = {
    "cell_numbers": [
        ("swapped", swapped, "counted along y"),
        ("width_first", width_first, "height comes before"),
        ("corner", from_corner, "not its corner"),
        ("mixed", mixed_units, "one unit"),
        ("pixels", in_pixels, "not pixels"),
        ("pictures", in_pictures, "share of the picture"),
        ("whole", whole_parts_kept, "below 1"),
        ("other", lambda box, size, grid: (0,) * 6, "whole parts"),
    ],
    "grid_error": [
        (
            "everywhere",
            lambda target, said: np.sum((target - said) ** 2),
            "there is no box",
        ),
        (
            "objects_only",
            lambda target, said: np.sum(
                (target - said)[target[..., 0] == 1] ** 2
            ),
            "false alarm",
        ),
        (
            "boxes_only",
            lambda target, said: np.sum(
                (target - said)[target[..., 0] == 1][:, 1:] ** 2
            ),
            "p_c itself",
        ),
        (
            "p_c_only",
            lambda target, said: np.sum((target - said)[..., 0] ** 2),
            "its box and its class",
        ),
        ("twice", twice, "counted twice"),
        ("said", where_said, "target's p_c decides"),
        ("other", lambda target, said: 0.0, "in all cells"),
    ],
    "v1_numbers": [
        ("own_classes", 2450, "share its classes"),
        ("one_box", 1225, "two boxes"),
        ("one_cell", 30, "one cell"),
        ("other", 7 * 7 * 2, "for each box"),
    ],
    "box_from_distances": [
        ("corner", from_cell_corner, "middle of the cell"),
        (
            "swapped",
            lambda row, column, d, cell: box_from_distances(
                column, row, d, cell
            ),
            "along y",
        ),
        ("pixels", distances_in_pixels, "distances are in cells"),
        (
            "in_cells",
            lambda row, column, d, cell: box_from_distances(row, column, d, 1),
            "that is in cells",
        ),
        ("size", size_last, "width and height"),
        ("plus", plus_everywhere, "subtract them"),
        ("other", lambda row, column, d, cell: (0, 0, 1, 1), "go left, up"),
    ],
    "read_number": [
        (
            "as_they_come",
            lambda boxes, labels: int("".join(map(str, labels))),
            "best first",
        ),
        (
            "reversed",
            lambda boxes, labels: int(str(read_number(boxes, labels))[::-1]),
            "right to left",
        ),
        (
            "by_value",
            lambda boxes, labels: int("".join(map(str, sorted(labels)))),
            "by value",
        ),
        (
            "text",
            lambda boxes, labels: str(read_number(boxes, labels)),
            "made of numbers",
        ),
        ("sum", lambda boxes, labels: sum(labels), "side by side"),
    ],
}
