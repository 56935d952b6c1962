"""What COCO's evaluation is given: read, checked, and as columns of numbers."""

import itertools
from typing import NamedTuple

import numpy as np

from cnn_course.detection.boxes import look_relative
from cnn_course.detection.masks import mask_area, read_segmentation

MOST_DETECTIONS = 100  # of a class in an image; the rest is not looked at


class _Truth(NamedTuple):
    """The annotations, sorted by class and image; G of them."""

    group: np.ndarray  # (G,), one number for each class and image
    shape: np.ndarray  # (G, 4), x_min, y_min, width, height; or (G,), masks
    area: np.ndarray  # (G,), pixels
    crowd: np.ndarray  # (G,), bool
    category: np.ndarray  # (G,), place of the class


class _Found(NamedTuple):
    """The detections, sorted by class, best first; D of them."""

    group: np.ndarray
    shape: np.ndarray
    area: np.ndarray
    score: np.ndarray
    category: np.ndarray
    rank: np.ndarray  # (D,), 0 for the best of its class and image


def _columns(rows, name, keys):
    """One list for each key; rows without it are errors."""
    try:
        return [[row[key] for row in rows] for key in keys]
    except (KeyError, TypeError):
        if not np.iterable(rows):
            raise ValueError(
                f"{name} must be a list of dicts; got {rows!r}."
            ) from None
        for i, row in enumerate(rows):
            if not isinstance(row, dict) or not set(keys) <= row.keys():
                raise ValueError(
                    f"{name}[{i}] must be a dict with {', '.join(keys)}; got "
                    f"{row!r:.200}."
                ) from None
        raise


def _part(ground_truth, key):
    if not isinstance(ground_truth, dict) or key not in ground_truth:
        raise ValueError(
            f"ground_truth must be a COCO dict with {key!r}; got "
            f"{type(ground_truth).__name__}. From a file: json.load."
        )
    return ground_truth[key]


def is_known(one, known):
    """Tell whether an id is a key of a dict; one that no key can be is not."""
    try:
        return one in known
    except TypeError:
        return False


def rows_by_id(ids, where):
    """Find the row of each id.

    Args:
        ids: list of numbers or of str.
        where: str, where they come from, for messages; {} for the row.

    Returns:
        Dict from id to row, sorted by id.

    Raises:
        ValueError: an id comes twice, or they are not all numbers or all str.
    """
    rows = {}
    try:
        for i, one in enumerate(ids):
            if rows.setdefault(one, i) != i:
                raise ValueError(
                    f"{where.format(i)} must have an id of its own; {one!r} "
                    f"is that of {where.format(rows[one])}, too."
                )
        return {one: rows[one] for one in sorted(rows)}
    except TypeError:
        kinds = sorted({type(one).__name__ for one in ids})
        raise ValueError(
            f"{where.format('...')} must have ids that are all numbers or all "
            f"text; got {', '.join(kinds)}."
        ) from None


def _places(ids, name, key, known, listed):
    """The place of each id among the known ones."""
    try:
        return np.array([known[one] for one in ids], int)
    except (KeyError, TypeError):
        row = next(i for i, one in enumerate(ids) if not is_known(one, known))
        raise ValueError(
            f"{name}[{row}] has {key} {ids[row]!r}, which is not among "
            f'ground_truth["{listed}"]. Add it there or drop the row.'
        ) from None


def _is_finite(value, shape):
    try:
        numbers = np.array(value, float)
    except (TypeError, ValueError):
        return False
    return numbers.shape == shape and bool(np.isfinite(numbers).all())


def _numbers(values, shape, name, key):
    """Array (n, *shape) of finite floats; a row without them is an error."""
    try:
        rows = values
        if set(map(type, values)) == {list} and {*map(len, values)} == {*shape}:
            rows = np.fromiter(itertools.chain.from_iterable(values), float)
        numbers = np.asarray(rows, float).reshape(len(values), *shape)
        if np.isfinite(numbers).all():
            return numbers
    except (TypeError, ValueError):
        pass
    row = next(i for i, v in enumerate(values) if not _is_finite(v, shape))
    what = f"{shape[0]} finite numbers" if shape else "a finite number"
    raise ValueError(
        f"{name}[{row}] must have {what} as {key}; got {values[row]!r}."
    )


def _boxes(values, name, whole_set):
    """Array (n, 4) of x_min, y_min, width, height in pixels."""
    boxes = _numbers(values, (4,), name, "bbox")
    negative = (boxes[:, 2:] < 0).any(axis=1)
    if negative.any():
        row = int(np.argmax(negative))
        raise ValueError(
            f"{name}[{row}] must have a bbox (x_min, y_min, width, height) "
            f"with width >= 0 and height >= 0; got {values[row]}. For corners "
            'call convert_boxes(boxes, "xyxy", "xywh") first.'
        )
    if look_relative(boxes, at_least=1 if whole_set else 3):
        raise ValueError(
            f"{name} must have boxes in pixels; all lie within 0-1, the bbox "
            f"of {name}[0] is {values[0]}. For relative boxes call "
            'convert_boxes(boxes, "rel_xywh", "xywh", height=..., width=...).'
        )
    return boxes


