"""Answers to the exercises of notebook 15: right ones and wrong ones."""

import numpy as np


def mirror_box(box, width):
    ends = sorted(width - x for x in (box[0], box[2]))
    return [ends[0], box[1], ends[1], box[3]]


def brighten(picture, amount, low, high):
    brighter = picture + (high - low) * amount
    return np.minimum(np.maximum(brighter, low), high)


RIGHT = {
    "mirror_picture": lambda picture: np.flip(picture, axis=1),
    "different_crops": 33 * 33 + 33 * 33,
    "mirror_box": mirror_box,
    "brighten": brighten,
}

WRONG = {
    "mirror_picture": [
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
        ("minus", lambda b, w: (-b[2], b[1], -b[0], b[3]), "goes to width"),
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
            "then clip",
        ),
    ],
}
