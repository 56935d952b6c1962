"""Time the NumPy convolution and pooling beside TensorFlow: `make bench`.

All contestants of a row run in turn, round after round, and the medians are
compared: a machine that slows down slows all of them down. The ratio is what
counts; it drifts by a few tenths from run to run.
"""

import os

import numpy as np

import cnn_course.console.quiet
import tensorflow as tf
from cnn_course.scratch import (
    conv2d,
    conv2d_backward,
    pool2d,
    pool2d_backward,
)
from timing import aim, finish, interleaved

ROUNDS = 25


def conv2d_loops(x, kernel):
    """The obvious loops, valid padding, stride 1 (on one small picture)."""
    f, g, _, filters = kernel.shape
    batch, height, width = len(x), x.shape[1] - f + 1, x.shape[2] - g + 1
    y = np.empty((batch, height, width, filters), x.dtype)
    for n in range(batch):
        for i in range(height):
            for j in range(width):
                window = x[n, i : i + f, j : j + g]
                for k in range(filters):
                    y[n, i, j, k] = (window * kernel[..., k]).sum()
    return y


def report(title, contestants, most=None, rounds=ROUNDS):
    """Print one row; the first contestant is the reference."""
    medians = interleaved(contestants, rounds, warm_up=2)
    reference = medians[next(iter(contestants))]
    print(f"\n{title}")
    for name, median in medians.items():
        ratio = median / reference
        note = aim(title, ratio, at_most=most) if name == "ours" else ""
        print(f"  {name:<12}{1e3 * median:>9.2f} ms  ×{ratio:.2f}{note}")


def convolution(x_shape, kernel_shape):
    """One convolution, forward and backward, "same" padding, float32."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=x_shape).astype("float32")
    kernel = rng.normal(size=kernel_shape).astype("float32")
    dy = conv2d(x, kernel, padding="same")
    tx, tk, tdy = (tf.constant(array) for array in (x, kernel, dy))
    name = f"{x_shape} with {kernel_shape}"

    report(
        f"conv2d {name}",
        {
            "tensorflow": lambda: tf.nn.conv2d(tx, tk, 1, "SAME").numpy(),
            "ours": lambda: conv2d(x, kernel, padding="same"),
        },
        most=2.0,
    )

    def tensorflow_backward():
        dx = tf.nn.conv2d_transpose(tdy, tk, x_shape, 1, "SAME")
        dkernel = tf.raw_ops.Conv2DBackpropFilter(
            input=tx,
            filter_sizes=kernel_shape,
            out_backprop=tdy,
            strides=[1, 1, 1, 1],
            padding="SAME",
        )
        return dx.numpy(), dkernel.numpy(), tf.reduce_sum(tdy, (0, 1, 2))

    report(
        f"conv2d_backward {name}",
        {
            "tensorflow": tensorflow_backward,
            "ours": lambda: conv2d_backward(dy, x, kernel, padding="same"),
        },
        most=2.2,
    )


def pooling(x_shape):
    """Pooling 2×2, forward and backward, float32."""
    x = np.random.default_rng(0).normal(size=x_shape).astype("float32")
    tx = tf.constant(x)
    y = tf.nn.max_pool2d(tx, 2, 2, "VALID")
    report(
        f"max pooling {x_shape}",
        {
            "tensorflow": lambda: tf.nn.max_pool2d(tx, 2, 2, "VALID").numpy(),
            "ours": lambda: pool2d(x, 2),
        },
        most=1.5,
    )
    report(
        f"average pooling {x_shape}",
        {
            "tensorflow": lambda: tf.nn.avg_pool2d(tx, 2, 2, "VALID").numpy(),
            "ours": lambda: pool2d(x, 2, mode="average"),
        },
    )
    report(
        f"max pooling backward {x_shape}",
        {
            "tensorflow": lambda: tf.raw_ops.MaxPoolGrad(
                orig_input=tx,
                orig_output=y,
                grad=y,
                ksize=[1, 2, 2, 1],
                strides=[1, 2, 2, 1],
                padding="VALID",
            ).numpy(),
            "ours": lambda: pool2d_backward(y, x, 2),
        },
    )


def loops():
    """What the obvious loops cost, on a picture small enough to wait for."""
    x = np.random.default_rng(0).normal(size=(1, 64, 64, 3)).astype("float32")
    kernel = x[0, :3, :3, :, None] * np.ones(8, "float32")
    tx, tk = tf.constant(x), tf.constant(kernel)
    report(
        "conv2d (1, 64, 64, 3) with (3, 3, 3, 8), valid",
        {
            "tensorflow": lambda: tf.nn.conv2d(tx, tk, 1, "VALID").numpy(),
            "ours": lambda: conv2d(x, kernel),
            "four loops": lambda: conv2d_loops(x, kernel),
        },
        rounds=3,
    )


if __name__ == "__main__":
    print(f"numpy {np.__version__}, tensorflow {tf.__version__},", end=" ")
    print(f"{os.cpu_count()} cores; medians of {ROUNDS} rounds", end="")
    core = os.environ.get("OPENBLAS_CORETYPE")
    print(f"; OPENBLAS_CORETYPE={core}" if core else "")
    convolution((8, 64, 64, 32), (3, 3, 32, 64))
    convolution((1, 256, 256, 3), (5, 5, 3, 8))
    pooling((8, 64, 64, 64))
    loops()
    finish()
