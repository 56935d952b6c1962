"""Every file and every block of nets/ runs when copied alone.

A process of its own for each Keras backend that is installed: the copies lie
in an empty folder, and cnn_course cannot be imported.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).resolve().parent
NETS = HERE.parent / "cnn_course" / "nets"
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
        for path in NETS.glob("*.py"):
            if path.stem != "__init__":
                shutil.copy(path, folder)
        done = subprocess.run(
            [sys.executable, HERE / "nets" / "standalone.py", "outputs.npz"],
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


@pytest.mark.parametrize("backend", BACKENDS[1:])
def test_backends_agree(outputs, backend):
    assert set(outputs[backend]) == set(outputs["tensorflow"])
    for name, expected in outputs["tensorflow"].items():
        scale = np.abs(expected).max()
        assert np.isfinite(expected).all(), name
        assert scale > 0, name
        np.testing.assert_allclose(
            outputs[backend][name] / scale,
            expected / scale,
            atol=1e-4,
            err_msg=name,
        )
