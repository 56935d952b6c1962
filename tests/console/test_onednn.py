import os
import platform
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest
from fresh_process import environment

from cnn_course.console import onednn

# The sum over 8 pictures of every second pixel, 9 x 9 of them, in each row.
GRADIENT = """
import cnn_course.console.quiet
import numpy as np
import tensorflow as tf

kernel = tf.ones((1, 1, 3, 4))
with tf.GradientTape() as tape:
    tape.watch(kernel)
    y = tf.nn.conv2d(tf.ones((8, 18, 18, 3)), kernel, 2, "SAME")
print(np.unique(tape.gradient(y, kernel)))
"""


@pytest.mark.parametrize("threads", ["1", "2"])
def test_a_filter_gradient_is_right_as_chosen_here(threads):
    variables = environment("matplotlib", TF_NUM_INTRAOP_THREADS=threads)
    variables.pop("TF_ENABLE_ONEDNN_OPTS", None)
    done = subprocess.run(
        [sys.executable, "-c", GRADIENT],
        env=variables,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "[648.]\n"), done.stderr


@pytest.mark.parametrize(
    ("machine", "avx512", "before", "after"),
    [
        ("x86_64", False, None, "0"),
        ("AMD64", False, None, "0"),
        ("x86_64", True, None, None),
        ("x86_64", False, "1", "1"),
        ("arm64", False, None, None),
    ],
)
def test_it_is_off_where_it_is_wrong(
    machine, avx512, before, after, monkeypatch
):
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(onednn, "has_avx512", lambda: avx512)
    name = "TF_ENABLE_ONEDNN_OPTS"
    with mock.patch.dict(os.environ):
        os.environ.pop(name, None)
        os.environ.update({name: before} if before else {})
        onednn.choose()
        assert os.environ.get(name) == after


def test_avx512_is_what_the_kernel_lists():
    listed = Path("/proc/cpuinfo")
    if not listed.exists():  # not Linux: NumPy's word has to do
        assert onednn.has_avx512() in (True, False)
        return
    flags = listed.read_text().split()
    five = {f"avx512{part}" for part in ("f", "cd", "bw", "dq", "vl")}
    assert onednn.has_avx512() == five.issubset(flags)
