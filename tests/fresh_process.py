import os

# XLA's flags for JAX, where compiling is most of the work: a third of the time.
COMPILE_QUICKLY = (
    "--xla_cpu_use_fusion_emitters=false "
    "--xla_cpu_parallel_codegen_split_count=1"
)


def environment(**more):
    """The variables for a fresh process, which shall choose its own log."""
    kept = {**os.environ, **more}
    kept.pop("TF_CPP_MIN_LOG_LEVEL", None)
    return kept


def cpu_only(backend):
    """The variables for a fresh process with one of Keras's backends."""
    return environment(KERAS_BACKEND=backend, CUDA_VISIBLE_DEVICES="")
