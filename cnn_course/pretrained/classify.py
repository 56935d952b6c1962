"""Name what a photograph shows, with a network trained on ImageNet."""

import importlib
import os
from functools import cache

import keras
import numpy as np
from PIL import Image

from cnn_course.datasets.bundled import data_folder
from cnn_course.datasets.decoding import check_colour, read_picture
from cnn_course.geometry import whole_number
from cnn_course.pretrained.lite import LITES
from cnn_course.pretrained.official import keras_name

# The authors cut the middle out: all but 32 pixels of a side of 224 + 32.
_BORDER = 32


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


def classify(model, picture, top=5):
    """Name what a photograph shows, by ImageNet's 1 000 classes.

    The middle of the picture is scaled to the network's size, and the pixels
    are prepared as the network's own were.

    Args:
        model: keras.Model of cnn_course.nets with its top, after
            `load_imagenet_weights`; 224×224 where its sides are open.
        picture: path of a picture file, or array (height, width, 3) with
            values from 0 to 255.
        top: int from 1 to 1000, how many names.

    Returns:
        list of (name, probability), best first.

    Raises:
        ValueError: the model has no 1 000 probabilities or no official
            weights; the picture is another, or `top` out of range.
        PictureError: the file is not read; its text is the reason.
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
        picture = read_picture(picture)
    check_colour("picture", picture)
    pixels = np.rint(picture).astype(np.uint8)
    height, width = (side or 224 for side in model.input_shape[1:3])
    x = crop_middle(pixels, height, width)[None].astype("float32")
    scores = np.asarray(model(_prepare(model, x), training=False))[0]
    if not abs(scores.sum() - 1) < 1e-3:
        raise ValueError(
            "model must give probabilities; its outputs add up to "
            f"{scores.sum():g}. Build it with classifier_activation='softmax'."
        )
    best = np.argsort(-scores, kind="stable")[:top]
    return [(names[i], float(scores[i])) for i in best]
