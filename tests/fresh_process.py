"""Variables for fresh processes, which load and compile quickly with them."""

import os
from pathlib import Path

# XLA's flags for JAX, where compiling is most of the work: a third of the time.
COMPILE_QUICKLY = (
    "--xla_cpu_use_fusion_emitters=false "
    "--xla_cpu_parallel_codegen_split_count=1"
)
# What is computed once only need not be compiled well, either.
COMPILE_FOR_ONCE = (
    "--xla_backend_optimization_level=0 "
    f"--xla_llvm_disable_expensive_passes=true {COMPILE_QUICKLY}"
)
HIDE = Path(__file__).resolve().parent / "hidden"


def environment(*hidden, **more):
    """The variables for a fresh process, which shall choose its own log.

    Keras looks for scikit-learn, and TensorFlow for JAX, as the tests alone
    need them: a third of the time that the two take to load.

    Args:
        *hidden: str, more packages that are not to be found there.
        **more: str, more variables.

    Returns:
        dict of str.
    """
    backend = more.get("KERAS_BACKEND", "tensorflow")
    hidden = ["sklearn", *(["jax"] if backend != "jax" else []), *hidden]
    path = [str(HIDE), os.environ.get("PYTHONPATH")]
    kept = {
        **os.environ,
        "HIDDEN_PACKAGES": " ".join(hidden),
        "PYTHONPATH": os.pathsep.join(filter(None, path)),
        **more,
    }
    kept.pop("TF_CPP_MIN_LOG_LEVEL", None)
    return kept


def cpu_only(backend):
    """The variables for a fresh process with one of Keras's backends."""
    return environment(KERAS_BACKEND=backend, CUDA_VISIBLE_DEVICES="")


def for_once(backend):
    """The variables for one that computes little and draws nothing."""
    return environment(
        "matplotlib", KERAS_BACKEND=backend, XLA_FLAGS=COMPILE_FOR_ONCE
    )