def sorted_ids(ground_truth, key):
    """The ids of the images or categories, each with its place."""
    name = f"ground_truth[{key!r}]"
    (ids,) = _columns(_part(ground_truth, key), name, ["id"])
    rows = rows_by_id(ids, name + "[{}]")
    return {one: place for place, one in enumerate(rows)}


def _sizes(ground_truth, images):
    """Array (images, 2) of heights and widths, in the places' order."""
    name = 'ground_truth["images"]'
    rows = _part(ground_truth, "images")
    ids, *sides = _columns(rows, name, ["id", "height", "width"])
    sizes = np.empty((len(rows), 2), int)
    places = [images[one] for one in ids]
    for column, (key, values) in enumerate(
        zip(("height", "width"), sides, strict=True)
    ):
        sizes[places, column] = _numbers(values, (), name, key)
    return sizes


def _masks(rows, name, image, sizes):
    """Object array (n,) of masks, each given by its edges."""
    (drawn,) = _columns(rows, name, ["segmentation"])
    masks = np.empty(len(rows), object)
    for i, (segmentation, place) in enumerate(zip(drawn, image, strict=True)):
        try:
            masks[i] = read_segmentation(segmentation, *sizes[place].tolist())
        except (TypeError, ValueError) as why:
            raise ValueError(
                f"{name}[{i}] must have polygons [[x1, y1, x2, y2, ...], ...] "
                'or run lengths {"size": [height, width], "counts": ...} of '
                f"its picture's size as segmentation; {why}."
            ) from None
    return masks


def read_evaluation(ground_truth, detections, kind="boxes"):
    """Check and sort both; the categories' ids, each with its place."""
    if kind not in ("boxes", "masks"):
        raise ValueError(f"kind must be 'boxes' or 'masks'; got {kind!r}.")
    images = sorted_ids(ground_truth, "images")
    categories = sorted_ids(ground_truth, "categories")
    sizes = _sizes(ground_truth, images) if kind == "masks" else None
    truth = _read_truth(ground_truth, images, categories, sizes)
    found = _read_found(detections, images, categories, sizes)
    return truth, found, categories


def _read_places(rows, name, images, categories):
    image_ids, category_ids = _columns(rows, name, ["image_id", "category_id"])
    image = _places(image_ids, name, "image_id", images, "images")
    category = _places(
        category_ids, name, "category_id", categories, "categories"
    )
    return category, image, category * len(images) + image


def _shapes(rows, name, image, sizes, *, whole_set):
    """Boxes, or masks if there are sizes; and the area of each."""
    if sizes is not None:
        masks = _masks(rows, name, image, sizes)
        return masks, np.array([mask_area(mask) for mask in masks], float)
    (boxes,) = _columns(rows, name, ["bbox"])
    boxes = _boxes(boxes, name, whole_set)
    return boxes, boxes[:, 2] * boxes[:, 3]


def _read_truth(ground_truth, images, categories, sizes):
    rows, name = _part(ground_truth, "annotations"), "annotations"
    category, image, group = _read_places(rows, name, images, categories)
    shape, own = _shapes(rows, name, image, sizes, whole_set=True)
    crowd = np.array([row.get("iscrowd", 0) for row in rows], bool)
    areas = [
        row.get("area", other)
        for row, other in zip(rows, own.tolist(), strict=True)
    ]
    area = _numbers(areas, (), name, "area")
    order = np.argsort(group, kind="stable")
    columns = (group, shape, area, crowd, category)
    return _Truth(*(column.take(order, axis=0) for column in columns))


def _read_found(rows, images, categories, sizes):
    name = "detections"
    category, image, group = _read_places(rows, name, images, categories)
    shape, area = _shapes(rows, name, image, sizes, whole_set=False)
    (scores,) = _columns(rows, name, ["score"])
    score = _numbers(scores, (), name, "score")
    # Best first; of equal scores the earlier image, then the earlier row.
    best = np.argsort(image, kind="stable")
    best = best[np.argsort(-score[best], kind="stable")]
    by_group = best[np.argsort(group[best], kind="stable")]
    groups, rank = group[by_group], np.empty_like(group)
    rank[by_group] = np.arange(len(groups)) - np.searchsorted(groups, groups)
    best = best[rank[best] < MOST_DETECTIONS]
    order = best[np.argsort(category[best], kind="stable")]
    columns = (group, shape, area, score, category, rank)
    return _Found(*(column.take(order, axis=0) for column in columns))
