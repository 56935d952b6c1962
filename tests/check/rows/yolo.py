"""Answers to the exercises of notebook 20: right ones and wrong ones."""

import numpy as np

from cnn_course.detection import interpolate_precision
from cnn_course.detection.yolo import encode


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


def from_corner_whole(box, image_size, grid):
    row, column, *rest = from_corner(box, image_size, grid)
    return int(row), int(column), *rest


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


def rounded_place(box, image_size, grid):
    row, column, b_x, b_y, *size = cell_numbers(box, image_size, grid)
    x, y = column + b_x, row + b_y
    return round(y), round(x), x - round(x), y - round(y), *size


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


def encode_boxes(boxes, labels, classes, image_size, grid):
    target = np.zeros((grid, grid, 5 + classes), "float32")
    for box, label in zip(boxes, labels, strict=True):
        row, column, *four = cell_numbers(box, image_size, grid)
        if target[row, column].any():
            continue
        one_hot = np.arange(classes) == label
        target[row, column] = np.concatenate([[1], four, one_hot])
    return target


def encode_with(numbers):
    def encode(boxes, labels, classes, image_size, grid):
        target = np.zeros((grid, grid, 5 + classes))
        for i in reversed(range(len(boxes))):  # so that the first one stays
            row, column, *four = numbers(boxes[i], image_size, grid)
            target[row, column] = 0
            target[row, column, :5] = 1, *four
            target[row, column, 5 + labels[i]] = 1
        return target

    return encode


def last_one_stays(boxes, labels, *case):
    return encode_boxes(boxes[::-1], labels[::-1], *case)


def classes_of_both(boxes, labels, classes, image_size, grid):
    target = np.zeros((grid, grid, 5 + classes))
    for box, label in zip(boxes, labels, strict=True):
        row, column, *four = cell_numbers(box, image_size, grid)
        target[row, column, :5] = [1, *four]
        target[row, column, 5 + label] = 1
    return target


def label_as_number(boxes, labels, *case):
    target = encode_boxes(boxes, labels, *case)
    target[..., 5] = target[..., 5:].argmax(axis=-1)
    target[..., 6:] = 0
    return target


def encoded_sum(boxes, labels, classes, image_size, grid):
    target = np.zeros((grid, grid, 5 + classes))
    for box, label in zip(boxes, labels, strict=True):
        target += encode_boxes([box], [label], classes, image_size, grid)
    return target


def floor_cell(box, image_size, grid):
    cell = image_size // grid
    return cell_numbers(box, cell * grid, grid)


def in_whole_numbers(*case):
    exact = encode_boxes(*case)
    target = np.zeros(exact.shape, dtype=int)
    target[:] = exact
    return target


def place_term(target, said):
    total = things = 0
    for row, column in np.argwhere(target[..., 0]):
        (x, y, h, w), (u, v, g, k) = (
            one[row, column, 1:5].tolist() for one in (target, said)
        )
        total += (x - u) ** 2 + (y - v) ** 2
        total += (h**0.5 - g**0.5) ** 2 + (w**0.5 - k**0.5) ** 2
        things += 1
    return 5 * total / things if things else 0.0


def place_without_root(target, said):
    full = target[..., 0] == 1
    squares = (target - said)[full][:, 1:5] ** 2
    return 5 * squares.sum() / max(1, full.sum())


def place_all_rooted(target, said):
    full = target[..., 0] == 1
    roots = np.sqrt(target[full]) - np.sqrt(said[full])
    return 5 * (roots[:, 1:5] ** 2).sum() / max(1, full.sum())


def place_everywhere(target, said):
    centre = (target[..., 1:3] - said[..., 1:3]) ** 2
    size = (np.sqrt(target[..., 3:5]) - np.sqrt(said[..., 3:5])) ** 2
    things = max(1, target[..., 0].sum())
    return 5 * (centre.sum() + size.sum()) / things


def place_of_nothing(target, said):
    value = place_term(target, said)
    return value if target[..., 0].any() else np.float64(0) / 0


def average_precision(scores, right, things):
    pairs = sorted(zip(scores, right, strict=True), reverse=True)
    points, found = [], 0
    for count, (_, is_right) in enumerate(pairs, start=1):
        found += is_right
        points.append((found / things, found / count))
    total = 0
    for hundredths in range(101):
        ahead = [p for r, p in points if 100 * r >= hundredths]
        total += max(ahead) if ahead else 0
    return total / 101


def precision_and_recall(scores, right, things):
    hits = np.cumsum(right[np.argsort(-scores)])
    return hits / things, hits / np.arange(1, len(hits) + 1)


