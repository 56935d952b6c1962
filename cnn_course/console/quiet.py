"""Import TensorFlow without its start-up log and its longest pauses.

Write `import cnn_course.console.quiet` before anything that imports TensorFlow.

TensorFlow reports CPU features and missing CUDA libraries while it loads,
before its logger reads TF_CPP_MIN_LOG_LEVEL, straight to file descriptor 2.
A notebook would show those lines as if something had gone wrong. Errors are
Python exceptions and still arrive.

While tf.data feeds `fit`, a thread of it tunes its buffers, then sleeps: 10 ms,
20 ms, 40 ms and so on, up to a minute. Told to stop at the end of an epoch, it
sometimes misses the call, and the epoch lasts until it wakes: up to twice as
long. (TensorFlow 2.21 wakes it before setting the flag that it then looks at.)
The course's data leave little to tune, so tuning is turned off, unless the
dataset's options turn it on.
"""

import contextlib
import functools
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@contextlib.contextmanager
def _stderr_off():
    saved = os.dup(2)
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(devnull)


with _stderr_off():
    import tensorflow


def _without_autotuning(make_iterator):
    @functools.wraps(make_iterator)
    def make_untuned_iterator(dataset):
        eager = tensorflow.executing_eagerly()  # options cannot be read else
        if not (eager and dataset.options().autotune.enabled):
            options = tensorflow.data.Options()
            options.autotune.enabled = False
            dataset = dataset.with_options(options)
        return make_iterator(dataset)

    return make_untuned_iterator


tensorflow.data.Dataset.__iter__ = _without_autotuning(
    tensorflow.data.Dataset.__iter__
)
