"""Pictures with boxes, from whatever format they come."""

from typing import NamedTuple

import numpy as np
from PIL import Image

from cnn_course.datasets.decoding import picture_size, read_picture
from cnn_course.detection.boxes import look_relative
from cnn_course.detection.polygons import polygons_to_mask
from cnn_course.geometry import whole_number

_PADDING = 128  # grey level beside a picture of another shape
_NAMED = 20  # so many pictures are named in a message


class Annotated(NamedTuple):
    """Picture files, and what is where in them.

    paths: list of n paths.
    sizes: int array (n, 2), height and width in pixels.
    boxes: list of n float32 arrays (k, 4), x_min, y_min, x_max, y_max in
        pixels from the picture's upper left corner.
    labels: list of n int arrays (k,), indices into class_names.
    ignored: list of n bool arrays (k,), True for what neither has to be found
        nor is wrong to find: COCO's crowds, VOC's difficult objects, and
        boxes without area.
    polygons: list of n lists of k lists of float arrays (m, 2), x and y in
        pixels; an empty list where there is no polygon.
    class_names: tuple of str.
    areas: list of n float arrays (k,), square pixels, as the file says or
        else of the boxes; None: of the boxes.
    """

    paths: list
    sizes: np.ndarray
    boxes: list
    labels: list
    ignored: list
    polygons: list
    class_names: tuple
    areas: list | None = None


class BoxedImages(NamedTuple):
    """Pictures of one size, and what is where in them.

    images: uint8 array (n, height, width, 3), 0 to 255.
    boxes: list of n float32 arrays (k, 4), xyxy in pixels of images.
    labels: list of n int arrays (k,), indices into class_names.
    masks: uint8 array (n, height, width), label + 1 inside polygons, else 0;
        uint16 for more than 255 classes.
    scales: float32 array (n, 2), by which x and y were multiplied.
    class_names: tuple of str.
    areas: list of n float arrays (k,), square pixels of the file, which decide
        in COCO's evaluation what is small or large.
    crowds: list of n Crowds, what is `ignored` in the file.
    """

    images: np.ndarray
    boxes: list
    labels: list
    masks: np.ndarray
    scales: np.ndarray
    class_names: tuple
    areas: list | None = None
    crowds: list | None = None


class Crowds(NamedTuple):
    """Of one picture, what neither has to be found nor is wrong to find.

    boxes: float32 array (k, 4), xyxy in pixels of images.
    labels: int array (k,).
    areas: float array (k,), square pixels of the file.
    """

    boxes: np.ndarray
    labels: np.ndarray
    areas: np.ndarray


class Row(NamedTuple):
    """One annotation as it was read, not yet checked."""

    where: str  # for messages
    image: int  # place of its picture
    box: list  # xyxy, numbers or text
    label: int
    ignored: bool
    polygons: list
    area: object = None  # number or text; None: that of its box


def _four(box):
    """Four numbers; NaN if they are none."""
    try:
        numbers = np.array(box, float)
    except (TypeError, ValueError):
        numbers = np.empty(0)
    return numbers if numbers.shape == (4,) else np.full(4, np.nan)


def _check_boxes(rows, source):
    """Array (n, 4) of the rows' boxes, or an error that names the row."""
    boxes = np.array([_four(row.box) for row in rows]).reshape(-1, 4)
    none = ~np.isfinite(boxes).all(axis=1)
    if none.any():
        row = rows[int(np.argmax(none))]
        raise ValueError(
            f"{row.where} must have a box of 4 finite numbers; got {row.box} "
            f"({none.sum()} of {len(rows)} boxes are none)."
        )
    turned = (boxes[:, :2] > boxes[:, 2:]).any(axis=1)
    if turned.any():
        i = int(np.argmax(turned))
        raise ValueError(
            f"{rows[i].where} must have x_min <= x_max and y_min <= y_max; its "
            f"corners are {tuple(boxes[i].tolist())} ({turned.sum()} of "
            f"{len(rows)} boxes are so). Correct or drop it."
        )
    if look_relative(boxes.round(3), at_least=1):
        raise ValueError(
            f"Boxes must be in pixels; all in {source} lie within 0-1, that "
            f"of {rows[0].where} is {rows[0].box}. Multiply x by the "
            "picture's width and y by its height."
        )
    return boxes


