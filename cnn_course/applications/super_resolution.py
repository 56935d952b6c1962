"""Make small pictures large: ESPCN, trained on pictures that were made small.

Shi et al. 2016, https://arxiv.org/abs/1609.05158. Pictures are grey, arrays
(height, width), 0 to 255.
"""

import keras
import numpy as np
from keras import layers, ops
from PIL import Image

from cnn_course.geometry import whole_number


def _resized(picture, width, height):
    picture = Image.fromarray(np.asarray(picture, "float32"), mode="F")
    resized = picture.resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(resized).clip(0, 255)


def _check_grey(picture):
    picture = np.asarray(picture)
    if picture.ndim != 2 or not picture.size:
        raise ValueError(
            "picture must be grey, with shape (height, width); got shape "
            f"{picture.shape}. Take one channel after the other."
        )
    return picture


def crop_to_multiple(picture, scale):
    """Cut rows and columns off a picture until scale divides both sides."""
    picture = _check_grey(picture)
    scale = whole_number("scale", scale, 1)
    height, width = (side - side % scale for side in picture.shape)
    return picture[:height, :width]


def shrink(picture, scale):
    """Make a picture smaller by cubic interpolation over enough pixels.

    Args:
        picture: array (height, width).
        scale: int >= 1 that divides height and width.

    Returns:
        float32 array (height / scale, width / scale).

    Raises:
        ValueError: the picture is not grey, or scale does not divide a side.
    """
    height, width = _check_grey(picture).shape
    scale = whole_number("scale", scale, 1)
    if height % scale or width % scale:
        raise ValueError(
            f"scale must divide the sides; got scale={scale} for "
            f"{height}×{width}. Use crop_to_multiple first."
        )
    return _resized(picture, width // scale, height // scale)


def bicubic(picture, scale):
    """Make a picture larger by cubic interpolation between its pixels.

    Args:
        picture: array (height, width).
        scale: int >= 1.

    Returns:
        float32 array (scale * height, scale * width).
    """
    height, width = _check_grey(picture).shape
    scale = whole_number("scale", scale, 1)
    return _resized(picture, scale * width, scale * height)


def espcn(scale=3):
    """Build ESPCN: look at the small picture, say scale² pixels for each.

    All convolutions work at the small size; the last gives scale² channels,
    which are laid side by side as pixels (sub-pixel convolution).
    Parameters: 22 729 for scale 3.

    Source: Shi et al. 2016, sec. 2.1, fig. 1.
    Differs: ReLU in place of tanh, and the channels say what is to be added
    to the small picture's pixel, so that training starts from a picture and
    not from nothing.

    Args:
        scale: int >= 2.

    Returns:
        keras.Model, grey pictures (batch, height, width, 1) 0 to 255 ->
        (batch, scale * height, scale * width, 1), of any size.
    """
    scale = whole_number("scale", scale, 2)
    inputs = keras.Input((None, None, 1))
    pixels = x = layers.Rescaling(1 / 255)(inputs)
    for filters, kernel_size in ((64, 5), (32, 3)):
        x = layers.Conv2D(
            filters, kernel_size, padding="same", activation="relu"
        )(x)
    x = layers.Conv2D(scale**2, 3, padding="same", name="sub_pixels")(x)
    x = ops.depth_to_space(x + pixels, scale)
    outputs = layers.Rescaling(255)(x)
    return keras.Model(inputs, outputs, name="espcn")


def training_pairs(pictures, n, scale, *, size=16, seed=0):
    """Cut random patches out of pictures, small ones and what they came from.

    Each picture is made small first, so that a patch's border knows its
    surroundings as in a whole picture; patches are turned and mirrored.

    Args:
        pictures: list of arrays (height, width), sides >= scale * size.
        n: int >= 1, pairs altogether.
        scale: int >= 1.
        size: int >= 1, pixels along a small patch.
        seed: int.

    Returns:
        small (n, size, size, 1) and large (n, scale * size, scale * size, 1),
        float32.

    Raises:
        ValueError: a picture is not grey, or smaller than a patch.
    """
    n, size = whole_number("n", n, 1), whole_number("size", size, 1)
    rng = np.random.default_rng(seed)
    pairs = []
    for number, picture in enumerate(pictures):
        large = crop_to_multiple(picture, scale)
        if min(large.shape) < scale * size:
            raise ValueError(
                f"pictures must have sides >= {scale * size} pixels; picture "
                f"{number} is {large.shape[0]}×{large.shape[1]}."
            )
        pairs.append((shrink(large, scale), large))
    places = np.array([small.size for small, _ in pairs], float)
    chosen = rng.choice(len(pairs), size=n, p=places / places.sum())
    inputs = np.empty((n, size, size, 1), "float32")
    targets = np.empty((n, scale * size, scale * size, 1), "float32")
    for i, picture in enumerate(chosen):
        small, large = pairs[picture]
        top, left = (rng.integers(side - size + 1) for side in small.shape)
        turns, mirrored = rng.integers(4), rng.integers(2)
        for out, source, factor in (
            (inputs, small, 1),
            (targets, large, scale),
        ):
            patch = source[
                factor * top : factor * (top + size),
                factor * left : factor * (left + size),
            ]
            patch = np.rot90(patch, turns)
            out[i, ..., 0] = patch[:, ::-1] if mirrored else patch
    return inputs, targets


def psnr(picture, other):
    """Peak signal-to-noise ratio of two pictures of 0 to 255, in decibels.

    10 · log10(255² / mean squared difference): 20 is poor, 40 hard to tell
    apart; 10 dB more is a tenth of the squared error.

    Args:
        picture: array.
        other: array of the same shape.

    Returns:
        float; infinite for equal pictures.
    """
    picture, other = (np.asarray(p, float) for p in (picture, other))
    if picture.shape != other.shape:
        raise ValueError(
            f"both pictures must have one shape; got {picture.shape} and "
            f"{other.shape}."
        )
    error = np.mean((picture - other) ** 2)
    return float(10 * np.log10(255**2 / error)) if error else float("inf")
