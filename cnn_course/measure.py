"""What a network costs and how it learns, measured on this machine.

TensorFlow only: its tape gives the gradients, its graph the times.
"""

import multiprocessing
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import numpy as np

from cnn_course.geometry import layer_table


def gradient_norms(model, images, labels):
    """Measure how much of the error's gradient reaches each convolution.

    The gradient is that of the mean cross-entropy with respect to the layer's
    kernel, in training mode (batch statistics); nothing in the model changes.

    Args:
        model: built keras.Model with a softmax at the end.
        images: array (batch, height, width, channels).
        labels: array (batch,), class numbers.

    Returns:
        dict from the name of each layer with a convolution kernel, in the
        model's order, to the Euclidean norm of its gradient.
    """
    import keras
    import tensorflow as tf

    convolutions = [
        layer for layer in model.layers if len(_kernel_shape(layer)) == 4
    ]
    statistics_before = [w.numpy() for w in model.non_trainable_variables]
    with tf.GradientTape() as tape:
        probabilities = model(tf.constant(images), training=True)
        losses = keras.losses.sparse_categorical_crossentropy(
            labels, probabilities
        )
        loss = tf.reduce_mean(losses)
    kernels = [layer.kernel.value for layer in convolutions]
    gradients = tape.gradient(loss, kernels)
    for variable, value in zip(
        model.non_trainable_variables, statistics_before, strict=True
    ):
        variable.assign(value)  # batch normalisation moved its statistics
    return {
        layer.name: float(tf.norm(gradient))
        for layer, gradient in zip(convolutions, gradients, strict=True)
    }


def _kernel_shape(layer):
    kernel = getattr(layer, "kernel", None)
    return () if kernel is None else tuple(kernel.shape)


def latency(model, batch_size=1, *, seconds=0.5):
    """Time one prediction: the median of several, after one to warm up.

    Args:
        model: built keras.Model with a fixed input size.
        batch_size: int >= 1, pictures in the batch.
        seconds: float, how long to go on; three predictions at least.

    Returns:
        float, seconds a batch.
    """
    import tensorflow as tf

    predict = tf.function(lambda x: model(x, training=False))
    batch = tf.zeros((batch_size, *model.input_shape[1:]))
    predict(batch)
    times = []
    while len(times) < 3 or sum(times) < seconds:
        start = time.perf_counter()
        tf.nest.map_structure(np.asarray, predict(batch))
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
    context = multiprocessing.get_context(
        "spawn" if sys.platform == "win32" else "forkserver"
    )
    if sys.platform != "win32":  # imports TensorFlow once for all calls
        context.set_forkserver_preload(["cnn_course.console.quiet", "keras"])
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_cost_here, build, arguments).result()


def _cost_here(build, arguments):
    import cnn_course.console.quiet  # noqa: I001
    import keras

    x = keras.Input((8, 8, 1))
    latency(keras.Model(x, keras.layers.Conv2D(1, 3)(x)), seconds=0)
    before = _peak_memory()
    model = build(**arguments)
    seconds = latency(model)
    memory = _peak_memory() - before
    return Cost(**layer_table(model).totals, seconds=seconds, memory=memory)


def _peak_memory():
    """The most bytes that this process has held so far."""
    if sys.platform == "win32":
        import psutil

        return psutil.Process().memory_info().peak_wset
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