def _areas(rows, boxes):
    """Array (n,) of the rows' areas; those of their boxes where none is."""
    sides = boxes[:, 2:] - boxes[:, :2]
    areas = sides.prod(axis=1).astype(float)
    for i, row in enumerate(rows):
        if row.area is None:
            continue
        try:
            areas[i] = row.area
        except (TypeError, ValueError):
            areas[i] = np.nan
        if not 0 <= areas[i] < np.inf:
            raise ValueError(
                f"{row.where} must have a number >= 0 as its area; got "
                f"{row.area!r}."
            )
    return areas


def _cut(boxes, rows, paths, sides):
    """Cut boxes at their pictures' edges; one that lies outside is an error."""
    outside = (boxes[:, :2] > sides[:, :2]) | (boxes[:, 2:] < 0)
    outside = outside.any(axis=1)
    if outside.any():
        row = int(np.argmax(outside))
        width, height = sides[row, :2]
        raise ValueError(
            f"{rows[row].where} must lie in its picture, "
            f"{paths[rows[row].image].name} of {width}x{height} pixels; its "
            f"corners are {tuple(boxes[row].tolist())} ({outside.sum()} of "
            f"{len(rows)} boxes are outside)."
        )
    return np.clip(boxes, 0, sides).astype(np.float32)


def _size(path, size):
    """Height and width as the annotation says, or else as viewers show it."""
    try:
        size = [int(side) for side in size]
    except (TypeError, ValueError):
        size = [0, 0]
    return size if min(size) > 0 else picture_size(path)


def assemble(rows, paths, sizes, class_names, source, first_pixel=0):
    """Check the rows and hand each to its picture.

    Args:
        rows: list of Row.
        paths: list of n paths, the pictures.
        sizes: list of n (height, width) in pixels; numbers or text, None or
            0 for what is not known.
        class_names: list of str.
        source: str, the file or folder they come from, for messages.
        first_pixel: number, where the first pixel begins.

    Returns:
        Annotated.

    Raises:
        ValueError: a picture is missing, or a box is none.
    """
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise ValueError(
            f"{source} names {missing[0].name}, which is not in the folder "
            f"{missing[0].parent} ({len(missing)} of {len(paths)} pictures "
            "are missing). Put it there, or give the right folder."
        )
    boxes = _check_boxes(rows, source)
    boxes[:, :2] -= first_pixel
    sizes = [_size(*pair) for pair in zip(paths, sizes, strict=True)]
    sizes = np.array(sizes, int).reshape(-1, 2)
    image = np.array([row.image for row in rows], int)
    boxes = _cut(boxes, rows, paths, np.tile(sizes[image, ::-1], 2))
    flat = (boxes[:, :2] == boxes[:, 2:]).any(axis=1)
    ignored = flat | np.array([row.ignored for row in rows], bool)
    labels = np.array([row.label for row in rows], int)
    areas = _areas(rows, boxes)
    order = np.argsort(image, kind="stable")
    starts = np.searchsorted(image[order], np.arange(1, len(paths)))
    places = np.split(order, starts) if paths else []
    return Annotated(
        paths,
        sizes,
        [boxes[some] for some in places],
        [labels[some] for some in places],
        [ignored[some] for some in places],
        [[rows[i].polygons for i in some] for some in places],
        tuple(class_names),
        [areas[some] for some in places],
    )


def _load(path, size):
    """Read a picture in colour, the way up that its boxes were drawn."""
    upright, stored = (picture_size(path, turned=t) for t in (True, False))
    if size not in (upright, stored):
        raise ValueError(
            f"{path} has {upright[1]}x{upright[0]} pixels, but its "
            f"annotation says {size[1]}x{size[0]}: the boxes belong to "
            "another picture, or it was scaled after they were drawn."
        )
    # Upright, unless they are of a tool that does not know Exif.
    return read_picture(path, turned=size == upright)


def _tell_unread(reasons, total):
    if len(reasons) == 1:
        raise ValueError(reasons[0])
    more = len(reasons) - _NAMED
    lines = [*reasons[:_NAMED], *([f"and {more} more"] if more > 0 else [])]
    raise ValueError(
        "\n  ".join([f"{len(reasons)} of {total} pictures:", *lines])
    )


