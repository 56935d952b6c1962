"""Training pictures that vary: mirrored, scaled and cut, in other colours."""

import numpy as np
from PIL import Image

ZOOM = (0.7, 1.5)
_GREY = (128, 128, 128)  # beside the picture, as in `load_images`
_LEAST_VISIBLE = 0.4  # of a thing's area, or it is none any more
_LEAST_SIDE = 2  # pixels, likewise


def vary(image, boxes, labels, rng, *, flip=True):
    """Scale, shift and perhaps mirror a picture, and its boxes with it.

    A window of the picture, 1/1.5 to 1/0.7 times as large, becomes the
    picture; where it reaches out, there is grey. Boxes are cut at its edges,
    and those of which less than 40 % are left, or less than 2 pixels each way,
    are dropped.

    Args:
        image: uint8 array (height, width, 3).
        boxes: array (n, 4), xyxy in pixels.
        labels: int array (n,).
        rng: numpy.random.Generator.
        flip: bool, mirror every second one, left for right.

    Returns:
        (image, boxes, labels), likewise.
    """
    height, width = image.shape[:2]
    zoom = np.exp(rng.uniform(*np.log(ZOOM)))
    mirrored = flip and rng.random() < 0.5
    room = np.array([width, height]) * (1 - 1 / zoom)
    left, top = rng.uniform(np.minimum(room, 0), np.maximum(room, 0))
    step = 1 / zoom
    # From a place in the new picture to one in the old, as Pillow wants it.
    across = (-step, 0, left + step * width) if mirrored else (step, 0, left)
    image = np.asarray(
        Image.fromarray(image).transform(
            (width, height),
            Image.Transform.AFFINE,
            (*across, 0, step, top),
            Image.Resampling.BILINEAR,
            fillcolor=_GREY,
        )
    )
    boxes = (boxes - np.tile([left, top], 2)) * zoom
    if mirrored:
        boxes[:, [0, 2]] = width - boxes[:, [2, 0]]
    inside = np.clip(boxes, 0, np.tile([width, height], 2))
    sides = inside[:, 2:] - inside[:, :2]
    whole = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    keep = sides.prod(axis=1) > _LEAST_VISIBLE * whole
    keep &= sides.min(axis=1) >= _LEAST_SIDE
    return image, inside[keep], labels[keep]


def recolour(images, rng):
    """Change brightness, contrast and saturation, of each picture by itself.

    Args:
        images: float32 array (n, height, width, 3), 0 to 255.
        rng: numpy.random.Generator.

    Returns:
        float32 array, 0 to 255.
    """
    n = (len(images), 1, 1, 1)
    saturation = rng.uniform(0.6, 1.4, n).astype("float32")
    contrast = rng.uniform(0.7, 1.3, n).astype("float32")
    brightness = rng.uniform(-25, 25, n).astype("float32")
    grey = images.mean(axis=-1, keepdims=True)
    images = grey + saturation * (images - grey)
    middle = images.mean(axis=(1, 2, 3), keepdims=True)
    images = middle + contrast * (images - middle) + brightness
    return np.clip(images, 0, 255)
