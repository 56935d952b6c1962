"""Answers to the exercises of notebook 15: right ones and wrong ones."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops


def mirror_box(box, width):
    ends = sorted(width - x for x in (box[0], box[2]))
    return [ends[0], box[1], ends[1], box[3]]


def brighten(picture, amount, low, high):
    brighter = picture + (high - low) * amount
    return np.minimum(np.maximum(brighter, low), high)


def turned(pictures, boxes, turn):
    """Mirror pictures and boxes where `turn` (batch,) is True."""
    mirrored = ops.where(
        turn[:, None, None, None], pictures[:, :, ::-1], pictures
    )
    x_min, y_min, x_max, y_max = (boxes[:, i] for i in range(4))
    width = ops.cast(ops.shape(pictures)[2], boxes.dtype)
    moved = ops.stack([width - x_max, y_min, width - x_min, y_max], axis=1)
    return mirrored, ops.where(turn[:, None], moved, boxes)


def half(pictures, share=0.5):
    """Draw for each picture."""
    return keras.random.uniform((ops.shape(pictures)[0],)) < share


class RandomMirror(layers.Layer):
    """With a sum in place of where, a seed of its own, and TensorFlow."""

    def __init__(self, **options):
        super().__init__(**options)
        self.seed = keras.random.SeedGenerator(0)

    def call(self, pictures, boxes, training=None):
        if not training:
            return [pictures, boxes]
        shape = (tf.shape(pictures)[0], 1)
        turn = tf.cast(
            keras.random.binomial(shape, 1, 0.5, seed=self.seed), "float32"
        )
        picture_turn = turn[:, :, None, None]
        pictures = (
            picture_turn * tf.reverse(pictures, [2])
            + (1 - picture_turn) * pictures
        )
        width = tf.cast(tf.shape(pictures)[2], "float32")
        moved = boxes * [-1, 1, -1, 1] + [width, 0, width, 0]
        moved = tf.gather(moved, [2, 1, 0, 3], axis=1)
        return [pictures, turn * moved + (1 - turn) * boxes]


def layer_of(mirror):
    """A layer that does this in training."""

    class Mirror(layers.Layer):
        def call(self, pictures, boxes, training=False):
            return mirror(pictures, boxes) if training else (pictures, boxes)

    return Mirror


def moved_by(change):
    """A layer that mirrors pictures right, and changes the boxes so."""

    def mirror(pictures, boxes):
        turn = half(pictures)
        mirrored, moved = turned(pictures, boxes, turn)
        wrong = change(boxes, moved)
        return mirrored, ops.where(turn[:, None], wrong, boxes)

    return layer_of(mirror)


def columns(boxes, *order):
    return ops.take(boxes, order, axis=1)


class AlwaysOn(layers.Layer):
    def call(self, pictures, boxes, training=False):
        return turned(pictures, boxes, half(pictures))


class NoReturn(layers.Layer):
    def call(self, pictures, boxes, training=False):
        turned(pictures, boxes, half(pictures))


def upside_down(pictures, boxes):
    turn = half(pictures)
    return ops.where(
        turn[:, None, None, None], pictures[:, ::-1], pictures
    ), boxes


def with_numpy(pictures, boxes):
    turn = np.random.default_rng().random(len(pictures)) < 0.5
    return turned(pictures, boxes, turn)


def numpy_for_any_batch(pictures, boxes):
    turn = np.random.default_rng().random(1000) < 0.5
    return turned(pictures, boxes, ops.array(turn)[: ops.shape(pictures)[0]])


def channels_too(pictures, boxes):
    mirrored, boxes = turned(pictures, boxes, half(pictures))
    return mirrored[..., ::-1], boxes


RIGHT = {
    "RandomMirror": RandomMirror,
    "mirror_picture": lambda picture: np.flip(picture, axis=1),
    "different_crops": 33 * 33 + 33 * 33,
    "mirror_box": mirror_box,
    "brighten": brighten,
}

ALSO_RIGHT = {
    "RandomMirror": [
        layer_of(lambda p, b: turned(p, b, half(p))),
        layer_of(lambda p, b: turned(p, b, half(p)))(),  # the layer itself
    ]
}

WRONG = {
    "RandomMirror": [
        ("function", lambda pictures, boxes: pictures, "class RandomMirror"),
        ("no_layer", dict, "a layer is asked for"),
        ("no_return", NoReturn, "gives back None"),
        (
            "pictures_only",
            layer_of(lambda p, b: turned(p, b, half(p))[0]),
            "return two things",
        ),
        (
            "one_picture",
            layer_of(lambda p, b: (p[0], b[0])),
            "it returns (5, 9, 3)",
        ),
        ("always_on", AlwaysOn, "at inference"),
        ("nothing", layer_of(lambda p, b: (p, b)), "no one is mirrored"),
        (
            "whole_batch",
            layer_of(lambda p, b: turned(p, b, half(p) | True)),
            "every one is mirrored",
        ),
        (
            "seldom",
            layer_of(lambda p, b: turned(p, b, half(p, 0.1))),
            "half is asked for",
        ),
        ("upside_down", layer_of(upside_down), "upside down"),
        ("channels", layer_of(channels_too), "neither the one"),
        (
            "drawn_twice",
            layer_of(
                lambda p, b: (
                    turned(p, b, half(p))[0],
                    turned(p, b, half(p))[1],
                )
            ),
            "Draw once",
        ),
        ("boxes_stay", moved_by(lambda old, new: old), "take them along"),
        (
            "edges",
            moved_by(lambda old, new: columns(new, 2, 1, 0, 3)),
            "x_min is larger",
        ),
        (
            "indices",
            moved_by(lambda old, new: new - ops.array([1.0, 0, 1, 0])),
            "edges go from 0",
        ),
        (
            "height",
            moved_by(lambda old, new: new - ops.array([4.0, 0, 4, 0])),
            "which axis is that",
        ),
        (
            "y",
            moved_by(
                lambda old, new: (
                    ops.array([0, 5.0, 0, 5])
                    + columns(old, 0, 3, 2, 1) * ops.array([1.0, -1, 1, -1])
                )
            ),
            "changes x, not y",
        ),
        ("fixed_batch", layer_of(with_numpy), "in `fit` it stops"),
        ("numpy", layer_of(numpy_for_any_batch), "NumPy draws once"),
    ],
    "mirror_picture": [
        ("three_axes", lambda p: p[:, ::-1, :], "two axes only"),
        ("first_lost", lambda p: p[:, :0:-1], "first column is lost"),
        ("quarter", np.rot90, "quarter of a turn"),
        ("transpose", lambda p: np.swapaxes(p, 0, 1), "the transpose"),
        ("upside_down", np.flipud, "upside down"),
        ("half_turn", lambda p: p[::-1, ::-1], "half a turn"),
        ("last_axis", lambda p: np.flip(p, axis=-1), "the channels"),
        ("unchanged", np.copy, "as it was"),
        ("negative", lambda p: -p, "reverse the second"),
    ],
    "different_crops": [
        ("paper", 2048, "the paper's number"),
        ("not_mirrored", 1089, "mirrored as well"),
        ("one_side", 66, "along the height"),
        ("all_pixels", 131_072, "within the picture"),
        ("crop_side", 100_352, "how far can it move"),
        ("no_place_more", 1024, "one place more"),
        ("guess", 5000, "count the places"),
    ],
    "mirror_box": [
        (
            "order",
            lambda b, w: (w - b[0], b[1], w - b[2], b[3]),
            "x_min is larger",
        ),
        (
            "indices",
            lambda b, w: (w - b[2] - 1, b[1], w - b[0] - 1, b[3]),
            "indices of pixels",
        ),
        (
            "upside_down",
            lambda b, w: (b[0], w - b[3], b[2], w - b[1]),
            "changes x, not y",
        ),
        ("unchanged", lambda b, w: b, "as it was"),
        ("minus", lambda b, w: (-b[2], b[1], -b[0], b[3]), "lies outside"),
        ("left_only", lambda b, w: (w - b[2], *b[1:]), "x_max, has moved"),
        (
            "right_only",
            lambda b, w: (b[0], b[1], w - b[0], b[3]),
            "x_min, has moved",
        ),
        (
            "size",
            lambda b, w: (w - b[2], b[1], b[2] - b[0], b[3] - b[1]),
            "not width and height",
        ),
        (
            "both",
            lambda b, w: (w - b[2], w - b[3], w - b[0], w - b[1]),
            "changes x, not y",
        ),
        ("exchanged", lambda b, w: (b[2], b[1], b[0], b[3]), "where they are"),
        ("other", lambda b, w: (w, b[1], w, b[3]), "from the right edge"),
    ],
    "brighten": [
        ("no_clip", lambda p, a, lo, hi: p + a * (hi - lo), "leave the range"),
        (
            "plain_amount",
            lambda p, a, lo, hi: np.clip(p + a, lo, hi),
            "part of the range",
        ),
        (
            "high_only",
            lambda p, a, lo, hi: np.clip(p + a * hi, lo, hi),
            "high alone",
        ),
        (
            "factor",
            lambda p, a, lo, hi: np.clip(p * (1 + a), lo, hi),
            "that multiplies",
        ),
        (
            "clip_255",
            lambda p, a, lo, hi: np.clip(p + a * (hi - lo), 0, 255),
            "clip to low and high",
        ),
        (
            "darker",
            lambda p, a, lo, hi: np.clip(p - a * (hi - lo), lo, hi),
            "that is darker",
        ),
        (
            "uint8",
            lambda p, a, lo, hi: (p + a * (hi - lo)).astype(np.uint8),
            "wraps around",
        ),
        (
            "top_only",
            lambda p, a, lo, hi: np.minimum(p + a * (hi - lo), hi),
            "at the top only",
        ),
        (
            "clip_1",
            lambda p, a, lo, hi: np.clip(p + a * (hi - lo), 0, 1),
            "0 and 1 are one range",
        ),
        (
            "own_range",
            lambda p, a, lo, hi: np.clip(p + a * np.ptp(p), lo, hi),
            "not of this one",
        ),
        ("other", lambda p, a, lo, hi: p * 0 + lo, "how many units"),
    ],
}
