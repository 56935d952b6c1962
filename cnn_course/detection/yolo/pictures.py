"""Whole pictures in and out: targets to train on, boxes found."""

import numpy as np
from keras import ops

from cnn_course.detection.boxes import check_pixels
from cnn_course.detection.nms import suppress_each
from cnn_course.detection.yolo.anchor_free import decode_free, encode_free


def make_targets(pictures, *, grid, encoder=encode_free, **options):
    """Encode the boxes of all pictures, for `fit`.

    Args:
        pictures: Scenes, BoxedImages, or another object with their images,
            boxes, labels and class_names.
        grid: int, or (rows, columns), of cells.
        encoder: encode_free or encode.
        **options: the encoder's own, such as anchors or radius.

    Returns:
        float32 array (n, rows, columns, channels).

    Raises:
        ValueError: a box or label is none, and the message names its picture;
            or all boxes are relative.
    """
    options |= {"classes": len(pictures.class_names), "grid": grid}
    options["image_size"] = pictures.images.shape[1:3]
    check_pixels(pictures.boxes)
    targets = []
    for i, (boxes, labels) in enumerate(
        zip(pictures.boxes, pictures.labels, strict=True)
    ):
        try:
            targets.append(encoder(boxes, labels, **options))
        except ValueError as error:
            raise ValueError(f"picture {i}: {error}") from None
    return np.stack(targets)


def predict(
    model,
    images,
    *,
    decoder=decode_free,
    score_threshold=0.5,
    iou_threshold=0.5,
    per_class=True,
    max_boxes=100,
    batch_size=100,
    **options,
):
    """Find the objects in pictures: network, decoder, non-max suppression.

    Args:
        model: keras.Model from pictures to a grid.
        images: array (n, height, width, 3), 0 to 255.
        decoder: decode_free or decode.
        score_threshold: 0-1; boxes with more than this count.
        iou_threshold: 0-1; boxes that overlap more are one thing.
        per_class: bool; True: only if they are of one class. False is right
            where things do not cover each other.
        max_boxes: int >= 0, at most so many a picture.
        batch_size: int >= 1, pictures the network sees at a time.
        **options: the decoder's own, such as classes for decode.

    Returns:
        boxes, scores, labels: lists with an array for each picture, best
        first; boxes (k, 4) xyxy in pixels, cut at the picture's edges.
    """
    height, width = images.shape[1:3]

    def candidates():
        for first in range(0, len(images), batch_size):
            batch = images[first : first + batch_size].astype("float32")
            grids = model(batch, training=False)
            for grid in ops.convert_to_numpy(grids):
                boxes, scores, labels = decoder(
                    grid,
                    image_size=(height, width),
                    score_threshold=score_threshold,
                    **options,
                )
                boxes = boxes.clip(0, [width, height, width, height])
                yield boxes, scores, labels

    return suppress_each(
        candidates(),
        iou_threshold=iou_threshold,
        per_class=per_class,
        max_boxes=max_boxes,
    )
