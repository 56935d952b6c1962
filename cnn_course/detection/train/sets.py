"""The pictures: found, chosen, split, and brought to a size that fits them."""

from pathlib import Path

import numpy as np

from cnn_course.detection.annotated import BoxedImages, load_images
from cnn_course.detection.readers import read_coco, read_voc
from cnn_course.pipelines.splitting import check_split, split_paths

STRIDE = 8  # pixels of a picture along a cell of the grid
SIZES = (96, 128, 160, 192, 224, 256, 288, 320)  # of the longer side
STEP = 32  # pixels: sides are multiples, so that the coarsest maps fit
_MAY_SHARE = 0.02  # of the things: so many may have their centre in one cell


def read(dataset, image_folder=None):
    """Read a set, whichever format it has.

    Args:
        dataset: path of a COCO file, of a folder with one (or with one in its
            folder annotations/), or of a folder like Pascal VOC's.
        image_folder: path, as for `read_coco`.

    Returns:
        Annotated.

    Raises:
        ValueError: there is no such set, or several; or what the readers raise.
    """
    path = Path(dataset)
    if path.is_file():
        return read_coco(path, image_folder)
    if not path.is_dir():
        raise ValueError(f"There is no file and no folder {str(dataset)!r}.")
    if any(path.glob("Annotations/*.xml")):
        return read_voc(path)
    files = sorted([*path.glob("*.json"), *path.glob("annotations/*.json")])
    if len(files) == 1:
        return read_coco(files[0], image_folder)
    if files:
        names = ", ".join(str(file.relative_to(path)) for file in files)
        raise ValueError(
            f"{str(dataset)!r} has several JSON files: {names}. Name the one "
            "to train on, and another by --validation."
        )
    raise ValueError(
        f"{str(dataset)!r} must be a COCO file (.json) or have one in it, or "
        "Annotations/*.xml and JPEGImages/ as Pascal VOC's. (Labelling tools "
        "that write YOLO's text files export these, too.)"
    )


def choose(annotated, classes=None, *, may_lack=False):
    """Keep the things of some classes; the pictures all stay.

    Args:
        annotated: Annotated.
        classes: list of str, their order is that of the labels; None: all
            that have a thing to learn, and the others are named.
        may_lack: bool, True for a set to validate on: one of the classes may
            have no thing in it.

    Returns:
        Annotated.

    Raises:
        ValueError: a class is unknown or has no thing, or none is left.
    """
    names = annotated.class_names
    counts = np.zeros(len(names), int)
    for labels, ignored in zip(
        annotated.labels, annotated.ignored, strict=True
    ):
        np.add.at(counts, labels[~ignored], 1)
    with_things = [name for name, n in zip(names, counts, strict=True) if n]
    for name in classes or ():
        if name not in with_things and not may_lack:
            raise ValueError(
                f"--classes must be among those that have things to learn, "
                f"{', '.join(with_things) or 'and there are none'}; got "
                f"{name!r}."
            )
    if not with_things:
        raise ValueError(
            "There is nothing to learn: no picture has a thing with a box "
            "that is neither a crowd nor difficult nor without area."
        )
    if classes is None:
        empty = [name for name in names if name not in with_things]
        if empty:
            print(f"Without a thing, so left out: {', '.join(empty)}.")
    classes = tuple(classes or with_things)
    new = np.array([classes.index(n) if n in classes else -1 for n in names])
    keep = [new[labels] >= 0 for labels in annotated.labels]
    left_out = sum(int((~some).sum()) for some in keep)
    if left_out:
        print(f"Left out {left_out} things of other classes.")

    def kept(columns):
        pairs = zip(columns, keep, strict=True)
        return [column[some] for column, some in pairs]

    return annotated._replace(
        boxes=kept(annotated.boxes),
        labels=[new[labels] for labels in kept(annotated.labels)],
        ignored=kept(annotated.ignored),
        areas=kept(annotated.areas),
        polygons=[
            [one for one, stays in zip(things, some, strict=True) if stays]
            for things, some in zip(annotated.polygons, keep, strict=True)
        ],
        class_names=classes,
    )


