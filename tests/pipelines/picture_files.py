"""Picture files of noise, and what is in a dataset made of them."""

import numpy as np
from PIL import Image


def write_picture(path, seed=0, size=(9, 7), mode="RGB"):
    """Write a picture of noise, another one for each seed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = (*size, len(Image.new(mode, (1, 1)).getbands()))
    noise = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    Image.fromarray(noise.squeeze(), mode if mode == "CMYK" else None).save(
        path
    )
    return path


def pictures_of(dataset):
    return np.concatenate([np.asarray(images) for images, _ in dataset])


def labels_of(dataset):
    return np.concatenate([np.asarray(labels) for _, labels in dataset])
