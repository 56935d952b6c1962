"""What a network costs and how it learns, measured on this machine.

TensorFlow only: its tape gives the gradients, its graph the times.
"""

import contextlib
import functools
import gc
import itertools
import multiprocessing
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import numpy as np

from cnn_course.geometry import layer_table
from cnn_course.transfer import leaves


def check_probabilities(scores, labels):
    """Raise ValueError unless scores are a softmax's, and labels its classes.

    Args:
        scores: array (batch, classes).
        labels: int array (batch,).
    """
    scores, labels = np.asarray(scores), np.asarray(labels)
    adds_up = np.allclose(scores.sum(axis=-1), 1, atol=1e-3)
    if scores.ndim != 2 or not adds_up or scores.min() < 0:
        row = np.round(scores[0].ravel()[:6], 3)
        raise ValueError(
            "model must give the classes' probabilities, (batch, classes), "
            f"which add up to 1; got {scores.shape}, the first ones "
            f"{row.tolist()}. If they are logits, take "
            "keras.Sequential([model, keras.layers.Softmax()])."
        )
    known = np.isin(labels, np.arange(scores.shape[1]))
    if labels.dtype.kind not in "iu" or not known.all():
        raise ValueError(
            f"labels must be ints from 0 to {scores.shape[1] - 1}; got "
            f"{labels!r:.200}."
        )


def gradient_norms(model, images, labels):
    """Measure how much of the error's gradient reaches each convolution.

    The gradient is that of the mean cross-entropy with respect to the layer's
    kernel, in training mode (batch statistics); nothing in the model changes.

    Args:
        model: built keras.Model with a softmax at the end.
        images: array (batch, height, width, channels).
        labels: array (batch,), class numbers.

    Returns:
        dict from the name of each layer with a convolution kernel, those of
        models within too, to the Euclidean norm of its gradient, in the
        model's order; where two have one name, from the kernel's path.

    Raises:
        ValueError: the model's scores are no probabilities, or a label is no
            class.
    """
    import keras
    import tensorflow as tf

    convolutions = [
        layer for layer in leaves(model) if len(_kernel_shape(layer)) == 4
    ]
    before = [np.array(w) for w in model.variables]
    with tf.GradientTape() as tape:
        probabilities = model(tf.constant(images), training=True)
        check_probabilities(probabilities, labels)
        losses = keras.losses.sparse_categorical_crossentropy(
            labels, probabilities
        )
        loss = tf.reduce_mean(losses)
    kernels = [layer.kernel.value for layer in convolutions]
    gradients = tape.gradient(loss, kernels, unconnected_gradients="zero")
    # Batch normalisation moved its statistics, spectral one its kernels.
    for variable, value in zip(model.variables, before, strict=True):
        variable.assign(value)
    names = [layer.name for layer in convolutions]
    if len(set(names)) < len(names):
        names = [layer.kernel.path for layer in convolutions]
    norms = [float(tf.norm(gradient)) for gradient in gradients]
    return dict(zip(names, norms, strict=True))


def _kernel_shape(layer):
    kernel = getattr(layer, "kernel", None)
    return () if kernel is None else tuple(kernel.shape)


@contextlib.contextmanager
def shapes_only():
    """Build networks only to count them: they get no weights.

    Write `with shapes_only(): network = vgg16()`. The layers know the shapes
    of their weights, but no numbers are drawn, so a network takes less time
    and next to no memory. It is of no use for predictions. At the end Keras's
    session is cleared, so that the numbers are not drawn later either.
    """
    import keras

    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        keras.utils.clear_session()


def latency(model, batch_size=1, *, seconds=0.5):
    """Time one prediction: the median of several, after one to warm up.

    Args:
        model: built keras.Model with a fixed input size.
        batch_size: int >= 1, pictures in the batch.
        seconds: float, how long to go on; three predictions at least.

    Returns:
        float, seconds a batch.
    """
    return _median_seconds(_warm_prediction(model, batch_size), seconds)


def _warm_prediction(model, batch_size):
    """A function that predicts one batch and waits for the answer."""
    import tensorflow as tf

    predict = tf.function(lambda x: model(x, training=False))
    batch = tf.zeros((batch_size, *model.input_shape[1:]))
    predict(batch)
    return lambda: tf.nest.map_structure(np.asarray, predict(batch))


def _median_seconds(action, seconds):
    times = []
    while len(times) < 3 or sum(times) < seconds:
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


class Cost(NamedTuple):
    """What `cost` has measured for one picture."""

    parameters: int
    multiplications: int
    seconds: float
    memory: int


def cost(build, **arguments):
    """Measure what it takes to build a network and to classify one picture.

    A process of its own does it and reports how much its peak memory rose, so
    that what other networks have left behind does not count.

    Args:
        build: function that returns a keras.Model, importable by its name,
            such as cnn_course.nets.resnet50.
        **arguments: its arguments.

    Returns:
        Cost: parameters, multiplications (convolutions and dense layers),
        seconds (latency of one picture) and memory (bytes: weights,
        activations and what building takes).
    """
    return next(costs_of([functools.partial(build, **arguments)]))


def costs_of(builds):
    """Measure networks as `cost` does, in less time.

    Two at a time are built, each in its process; then they predict one after
    the other, so that each has the whole machine while it is timed.

    Args:
        builds: iterable of functions that return a keras.Model, importable
            by their names, or functools.partial of such functions.

    Yields:
        Cost of each network, in the order of builds.
    """
    context = multiprocessing.get_context(
        "spawn" if sys.platform == "win32" else "forkserver"
    )
    if sys.platform != "win32":  # imports TensorFlow once for all calls
        context.set_forkserver_preload(["cnn_course.console.quiet", "keras"])
    builds = iter(builds)
    while pair := list(itertools.islice(builds, 2)):
        together = context.Barrier(len(pair)), context.Lock()
        with ProcessPoolExecutor(
            len(pair), context, initializer=_meet, initargs=together
        ) as pool:
            yield from pool.map(_cost_here, pair)


def _meet(all_built, alone):
    """Give this process what it shares with the one beside it."""
    global _all_built, _alone
    _all_built, _alone = all_built, alone


def _cost_here(build):
    import cnn_course.console.quiet  # noqa: I001
    import keras

    gc.freeze()  # else a collection looks through all of TensorFlow
    try:
        x = keras.Input((8, 8, 1))
        latency(keras.Model(x, keras.layers.Conv2D(1, 3)(x)), seconds=0)
        before = _peak_memory()
        model = build()
        totals = layer_table(model).totals
        predict = _warm_prediction(model, batch_size=1)
    finally:
        _all_built.wait()  # after an error too: the other one is waiting
    with _alone:
        seconds = _median_seconds(predict, 0.25)
    memory = _peak_memory() - before
    return Cost(**totals, seconds=seconds, memory=memory)


def _peak_memory():
    """The most bytes that this process has held so far."""
    if sys.platform == "win32":
        import psutil

        return psutil.Process().memory_info().peak_wset
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
