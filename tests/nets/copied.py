"""Run copies of the files of nets/ in a folder where nothing else of ours is.

A process of its own for each Keras backend that is installed, in which
cnn_course cannot be imported. TensorFlow runs all examples but those of LONGER,
the others every block and one network of each file: they compile for long.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import catalogue
import numpy as np
from nets.examples import BLOCKS, LONGER, NETS

FILES = [path.stem for path in catalogue.files()]
HERE = Path(__file__).resolve().parent
OTHERS = [name for name in ("jax", "torch") if importlib.util.find_spec(name)]
# Compiling is nearly all of JAX's work here, so it need not compile well.
QUICKLY = (
    "--xla_backend_optimization_level=0 "
    "--xla_llvm_disable_expensive_passes=true "
    "--xla_cpu_use_fusion_emitters=false "  # a third of the time
    "--xla_cpu_parallel_codegen_split_count=1"
)
# The files whose networks take the longest: half of the time.
DEEP = ("densenet", "efficientnet", "inception_v3", "inception_v4")


def blocks(files):
    """The examples of the blocks of some files."""
    return [name for name in BLOCKS if name.split(".")[0] in files]


def block_functions(files):
    """The names of all blocks that some files define."""
    return {
        f"{path.stem}.{node.name}"
        for path in catalogue.files()
        for node, _ in catalogue.block_functions(path)
        if path.stem in files
    }


def networks(backend, files):
    """The examples of the networks of some files that a backend runs."""
    names = [
        name
        for name in NETS
        if name.split(".")[0] in files and name not in LONGER
    ]
    if backend == "tensorflow":
        return names
    first = {name.split(".")[0]: name for name in reversed(names)}
    return list(first.values())


def run(backend, names, folder):
    """Run examples on copies in a folder; return {name: output}."""
    for path in catalogue.files():
        shutil.copy(path, folder)
    done = subprocess.run(
        [sys.executable, HERE / "standalone.py", "outputs.npz", *names],
        cwd=folder,
        env={**os.environ, "KERAS_BACKEND": backend, "XLA_FLAGS": QUICKLY},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(np.load(folder / "outputs.npz"))


def assert_agree(outputs, expected):
    """Compare what two backends computed, relative to the largest output."""
    for name, found in outputs.items():
        scale = np.abs(expected[name]).max()
        assert np.isfinite(expected[name]).all(), name
        assert scale > 0, name
        np.testing.assert_allclose(
            found / scale, expected[name] / scale, atol=1e-4, err_msg=name
        )