def _fit(size, target):
    """The largest (height, width) of the same shape within the target."""
    scale = min(t / s for t, s in zip(target, size, strict=True))
    return [
        min(max(round(s * scale), 1), t)
        for s, t in zip(size, target, strict=True)
    ]


def letterbox(picture, size):
    """Bring a picture to a size without changing its proportions.

    It is scaled to fit (bilinear) and put in the upper left corner; grey fills
    what is left. Box / scale is a box in the picture's own pixels.

    Args:
        picture: uint8 array (rows, columns, 3).
        size: (height, width) in pixels.

    Returns:
        uint8 array (height, width, 3); float32 array (2,), the scale of x and
        of y, which differ as sides are whole numbers.
    """
    rows, columns = picture.shape[:2]
    height, width = _fit((rows, columns), size)
    image = np.full((*size, 3), _PADDING, np.uint8)
    image[:height, :width] = Image.fromarray(picture).resize(
        (width, height), Image.Resampling.BILINEAR
    )
    return image, np.array([width / columns, height / rows], np.float32)


def _tell_ignored(annotated):
    """Print how many things are left out; raise if that leaves nothing."""
    ignored = [int(np.sum(some)) for some in annotated.ignored]
    left_out, total = sum(ignored), sum(map(len, annotated.ignored))
    if not left_out:
        return
    if left_out == total:
        raise ValueError(
            f"All {total} things are crowds, difficult, or have no area, so "
            'there is nothing to learn. Some tools write "iscrowd": 1 for '
            "everything drawn with a brush: if each is one thing, write 0."
        )
    print(
        f"Left out {left_out} of {total} things: crowds, difficult ones, and "
        "those without area."
    )


def load_images(annotated, size=96):
    """Read the pictures, all at one size, with their boxes.

    A picture keeps its proportions (`letterbox`), so box / scale is the box in
    the file's own pixels. What is `ignored` is in `crowds` alone, and
    its number is printed.

    A picture is turned as its Exif orientation says, as viewers and most tools
    do, unless it has its annotation's size only as it is stored.

    Args:
        annotated: Annotated, from `read_coco` or `read_voc`.
        size: int, or (height, width), of the images in pixels.

    Returns:
        BoxedImages(images, boxes, labels, masks, scales, class_names, areas,
        crowds).

    Raises:
        ValueError: a file is none that `datasets.read_picture` reads, or not
            of the size its annotation says, and the message names all that
            are so; or all things are ignored.
    """
    sides = np.broadcast_to(size, 2).tolist()
    target = [whole_number("size", side, 1) for side in sides]
    _tell_ignored(annotated)
    n = len(annotated.paths)
    images = np.empty((n, *target, 3), np.uint8)
    largest = max(len(annotated.class_names), 1)
    masks = np.zeros((n, *target), np.min_scalar_type(largest))
    scales = np.empty((n, 2), np.float32)
    kept, crowds, reasons = [], [], []
    for i, path in enumerate(annotated.paths):
        try:
            picture = _load(path, tuple(annotated.sizes[i].tolist()))
        except ValueError as why:
            reasons.append(str(why))
            continue
        images[i], scales[i] = letterbox(picture, target)
        boxes = annotated.boxes[i] * np.tile(scales[i], 2)
        areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) / scales[i].prod()
        if annotated.areas is not None:
            areas = annotated.areas[i]
        columns = boxes, annotated.labels[i], areas
        ignored = annotated.ignored[i]
        kept.append([column[~ignored] for column in columns])
        crowds.append(Crowds(*(column[ignored] for column in columns)))
        for j in np.flatnonzero(~ignored):
            scaled = [p * scales[i] for p in annotated.polygons[i][j]]
            inside = polygons_to_mask(scaled, *target)
            masks[i][inside] = annotated.labels[i][j] + 1
    if reasons:
        _tell_unread(reasons, n)
    boxes, labels, areas = (
        map(list, zip(*kept, strict=True)) if n else ([],) * 3
    )
    names = annotated.class_names
    return BoxedImages(
        images, boxes, labels, masks, scales, names, areas, crowds
    )