def ap_with(
    compare=lambda recall, asked: recall >= asked, recalls=101, sort=True
):
    def answer(scores, right, things):
        order = np.argsort(scores)[::-1] if sort else slice(None)
        hits = np.cumsum(right[order])
        precision, recall = hits / (np.arange(len(hits)) + 1), hits / things
        best = [
            precision[compare(recall, asked)].max(initial=0)
            for asked in np.linspace(0, 1, recalls)
        ]
        return np.mean(best)

    return answer


def without_default(scores, right, things):
    recall, precision = precision_and_recall(scores, right, things)
    best = [max(precision[recall >= asked]) for asked in np.linspace(0, 1, 101)]
    return sum(best) / len(best)


def raw_area(scores, right, things):
    hits = right[np.argsort(-scores)]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return precision[hits].sum() / things


def exact_area(scores, right, things):
    hits = right[np.argsort(-scores)]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    best = [precision[i:].max() for i in np.flatnonzero(hits)]
    return sum(best) / things


def read_number(boxes, labels):
    number = 0
    for _, label in sorted(zip(boxes, labels, strict=True)):
        number = 10 * number + label
    return number


RIGHT = {
    "cell_numbers": cell_numbers,
    "grid_error": grid_error,
    "v1_numbers": 1470,
    "encode_boxes": encode_boxes,
    "place_term": place_term,
    "box_from_distances": box_from_distances,
    "average_precision": average_precision,
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
        (
            "y_first",
            lambda *case: np.array(cell_numbers(*case))[[0, 1, 3, 2, 4, 5]],
            "b_x comes before b_y.",
        ),
        ("rounded", rounded_place, "cut the fraction off"),
        (
            "from_1",
            lambda *case: (
                np.array(cell_numbers(*case)) + np.array([1, 1, -1, -1, 0, 0])
            ),
            "counted from 0",
        ),
        (
            "halves",
            lambda *case: np.array(cell_numbers(*case)) / [1, 1, 1, 1, 2, 2],
            "not halves",
        ),
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
        (
            "roots",
            lambda target, said: grid_error(
                *(
                    np.where(np.isin(range(8), [3, 4]), one**0.5, one)
                    for one in (target, said)
                )
            ),
            "no square roots",
        ),
        (
            "no_classes",
            lambda target, said: grid_error(
                np.pad(target[..., :5], [(0, 0), (0, 0), (0, 3)]),
                np.pad(said[..., :5], [(0, 0), (0, 0), (0, 3)]),
            ),
            "the classes count",
        ),
        (
            "where_nothing",
            lambda target, said: (
                ((target - said)[..., 0] ** 2).sum()
                + ((target - said)[target[..., 0] == 0][:, 1:] ** 2).sum()
            ),
            "not where it is 0",
        ),
        (
            "no_square",
            lambda target, said: (
                (target - said)[..., 0].sum()
                + (target - said)[target[..., 0] == 1][:, 1:].sum()
            ),
            "must not cancel",
        ),
        (
            "mean",
            lambda target, said: grid_error(target, said) / 72,
            "not the mean",
        ),
    ],
    "encode_boxes": [
        ("swapped", encode_with(swapped), "counted along y"),
        ("width_first", encode_with(width_first), "height comes before"),
        ("corner", encode_with(from_corner_whole), "not its corner"),
        ("mixed", encode_with(mixed_units), "one unit"),
        ("pictures", encode_with(in_pictures), "share of the picture"),
        ("whole", encode_with(whole_parts_kept), "below 1"),
        ("last", last_one_stays, "the first thing keeps it"),
        ("both", classes_of_both, "classes of both"),
        ("number", label_as_number, "not written as a number"),
        (
            "first_only",
            lambda boxes, labels, *rest: encode_boxes(
                boxes[:1], labels[:1], *rest
            ),
            "the loop end too early",
        ),
        ("added", encoded_sum, "added up"),
        ("floor", encode_with(floor_cell), "and not //"),
        ("integers", in_whole_numbers, "np.zeros(shape) without int"),
        ("no_p_c", lambda *case: encode_boxes(*case)[..., 1:], "p_c comes"),
        ("flat", lambda *case: encode_boxes(*case).ravel(), "must be (2, 2, 7"),
        (
            "package",
            lambda boxes, labels, classes, image_size, grid: encode(
                boxes, labels, classes=classes, image_size=image_size, grid=grid
            ),
            "cnn_course has computed them",
        ),
        (
            "other",
            lambda boxes, labels, classes, image_size, grid: np.zeros(
                (grid, grid, 5 + classes)
            ),
            "fills the cell of its centre",
        ),
    ],
    "place_term": [
        ("no_root", place_without_root, "after a square root."),
        ("all_rooted", place_all_rooted, "not the centre"),
        (
            "no_five",
            lambda target, said: place_term(target, said) / 5,
            "counts five times",
        ),
        (
            "sum",
            lambda target, said: (
                place_term(target, said) * max(1, target[..., 0].sum())
            ),
            "divide by the number of things in",
        ),
        (
            "two_slips",
            lambda target, said: (
                place_term(target, said) * max(1, target[..., 0].sum()) / 5
            ),
            "counts five times, and it is",
        ),
        (
            "cells",
            lambda target, said: (
                place_term(target, said) * max(1, target[..., 0].sum()) / 9
            ),
            "not of all cells",
        ),
        (
            "no_root_no_five",
            lambda target, said: place_without_root(target, said) / 5,
            "square roots, and the factor of 5",
        ),
        ("everywhere", place_everywhere, "no box can be wrong"),
        ("nothing", place_of_nothing, "return 0 then"),
        ("other", lambda target, said: 1.0, "add them up"),
    ],
    "v1_numbers": [
        ("own_classes", 2450, "share its classes"),
        ("one_box", 1225, "two boxes"),
        ("one_cell", 30, "one cell"),
        ("background", 49 * 31, "is no class"),
        ("multiplied", 49 * 2 * 5 * 20, "add up"),
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
        (
            "order",
            lambda row, column, d, cell: box_from_distances(
                row, column, [d[0], d[2], d[1], d[3]], cell
            ),
            "left, top, right, bottom, in this",
        ),
        (
            "y_first",
            lambda *case: box_from_distances(*case)[[1, 0, 3, 2]],
            "x comes before y",
        ),
        (
            "signs",
            lambda row, column, d, cell: box_from_distances(
                row, column, np.negative(d), cell
            ),
            "other way round",
        ),
        (
            "half_a_pixel",
            lambda row, column, d, cell: np.add(
                box_from_distances(row - 0.5, column - 0.5, d, cell), 0.5
            ),
            "not half a pixel",
        ),
    ],
    "average_precision": [
        ("unsorted", ap_with(sort=False), "in no order"),
        (
            "ascending",
            lambda scores, right, things: average_precision(
                -scores, right, things
            ),
            "lowest score first",
        ),
        ("more", ap_with(lambda recall, asked: recall > asked), ">="),
        (
            "until_there",
            ap_with(lambda recall, asked: recall <= asked),
            "from there *on*",
        ),
        ("eleven", ap_with(recalls=11), "11 recalls"),
        (
            "found",
            lambda scores, right, things: average_precision(
                scores, right, max(1, right.sum())
            ),
            "share of all `things`",
        ),
        (
            "boxes",
            lambda scores, right, things: average_precision(
                scores, right, len(scores)
            ),
            "not of the boxes",
        ),
        ("raises", without_default, "max(..., default=0)"),
        ("sum", lambda *case: 101 * average_precision(*case), "take the mean"),
        (
            "rounded",
            lambda *case: round(average_precision(*case), 3),
            "rounded",
        ),
        (
            "straight",
            lambda *case: np.trapezoid(*precision_and_recall(*case)[::-1]),
            "from point to point",
        ),
        ("raw", raw_area, "mean precision at the right boxes"),
        ("exact", exact_area, "exact area"),
        ("precision", lambda s, right, n: right.mean(), "the whole list, one"),
        ("recall", lambda s, right, n: right.sum() / n, "recall of the whole"),
        (
            "package",
            lambda *case: interpolate_precision(
                *precision_and_recall(*case)
            ).mean(),
            "cnn_course has computed them",
        ),
        ("curve", lambda *case: precision_and_recall(*case)[1], "one number"),
        ("other", lambda scores, right, things: 0.123, "sort by score"),
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
        (
            "argsort",
            lambda boxes, labels: int(
                "".join(str(labels[row[0]]) for row in np.argsort(boxes))
            ),
            "x alone",
        ),
        (
            "list",
            lambda boxes, labels: [int(d) for d in str(labels[0])],
            "one number",
        ),
        (
            "rows",
            lambda boxes, labels: int(
                "".join(map(str, np.array(boxes)[:, 0].argsort()))
            ),
            "labels of those rows",
        ),
        (
            "digits",
            lambda boxes, labels: np.array(labels)[
                np.array(boxes)[:, 0].argsort()
            ],
            "not a list",
        ),
    ],
}
