"""Name what a photograph shows, with a network trained on ImageNet."""

import importlib
import os
from functools import cache

import keras
import numpy as np
from PIL import Image

from cnn_course.datasets.bundled import data_folder
from cnn_course.datasets.decoding import (
    check_colour,
    find_pictures,
    read_picture,
)
from cnn_course.geometry import whole_number
from cnn_course.pretrained.lite import LITES
from cnn_course.pretrained.official import keras_name

# The authors cut the middle out: all but 32 pixels of a side of 224 + 32.
_BORDER = 32
_AT_ONCE = 32  # pictures that the network sees


@cache
def imagenet_names():
    """List the names of ImageNet's 1 000 classes, in the networks' order.

    Returns:
        tuple of str, such as "Egyptian cat"; no two are the same.
    """
    path = data_folder("imagenet") / "class_names.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(line.split(" ", 1)[1] for line in lines)


def crop_middle(picture, height, width):
    """Bring the middle of a picture to a network's size.

    The largest rectangle of that shape, less a border of an eighth in all, is
    scaled (bicubic).

    Source: Tan & Le's code, efficientnet/preprocessing.py: the central crop
    of a side of 224 out of 256.

    Args:
        picture: uint8 array (rows, columns, 3).
        height: int >= 1, pixels.
        width: int >= 1, pixels.

    Returns:
        uint8 array (height, width, 3).
    """
    rows, columns = picture.shape[:2]
    scale = min(rows / (height + _BORDER), columns / (width + _BORDER))
    down, across = scale * height / 2, scale * width / 2
    box = (
        columns / 2 - across,
        rows / 2 - down,
        columns / 2 + across,
        rows / 2 + down,
    )
    cut = Image.fromarray(picture).resize(
        (width, height), Image.Resampling.BICUBIC, box
    )
    return np.array(cut)


def _prepare(model, pixels):
    """The pixels as the network was trained on them."""
    if model.name in LITES:
        return pixels
    built = getattr(keras.applications, keras_name(model)).__module__
    return importlib.import_module(built).preprocess_input(pixels)


def classify(model, picture, top=5, *, skip_broken=False):
    """Name what a photograph shows, by ImageNet's 1 000 classes.

    The middle of the picture is scaled to the network's size, and the pixels
    are prepared as the network's own were.

    Args:
        model: keras.Model of cnn_course.nets with its top, after
            `load_imagenet_weights`; 224×224 where its sides are open.
        picture: path of a picture file, or of a folder with pictures at any
            depth; or array (height, width, 3) with values from 0 to 255.
        top: int from 1 to 1000, how many names.
        skip_broken: bool, go on without a folder's files that cannot be read,
            and name them in the end, instead of raising.

    Returns:
        list of (name, probability), best first; for a folder a dict from path
        to such a list, in the order of the paths.

    Raises:
        ValueError: the model has no 1 000 probabilities or no official
            weights; a picture is another, or a file that `read_picture` does
            not read; the folder has none; or `top` is out of range.
    """
    top = whole_number("top", top, 1)
    names = imagenet_names()
    if top > len(names):
        raise ValueError(f"top must be at most {len(names)}; got {top}.")
    if model.output_shape[1:] != (len(names),):
        raise ValueError(
            "model must end with the probabilities of ImageNet's 1000 classes, "
            "as with include_top=True and classes=1000; got outputs of shape "
            f"{model.output_shape}."
        )
    if isinstance(picture, str | os.PathLike):
        if os.path.isdir(picture):
            return _classify_folder(model, picture, top, skip_broken)
        picture = read_picture(picture)
    return _name(model, [_middle(model, picture)], top)[0]


def _middle(model, picture):
    """The part of a picture that the network is to see."""
    check_colour("picture", picture)
    pixels = np.rint(picture).astype(np.uint8)
    height, width = (side or 224 for side in model.input_shape[1:3])
    return crop_middle(pixels, height, width)


def _name(model, crops, top):
    """A list of (name, probability) for each of some crops."""
    x = np.stack(crops).astype("float32")
    scores = np.asarray(model(_prepare(model, x), training=False))
    totals = scores.sum(axis=-1)
    if not (abs(totals - 1) < 1e-3).all():
        raise ValueError(
            "model must give probabilities; its outputs add up to "
            f"{totals[0]:g}. Build it with classifier_activation='softmax'."
        )
    best = np.argsort(-scores, axis=-1, kind="stable")[:, :top]
    names = imagenet_names()
    return [
        [(names[i], float(row[i])) for i in chosen]
        for row, chosen in zip(scores, best, strict=True)
    ]


def _classify_folder(model, folder, top, skip_broken):
    paths, left_out = find_pictures(folder)
    if left_out:
        print(f"Left out {left_out.total()} files that are no pictures.")
    if not paths:
        raise ValueError(f"There is no picture in {str(folder)!r}.")
    found, broken = {}, []
    for start in range(0, len(paths), _AT_ONCE):
        crops = {}
        for path in paths[start : start + _AT_ONCE]:
            try:
                crops[path] = _middle(model, read_picture(path))
            except ValueError as why:
                if not skip_broken:
                    raise
                broken.append(f"  {why}")
        if crops:
            named = _name(model, [*crops.values()], top)
            found |= zip(crops, named, strict=True)
    if broken:
        print("\n".join([f"Left out {len(broken)} pictures:", *broken]))
    return found
