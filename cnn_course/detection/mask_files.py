"""Pictures and their masks from two folders: a class number for each pixel.

Labelling tools write such masks as PNG files: the numbers themselves, in grey
or as places in a palette, or a colour for each class. (COCO's polygons come by
`read_coco`; `load_images` fills them into the same kind of masks.)
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from cnn_course.datasets.decoding import find_pictures, read_picture
from cnn_course.detection.annotated import letterbox
from cnn_course.geometry import whole_number

VOID = 255  # Pascal VOC's: no class, as at the border of a thing
_NUMBERS = ("1", "L", "P")
_NAMED = 5  # so many files, values or colours are named in a message


class MaskedImages(NamedTuple):
    """Pictures of one size, and the class of each of their pixels.

    images: uint8 array (n, height, width, 3), 0 to 255.
    masks: uint8 array (n, height, width), places in class_names.
    weights: float32 array (n, height, width), 1; 0 where no class is given or
        the picture does not reach. `fit` takes them as sample_weight.
    class_names: tuple of str, the background first.
    paths: list of n str, the pictures' files.
    """

    images: np.ndarray
    masks: np.ndarray
    weights: np.ndarray
    class_names: tuple
    paths: list


def read_masks(
    image_folder, mask_folder, *, size=96, class_names=None, colours=None
):
    """Read pictures and their masks, all at one size.

    A picture and its mask have the same name but for the ending. Both keep
    their proportions and go into the upper left corner, as with `load_images`;
    a mask's pixels are picked, never mixed. 255 is no class, as in Pascal VOC;
    but where all masks have 0 and 255 alone, 255 is class 1, and that is
    printed.

    Args:
        image_folder: path, of pictures at any depth.
        mask_folder: path, of masks: PNG or another kind without losses.
        size: int, or (height, width), in pixels.
        class_names: list of str, the class of each number from 0 on; None:
            the numbers, or the names in colours.
        colours: dict from class name to (red, green, blue), for masks in
            colours, in the order of the numbers to be given; None: masks have
            the numbers.

    Returns:
        MaskedImages(images, masks, weights, class_names, paths), in the order
        of the names.

    Raises:
        ValueError: a picture has no mask or a mask no picture, two have one
            name, sizes differ, a file is none, or a number or colour has no
            name; the message names the file.
    """
    sides = [
        whole_number("size", side, 1)
        for side in np.broadcast_to(size, 2).tolist()
    ]
    if colours is not None:
        class_names = list(colours) if class_names is None else class_names
    pairs = _pairs(image_folder, mask_folder)
    images, smaller, there = [], [], np.zeros(256, bool)
    for path, mask_path in pairs:
        picture = read_picture(path)
        mask = _read_mask(mask_path, colours)
        if mask.shape != picture.shape[:2]:
            raise ValueError(
                f"{mask_path} must have its picture's size, "
                f"{picture.shape[1]}x{picture.shape[0]} pixels; it has "
                f"{mask.shape[1]}x{mask.shape[0]}."
            )
        there[mask] = True
        image, scale = letterbox(picture, sides)
        width, height = np.rint(mask.shape[::-1] * scale).astype(int).tolist()
        small = Image.fromarray(mask).resize(
            (width, height), Image.Resampling.NEAREST
        )
        images.append(image)
        smaller.append(np.asarray(small))
    if colours is None and np.flatnonzero(there).tolist() == [0, VOID]:
        print("Masks have 0 and 255 alone: 255 is taken for class 1.")
        smaller = [np.minimum(mask, 1) for mask in smaller]
        there = np.arange(256) < 2
    names = _names(np.flatnonzero(there[:VOID]).max(initial=0), class_names)
    masks = np.full((len(pairs), *sides), VOID, np.uint8)
    for whole, small in zip(masks, smaller, strict=True):
        whole[: small.shape[0], : small.shape[1]] = small
    weights = (masks != VOID).astype(np.float32)
    masks[masks == VOID] = 0
    paths = [path for path, _ in pairs]
    return MaskedImages(np.stack(images), masks, weights, names, paths)


def _pairs(image_folder, mask_folder):
    """Each picture's path and its mask's, by name."""
    found = []
    for folder in (image_folder, mask_folder):
        paths, _ = find_pictures(folder)
        by_name = {}
        for path in paths:
            other = by_name.setdefault(Path(path).stem, path)
            if other != path:
                raise ValueError(
                    f"{other} and {path} must have different names, which tell "
                    "which mask is whose."
                )
        found.append(by_name)
    pictures, masks = found
    for mine, others, kind, missing in (
        (pictures, masks, "mask", mask_folder),
        (masks, pictures, "picture", image_folder),
    ):
        alone = sorted(set(mine) - set(others))
        if alone:
            raise ValueError(
                f"{mine[alone[0]]} has no {kind} of its name in "
                f"{str(missing)!r} ({len(alone)} of {len(mine)} have none)."
            )
    if not pictures:
        raise ValueError(f"There is no picture in {str(image_folder)!r}.")
    return [(pictures[name], masks[name]) for name in sorted(pictures)]


def _read_mask(path, colours):
    """A mask's class numbers, uint8 array (height, width)."""
    try:
        with Image.open(path) as picture:
            picture.load()
    except OSError:
        raise ValueError(f"{path} must be a mask, and is no picture.") from None
    if picture.format == "JPEG":
        raise ValueError(
            f"{path} is a JPEG, whose pixels are not those that were saved: "
            "export masks as PNG."
        )
    if colours is not None:
        return _by_colour(path, np.asarray(picture.convert("RGB")), colours)
    if picture.mode not in _NUMBERS:
        raise ValueError(
            f"{path} must have a class number for each pixel (grey or palette, "
            f"8 bits); it is in {picture.mode}. If its colours are the "
            "classes, give colours={name: (red, green, blue), ...}."
        )
    return np.asarray(picture).astype(np.uint8)


def _by_colour(path, pixels, colours):
    mask = np.full(pixels.shape[:2], VOID, np.uint8)
    left = np.ones(pixels.shape[:2], bool)
    for number, colour in enumerate(colours.values()):
        here = (pixels == colour).all(axis=-1)
        mask[here], left[here] = number, False
    if left.any():
        unknown = np.unique(pixels[left], axis=0)[:_NAMED].tolist()
        raise ValueError(
            f"{path} has {left.sum()} pixels in colours that have no name: "
            f"{', '.join(map(str, map(tuple, unknown)))}. Add them to colours."
        )
    return mask


def _names(most, class_names):
    """A name for each number up to the largest in the masks."""
    names = tuple(class_names or map(str, range(most + 1)))
    if most >= len(names):
        raise ValueError(
            "class_names must have a name for each number in the masks, from 0 "
            f"to {most}; got {len(names)}: {', '.join(names[:_NAMED])} ..."
        )
    return names
