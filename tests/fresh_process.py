import os


def environment(**more):
    """The variables for a fresh process, which shall choose its own log."""
    kept = {**os.environ, **more}
    kept.pop("TF_CPP_MIN_LOG_LEVEL", None)
    return kept


def cpu_only(backend):
    """The variables for a fresh process with one of Keras's backends."""
    return environment(KERAS_BACKEND=backend, CUDA_VISIBLE_DEVICES="")
