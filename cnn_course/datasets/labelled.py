"""Pictures with the number of their class, in memory and as a folder."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image


class LabelledImages(NamedTuple):
    """Pictures with the number of their class.

    images: uint8 array (n, height, width, channels), 0 to 255.
    labels: int array (n,), indices into class_names.
    class_names: tuple of str.
    """

    images: np.ndarray
    labels: np.ndarray
    class_names: tuple


def check_split(split):
    """Raise ValueError unless split is "train" or "test"."""
    if split not in ("train", "test"):
        raise ValueError(f'split must be "train" or "test"; got {split!r}.')


def save_as_folder(pictures, folder, *, suffix=".png"):
    """Write labelled pictures as files, a subfolder for each class.

    Args:
        pictures: LabelledImages, grey or colour.
        folder: path of a folder; it is made if it is missing.
        suffix: ".png" (exact) or ".jpg" (quality 90).
    """
    folder = Path(folder)
    for name in pictures.class_names:
        (folder / name).mkdir(parents=True, exist_ok=True)
    for i, (image, label) in enumerate(
        zip(pictures.images, pictures.labels, strict=True)
    ):
        path = folder / pictures.class_names[label] / f"{i:05d}{suffix}"
        image = image[..., 0] if image.shape[-1] == 1 else image
        Image.fromarray(image).save(path, quality=90)