def split(annotated, share, seed):
    """Split by picture: of each class, some pictures validate.

    A picture counts for the rarest class in it, or for none.

    Args:
        annotated: Annotated.
        share: float between 0 and 1.
        seed: int.

    Returns:
        (train, val): int arrays, places of pictures.

    Raises:
        ValueError: share is none, or one side would have nothing to find.
    """
    check_split(share, None)
    counts = np.bincount(np.concatenate(annotated.labels))
    nothing = len(annotated.class_names)
    rarest = [
        min(labels[~ignored], key=lambda label: counts[label], default=nothing)
        for labels, ignored in zip(
            annotated.labels, annotated.ignored, strict=True
        )
    ]
    names = [*annotated.class_names, "nothing"]
    places = list(range(len(rarest)))
    sides = split_paths(places, np.array(rarest), names, share, seed)
    for side in sides:
        if not any(rarest[place] != nothing for place in side):
            raise ValueError(
                "Both the training and the validation pictures must show "
                f"things; of {len(rarest)} pictures "
                f"{sum(label != nothing for label in rarest)} show some. Add "
                "pictures, or give others by --validation."
            )
    return [np.sort(np.array(side, int)) for side in sides]


def fit_size(annotated, wide_enough=16, longer=None):
    """Choose a size at which the things are large enough for the grid.

    The sides are multiples of STEP, in the shape that pictures here usually
    have. The longer one is the least of SIZES at which nine things of ten are
    wide enough, and 2 % or fewer have their centre in a cell of 8x8 pixels
    together with another one; pictures are not enlarged for it.

    Args:
        annotated: Annotated.
        wide_enough: int, pixels each way.
        longer: int, the longer side; None: choose.

    Returns:
        (height, width) in pixels.
    """
    shapes = annotated.sizes.astype(float)
    wide = np.median(shapes[:, 1] / shapes[:, 0])
    most = np.median(shapes.max(axis=1)) + STEP

    def sides(longer):
        across, down = longer * min(wide, 1), longer * min(1 / wide, 1)
        return tuple(max(STEP * round(s / STEP), STEP) for s in (down, across))

    if longer is not None:
        return sides(longer)
    for size in SIZES:
        sides_of_things, sharing = _seen_at(annotated, sides(size))
        small = np.percentile(sides_of_things, 10)
        if small >= wide_enough and sharing.mean() <= _MAY_SHARE:
            break
        if size > most:
            break
    return sides(size)


def _seen_at(annotated, size):
    """Things at a size: shorter sides in pixels; whether they share a cell."""
    shorter, shared = [], []
    for shape, boxes, ignored in zip(
        annotated.sizes, annotated.boxes, annotated.ignored, strict=True
    ):
        boxes = boxes[~ignored] * min(size / shape)
        shorter.append((boxes[:, 2:] - boxes[:, :2]).min(axis=1))
        cells = (boxes[:, :2] + boxes[:, 2:]) // (2 * STRIDE)
        _, which, count = np.unique(
            cells, axis=0, return_inverse=True, return_counts=True
        )
        shared.append(count[which.reshape(-1)] > 1)
    return np.concatenate(shorter), np.concatenate(shared)


def tell(annotated, size):
    """Print what the network will see, and what it cannot learn.

    Args:
        annotated: Annotated.
        size: (height, width) in pixels.
    """
    shorter, shared = _seen_at(annotated, size)
    height, width = size
    print(
        f"Pictures are scaled to fit {width}x{height} pixels (width x height), "
        f"a grid of {width // STRIDE}x{height // STRIDE} cells: nine things of "
        f"ten are {np.percentile(shorter, 10):.0f} pixels or more each way."
    )
    if shared.any():
        print(
            f"{shared.sum()} of {len(shared)} things have their centre in one "
            "cell with another's: the smallest gets it, the others are learned "
            "from the cells around, if at all. A larger --image-size parts "
            "them."
        )
    tiny = int((shorter < STRIDE / 2).sum())
    if tiny:
        print(
            f"{tiny} of {len(shorter)} things are narrower than half a cell "
            "then, and will hardly be found: a larger --image-size helps."
        )


def load(annotated, size, places=None):
    """Read the pictures, each once.

    Args:
        annotated: Annotated.
        size: (height, width).
        places: list of int arrays, which pictures go where; None: all in one.

    Returns:
        list of BoxedImages.
    """
    images = load_images(annotated, size)
    if places is None:
        return [images]

    def some(column, chosen):
        if column is None or isinstance(column, tuple):
            return column
        if isinstance(column, np.ndarray):
            return column[chosen]
        return [column[i] for i in chosen]

    return [
        BoxedImages(*(some(column, chosen) for column in images))
        for chosen in places
    ]
