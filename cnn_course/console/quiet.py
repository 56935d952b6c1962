"""Import TensorFlow without its start-up log.

Write `import cnn_course.console.quiet` before anything that imports TensorFlow.

TensorFlow reports CPU features and missing CUDA libraries while it loads,
before its logger reads TF_CPP_MIN_LOG_LEVEL, straight to file descriptor 2.
A notebook would show those lines as if something had gone wrong. Errors are
Python exceptions and still arrive.

oneDNN is chosen by onednn.py: wrong gradients are quiet, too.
"""

import contextlib
import os

from cnn_course.console import onednn

onednn.choose()
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
    import tensorflow  # noqa: F401
