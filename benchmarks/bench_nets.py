"""Time our networks beside Keras's own, from the same weights: `make bench`.

For each network: building it, one training step and one prediction. Ours and
Keras's run in turn, round after round, and the medians are compared: a machine
that slows down slows both down. The ratio is what counts.
"""

import os
import statistics
import time

import numpy as np

import cnn_course.quiet
import keras
import tensorflow as tf
from cnn_course.nets import densenet121, mobilenet_v2, resnet50

ROUNDS = 25
BUILDS = 7
MOST = 1.05  # times as long as Keras
NETS = {
    "ResNet-50": (resnet50, keras.applications.ResNet50, 64),
    "MobileNet v2": (mobilenet_v2, keras.applications.MobileNetV2, 64),
    "DenseNet-121": (densenet121, keras.applications.DenseNet121, 64),
}


def interleaved(ours, theirs, rounds):
    """Median seconds of ours and theirs, in turn, each going first in turn."""
    seconds = {ours: [], theirs: []}
    for run in range(rounds + 2):
        for function in (theirs, ours) if run % 2 else (ours, theirs):
            start = time.perf_counter()
            function()
            if run >= 2:  # the first two warm up
                seconds[function].append(time.perf_counter() - start)
    return [statistics.median(seconds[f]) for f in (ours, theirs)]


def report(what, ours, theirs, rounds=ROUNDS):
    """Print one row."""
    our_median, their_median = interleaved(ours, theirs, rounds)
    print(
        f"  {what:<24} ours {1e3 * our_median:>8.1f} ms"
        f"   keras {1e3 * their_median:>8.1f} ms"
        f"   ×{our_median / their_median:.2f}"
    )


def stepper(model, images, labels):
    """A function that makes one compiled training step, on a fixed batch."""
    images, labels = tf.constant(images), tf.constant(labels)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            losses = keras.losses.sparse_categorical_crossentropy(
                labels, model(images, training=True)
            )
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, model.trainable_variables)
        pairs = zip(model.trainable_variables, gradients, strict=True)
        for variable, gradient in pairs:
            variable.assign_sub(1e-4 * gradient)
        return loss

    return lambda: step().numpy()


def predictor(model, images):
    """A function that makes one compiled prediction, on a fixed batch."""
    images = tf.constant(images)
    predict = tf.function(lambda: model(images, training=False))
    return lambda: predict().numpy()


def network(name, training_batch=8, prediction_batch=8):
    """Build, check that both answer alike, train and predict."""
    build, build_theirs, side = NETS[name]
    shape = (side, side, 3)
    print(f"\n{name}, {side}×{side} pixels, batches of {training_batch}")
    report(
        "construction",
        lambda: build(shape),
        lambda: build_theirs(weights=None, input_shape=shape),
        rounds=BUILDS,
    )
    keras.backend.clear_session()
    ours = build(shape)
    theirs = build_theirs(weights=None, input_shape=shape)
    ours.set_weights(theirs.get_weights())
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (training_batch, *shape)).astype("float32")
    labels = rng.integers(0, 1000, training_batch)
    some = images[:prediction_batch]
    difference = np.abs(ours(some).numpy() - theirs(some).numpy()).max()
    assert difference <= 1e-5, difference
    report("prediction", predictor(ours, some), predictor(theirs, some))
    report(
        "training step",
        stepper(ours, images, labels),
        stepper(theirs, images, labels),
    )
    keras.backend.clear_session()


if __name__ == "__main__":
    print(f"keras {keras.__version__}, tensorflow {tf.__version__},", end=" ")
    print(f"{os.cpu_count()} cores; medians of {ROUNDS} rounds", end=" ")
    print(f"(construction: {BUILDS}); aim: at most ×{MOST}")
    for name in NETS:
        network(name)
