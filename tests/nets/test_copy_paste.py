"""Every file and every block of nets/ runs when copied alone.

A process of its own for each Keras backend that is installed: the copies lie
in an empty folder, and cnn_course cannot be imported. TensorFlow runs all, the
others every block and one network of each file.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import catalogue
import numpy as np
import pytest
from nets.examples import BLOCKS, LONGER, NETS

HERE = Path(__file__).resolve().parent
BACKENDS = [
    backend
    for backend in ("tensorflow", "jax", "torch")
    if importlib.util.find_spec(backend)
]
# Compiling is nearly all of JAX's work here, so it need not compile well.
QUICKLY = (
    "--xla_backend_optimization_level=0 "
    "--xla_llvm_disable_expensive_passes=true"
)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """What each backend computes, by name."""
    found = {}
    for backend in BACKENDS:
        folder = tmp_path_factory.mktemp(backend)
        for path in catalogue.files():
            shutil.copy(path, folder)
        done = subprocess.run(
            [sys.executable, HERE / "standalone.py", "outputs.npz"],
            cwd=folder,
            env={
                **os.environ,
                "KERAS_BACKEND": backend,
                "XLA_FLAGS": QUICKLY,
            },
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        found[backend] = dict(np.load(folder / "outputs.npz"))
    return found


def test_at_least_two_backends_are_compared():
    assert {"tensorflow", "jax"} <= set(BACKENDS)


def test_tensorflow_runs_every_example(outputs):
    assert set(outputs["tensorflow"]) == {*BLOCKS, *NETS} - LONGER


@pytest.mark.parametrize("backend", BACKENDS[1:])
def test_every_block_and_a_network_of_each_file_run(outputs, backend):
    files = catalogue.files()
    blocks = {
        f"{path.stem}.{node.name}"
        for path in files
        for node, _ in catalogue.block_functions(path)
    }
    run = set(outputs[backend])
    assert blocks <= run
    networks = sorted(name.split(".")[0] for name in run - blocks)
    assert networks == [path.stem for path in files]


@pytest.mark.parametrize("backend", BACKENDS[1:])
def test_backends_agree(outputs, backend):
    for name, found in outputs[backend].items():
        expected = outputs["tensorflow"][name]
        scale = np.abs(expected).max()
        assert np.isfinite(expected).all(), name
        assert scale > 0, name
        np.testing.assert_allclose(
            found / scale, expected / scale, atol=1e-4, err_msg=name
        )
