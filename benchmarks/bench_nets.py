"""Time our networks beside Keras's own, from the same weights: `make bench`.

For each network: building it, one training step and one prediction. Ours and
Keras's run in turn, round after round, and the medians are compared: a machine
that slows down slows both down. The ratio is what counts.
"""

import os
import statistics
import time

import numpy as np

import cnn_course.console.quiet
import keras
import tensorflow as tf
from cnn_course.nets import densenet121, mobilenet_v2, resnet50
from timing import aim, finish

ROUNDS = 15
PAIRS = 4  # built anew: where the weights lie in memory makes up to a tenth
BUILDS = 7
MOST = 1.05  # times as long as Keras
NETS = {
    "ResNet-50": (resnet50, keras.applications.ResNet50, 64),
    "MobileNet v2": (mobilenet_v2, keras.applications.MobileNetV2, 64),
    "DenseNet-121": (densenet121, keras.applications.DenseNet121, 64),
}


def interleaved(ours, theirs, rounds):
    """Seconds of ours and of theirs, in turn, each going first in turn."""
    seconds = {ours: [], theirs: []}
    for run in range(rounds + 2):
        for function in (theirs, ours) if run % 2 else (ours, theirs):
            start = time.perf_counter()
            function()
            if run >= 2:  # the first two warm up
                seconds[function].append(time.perf_counter() - start)
    return seconds[ours], seconds[theirs]


def report(name, what, runs):
    """Print one row from a list of (our seconds, their seconds)."""
    ours, theirs = (
        statistics.median(second for run in runs for second in run[side])
        for side in (0, 1)
    )
    print(
        f"  {what:<24} ours {1e3 * ours:>8.1f} ms"
        f"   keras {1e3 * theirs:>8.1f} ms   ×{ours / theirs:.2f}"
        + aim(f"{name}, {what}", ours / theirs, at_most=MOST)
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


def pair(build, build_theirs, shape, ours_first):
    """Build our network and Keras's, with the same weights."""
    keras.backend.clear_session()
    builders = [
        lambda: build(shape),
        lambda: build_theirs(weights=None, input_shape=shape),
    ]
    order = (0, 1) if ours_first else (1, 0)
    built = {i: builders[i]() for i in order}
    built[0].set_weights(built[1].get_weights())
    return built[0], built[1]


def network(name, batch=8):
    """Build, check that both answer alike, train and predict."""
    build, build_theirs, side = NETS[name]
    shape = (side, side, 3)
    print(f"\n{name}, {side}×{side} pixels, batches of {batch}")
    construction = interleaved(
        lambda: build(shape),
        lambda: build_theirs(weights=None, input_shape=shape),
        BUILDS,
    )
    report(name, "construction", [construction])
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (batch, *shape)).astype("float32")
    labels = rng.integers(0, 1000, batch)
    prediction, training = [], []
    for number in range(PAIRS):
        nets = pair(build, build_theirs, shape, ours_first=number % 2)
        ours, theirs = (net(images).numpy() for net in nets)
        assert np.abs(ours - theirs).max() <= 1e-5
        both = [predictor(net, images) for net in nets]
        prediction.append(interleaved(*both, ROUNDS))
        both = [stepper(net, images, labels) for net in nets]
        training.append(interleaved(*both, ROUNDS))
    report(name, "prediction", prediction)
    report(name, "training step", training)


if __name__ == "__main__":
    print(f"keras {keras.__version__}, tensorflow {tf.__version__},", end=" ")
    print(
        f"{os.cpu_count()} cores; medians of {PAIRS} × {ROUNDS} rounds", end=" "
    )
    print(f"(construction: {BUILDS})")
    for name in NETS:
        network(name)
    finish()
