"""Find things in any picture: from its pixels to the network's, and back."""

import os
from functools import partial
from typing import NamedTuple

import numpy as np


class Found(NamedTuple):
    """What was found in one picture, best first.

    boxes: float32 array (k, 4), x_min, y_min, x_max, y_max in the picture's
        own pixels.
    names: list of k str, the classes.
    scores: float32 array (k,), 0-1.
    labels: int array (k,), the classes' numbers.
    path: str, the picture's file; None if it came as an array.

    `plots.boxes(picture, *found[:3])` draws them.
    """

    boxes: np.ndarray
    names: list
    scores: np.ndarray
    labels: np.ndarray
    path: str | None

    def to_coco(self, image_id, category_ids=None):
        """Write them down as COCO's results.

        Args:
            image_id: the picture's id in the COCO file.
            category_ids: list with the id of each class there; None: labels.

        Returns:
            List of dicts with image_id, category_id, bbox and score, as
            `coco_evaluate`, pycocotools and `json.dump` take them.
        """
        from cnn_course.detection.writers import detections_to_coco

        rows = detections_to_coco([self.boxes], [self.scores], [self.labels])
        for row in rows:
            row["image_id"] = image_id
            if category_ids is not None:
                row["category_id"] = category_ids[row["category_id"]]
        return rows


def detect(
    model,
    picture,
    *,
    class_names=None,
    batch_size=32,
    skip_broken=False,
    **options,
):
    """Find things in a photograph, in a folder of them, or in a film.

    A picture of any size is brought to the network's as `load_images` does it
    for the training (letterbox): it keeps its proportions, is scaled to fit
    and put in the upper left corner, and grey fills what is left. The boxes
    found are scaled back and cut at the picture's edges; those that lie in the
    grey alone are none.

    Args:
        model: keras.Model from `yolo.yolo`, or another one from pictures
            (batch, height, width, 3) of 0 to 255 to a grid that `yolo.predict`
            reads; or a FasterRCNN.
        picture: array (height, width, 3) of 0 to 255; path of a picture file,
            or of a folder with pictures at any depth; or an iterable of arrays
            and paths, such as the frames of a film.
        class_names: list of str; None: the model's own attribute class_names,
            or else the numbers.
        batch_size: int >= 1, pictures the network sees at a time.
        skip_broken: bool, go on without files that are missing or no pictures,
            and name them in the end, instead of raising.
        **options: of `yolo.predict` or `faster_rcnn.predict_boxes`, such as
            score_threshold, per_class, or YOLO's decoder.

    Returns:
        Found(boxes, names, scores, labels, path); for a folder a list of them,
        in the order of the names; for an iterable a generator, that takes
        batch_size pictures at a time.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the model is no detector or has open sides, class_names are
            too many or too few, the folder has no picture; or a picture is
            none, and the message names the file or the place in the iterable.
            A generator yields first what it has read before.
    """
    from cnn_course.datasets.decoding import find_pictures
    from cnn_course.geometry import whole_number

    batch_size = whole_number("batch_size", batch_size, 1)
    look, size, classes = _way_to_look(model, options)
    names = class_names or getattr(model, "class_names", None)
    if names is not None and classes not in (None, len(names)):
        raise ValueError(
            f"class_names must name the model's {classes} classes; got "
            f"{len(names)}."
        )
    read = partial(_read, size)
    find = partial(_find, partial(look, model, **options), names)
    one_by_one = partial(_one_by_one, read, find, batch_size, skip_broken)
    if _is_path(picture) and os.path.isdir(picture):
        paths, left_out = find_pictures(picture)
        if left_out:
            print(f"Left out {left_out.total()} files that are no pictures.")
        if not paths:
            raise ValueError(f"There is no picture in {str(picture)!r}.")
        return list(one_by_one(paths))
    if _is_path(picture) or getattr(picture, "ndim", 4) != 4:
        return find([read(picture, "picture")])[0]
    if not np.iterable(picture):
        raise ValueError(
            "picture must be an array (height, width, 3), a path, or an "
            f"iterable of them; got {picture!r}."
        )
    return one_by_one(picture)


def _is_path(picture):
    return isinstance(picture, str | os.PathLike)


def _way_to_look(model, options):
    """How a model predicts, its pictures' (height, width), its classes.

    Their number is None where only the decoder knows it.
    """
    from cnn_course.detection import faster_rcnn, yolo

    if isinstance(model, faster_rcnn.FasterRCNN):
        size = model.image_size, model.image_size
        return faster_rcnn.predict_boxes, size, model.classes
    given = getattr(model, "input_shape", None)
    grid = getattr(model, "output_shape", None)
    if not all(isinstance(s, tuple) and len(s) == 4 for s in (given, grid)):
        raise ValueError(
            "model must be a FasterRCNN or a YOLO, from pictures (batch, "
            "height, width, 3) to a grid (batch, rows, columns, numbers); got "
            f"{given} to {grid}."
        )
    if None in given[1:3] or given[3] != 3:
        raise ValueError(
            "model must take colour pictures of one size; its input is "
            f"{given}. Build it with input_shape=(height, width, 3)."
        )
    return (
        yolo.predict,
        given[1:3],
        None if options.get("decoder") else grid[3] - 4,
    )


class _Read(NamedTuple):
    """A picture at the network's size, and where it comes from."""

    image: np.ndarray
    scale: np.ndarray  # of x and y
    shape: tuple  # its own height and width
    path: str | None


def _read(size, picture, name):
    from cnn_course.datasets.decoding import check_colour, read_picture
    from cnn_course.detection.annotated import letterbox

    path = None
    if _is_path(picture):
        path = str(picture)
        picture = read_picture(path)
    check_colour(name, picture)
    pixels = np.rint(picture).astype(np.uint8)
    return _Read(*letterbox(pixels, size), pixels.shape[:2], path)


def _one_by_one(read, find, batch_size, skip_broken, pictures):
    """Yield what is found, batch_size pictures at a time."""
    waiting, broken = [], []
    for i, picture in enumerate(pictures):
        try:
            waiting.append(read(picture, f"picture {i}"))
        except (OSError, ValueError) as why:
            if not (skip_broken and _is_path(picture)):
                if waiting:  # what was read before is not lost
                    yield from find(waiting)
                raise
            broken.append(f"  {why}")
        if len(waiting) == batch_size:
            yield from find(waiting)
            waiting = []
    if waiting:
        yield from find(waiting)
    if broken:
        print("\n".join([f"Left out {len(broken)} pictures:", *broken]))


def _find(look, class_names, pictures):
    """Find things in some pictures that were read: list of Found."""
    images = np.stack([picture.image for picture in pictures])
    results = []
    for picture, *found in zip(pictures, *look(images), strict=True):
        boxes, scores, labels = found
        edges = np.tile(picture.shape[::-1], 2)
        boxes = np.clip(boxes / np.tile(picture.scale, 2), 0, edges)
        inside = (boxes[:, :2] < boxes[:, 2:]).all(axis=1)
        results.append(
            Found(
                boxes[inside].astype(np.float32),
                [_name(label, class_names) for label in labels[inside]],
                scores[inside],
                labels[inside],
                picture.path,
            )
        )
    return results


def _name(label, class_names):
    if class_names is None:
        return f"{label}"
    if label >= len(class_names):
        raise ValueError(
            f"class_names must have a name for each label; label {label} has "
            f"none among {len(class_names)}."
        )
    return class_names[label]
