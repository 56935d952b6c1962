"""Time sliding windows: crop by crop, all crops at once, as convolutions.

All contestants of a row run in turn, round after round, and the medians are
compared. Each row first asserts that all contestants give the same.

Called as model(x), Keras takes a millisecond for each layer with weights, far
longer than these small networks compute: that row says how many calls are
saved, and nothing of the arithmetic, so the aims are for the compiled rows.
"""

import os
from functools import partial

import numpy as np

import cnn_course.console.quiet
import keras
import tensorflow as tf
from keras import layers

from cnn_course.detection.sliding import (
    crops,
    to_convolutions,
    window_stride,
)
from cnn_course.geometry import layer_table
from timing import aim, finish, interleaved


def notes_network():
    """14×14×3, 16 filters 5×5, a pool, two dense layers of 400, 4 classes."""
    return keras.Sequential(
        [
            keras.Input((14, 14, 3)),
            layers.Conv2D(16, 5, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(400, activation="relu"),
            layers.Dense(400, activation="relu"),
            layers.Dense(4, activation="softmax"),
        ]
    )


def face_network():
    """25×25 grey, the face detector of notebook 18."""
    return keras.Sequential(
        [
            keras.Input((25, 25, 1)),
            layers.Conv2D(16, 4, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(32, 4, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(32, activation="relu"),
            layers.Dense(1),
        ]
    )


def multiplications(sliding, side, channels):
    """How many the sliding network does on a picture of this side."""
    inputs = keras.Input((side, side, channels))
    fixed = keras.models.clone_model(sliding, input_tensors=inputs)
    return layer_table(fixed).totals["multiplications"]


def row(title, model, side, aims, *, compiled, rounds=9):
    """One network and one size of picture; aims are times as fast."""
    size, channels = model.input_shape[1], model.input_shape[-1]
    sliding = to_convolutions(model)
    picture = np.random.default_rng(0).random((1, side, side, channels))
    picture = tf.constant(picture, tf.float32)
    windows = crops(picture.numpy(), size, window_stride(model))[0]
    batch = tf.constant(windows.reshape(-1, size, size, channels))
    singles = tf.split(batch, len(batch))
    classify = partial(model, training=False)
    slide = partial(sliding, training=False)
    if compiled:
        classify, slide = tf.function(classify), tf.function(slide)
    contestants = {
        "crop by crop": lambda: np.concatenate(
            [classify(crop).numpy() for crop in singles]
        ),
        "all in one batch": lambda: classify(batch).numpy(),
        "ours": lambda: slide(picture).numpy(),
    }
    made = [contestant() for contestant in contestants.values()]
    for other in made[1:]:
        np.testing.assert_allclose(
            other.reshape(made[0].shape), made[0], atol=1e-5
        )
    medians = interleaved(contestants, rounds)
    one = layer_table(model).totals["multiplications"]
    counts = dict.fromkeys(contestants, one * len(batch))
    counts["ours"] = multiplications(sliding, side, channels)
    how = "compiled" if compiled else "called as model(x)"
    print(f"\n{title}, {side}×{side} pixels: {len(batch)} windows; {how}")
    for name, median in medians.items():
        faster = median / medians["ours"]
        note = f"   ours is {faster:.1f} times as fast"
        note += aim(f"{title} {name}", faster, at_least=aims.get(name))
        print(
            f"  {name:<18}{1e3 * median:>9.2f} ms  "
            f"{counts[name] / 1e6:>8.1f} M multiplications"
            f"{note if name != 'ours' else ''}"
        )


if __name__ == "__main__":
    print(f"tensorflow {tf.__version__},", end=" ")
    print(f"{os.cpu_count()} cores; medians")
    eager, compiled = {"compiled": False}, {"compiled": True}
    aims = {"crop by crop": 60, "all in one batch": 1.2}
    row("the notes' network", notes_network(), 64, {}, **eager)
    row("the notes' network", notes_network(), 64, aims, **compiled)
    row("the face detector", face_network(), 64, {}, **eager)
    aims = {"crop by crop": 300, "all in one batch": 8}
    row("the face detector", face_network(), 256, aims, **compiled, rounds=5)
    finish()
