"""Squares cut out of photographs, and the six surfaces to tell apart."""

import numpy as np

from cnn_course.datasets.bundled import photo
from cnn_course.datasets.labelled import LabelledImages, check_split
from cnn_course.geometry import whole_number

_FLAT = 4  # grey levels of standard deviation below which a crop shows nothing
_TRIES = 100  # crops tried for one that is not flat
SURFACES = ("brick", "cat", "china", "coffee", "gravel", "tissue")


def random_crops(picture, n, *, size=32, seed=0):
    """Cut squares at random places out of a picture, flat ones left out.

    Args:
        picture: uint8 array (height, width) or (height, width, 3).
        n: int >= 1, how many.
        size: int >= 1, pixels along a side, at most the picture's smaller one.
        seed: int, or numpy Generator to go on with.

    Returns:
        uint8 array (n, size, size) or (n, size, size, 3).

    Raises:
        ValueError: n or size is out of range, or the picture flat.
    """
    n = whole_number("n", n, 1)
    height, width = picture.shape[:2]
    is_whole = isinstance(size, int | np.integer)
    if not is_whole or not 1 <= size <= min(height, width):
        raise ValueError(
            f"size must be an int from 1 to {min(height, width)}, the "
            f"picture's smaller side; got {size!r}."
        )
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(_TRIES * n):
        row = rng.integers(height - size + 1)
        column = rng.integers(width - size + 1)
        crop = picture[row : row + size, column : column + size]
        if crop.std() >= _FLAT:
            found.append(crop)
        if len(found) == n:
            return np.stack(found)
    raise ValueError(
        f"picture must have something to show: of {_TRIES * n} crops only "
        f"{len(found)} were not flat, and {n} were asked for."
    )


def stretch_contrast(pictures):
    """Give each grey picture mean 128 and standard deviation 48.

    Args:
        pictures: array (n, height, width), not constant.

    Returns:
        uint8 array of the same shape.
    """
    axes = (1, 2)
    mean = pictures.mean(axis=axes, keepdims=True)
    deviation = pictures.std(axis=axes, keepdims=True)
    stretched = 128 + 48 * (pictures - mean) / deviation
    return np.rint(stretched).clip(0, 255).astype(np.uint8)


def surfaces(split="train", *, per_class=80, size=32, seed=0, grey=True):
    """Cut labelled crops out of six photographs, to tell which is which.

    Training crops come from the left half of each photograph, test crops from
    the right half. Grey ones have the same mean and contrast, so that only
    structure tells the surfaces apart.

    Args:
        split: "train" or "test".
        per_class: int >= 1, crops of each surface.
        size: int >= 1, pixels along a side, at most 225.
        seed: int, decides where the crops lie.
        grey: bool; False keeps brightness, contrast and colour.

    Returns:
        LabelledImages(images, labels, class_names), class after class; images
        are (n, size, size, 1) for grey, else (n, size, size, 3).

    Raises:
        ValueError: an argument is unknown or out of range.
    """
    check_split(split)
    per_class = whole_number("per_class", per_class, 1)
    rng = np.random.default_rng([seed, split == "test"])
    images = []
    for name in SURFACES:
        picture = photo(name, grey=grey)
        middle = picture.shape[1] // 2
        half = picture[:, middle:] if split == "test" else picture[:, :middle]
        crops = random_crops(half, per_class, size=size, seed=rng)
        if grey:
            crops = stretch_contrast(crops)[..., None]
        elif crops.ndim == 3:  # a photograph without colour
            crops = crops[..., None].repeat(3, axis=-1)
        images.append(crops)
    labels = np.repeat(np.arange(len(SURFACES)), per_class)
    return LabelledImages(np.concatenate(images), labels, SURFACES)
