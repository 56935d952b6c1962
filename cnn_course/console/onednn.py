"""Use oneDNN, TensorFlow's fast convolutions, only where it computes right.

Without AVX-512, oneDNN's filter gradient of a 1x1 convolution with strides 2
and fewer than 8 input channels is wrong, and it writes over other memory, so
that the process may die (TensorFlow 2.21; 400 random convolutions of 1 to 16
channels, forward and both gradients, against TensorFlow without oneDNN: all
right with AVX-512). TensorFlow itself turns oneDNN on for most processors that
lack AVX-512 but have AVX-VNNI, and for all on Windows.
"""

import os
import platform

import numpy as np


def has_avx512():
    """Tell whether this processor has AVX-512, by what NumPy found.

    Returns:
        bool.
    """
    found = np.show_config(mode="dicts")["SIMD Extensions"]
    names = [*found.get("baseline", ()), *found.get("found", ())]
    # The same five extensions, as NumPy names them from 2.4 on and before.
    return "X86_V4" in names or "AVX512_SKX" in names


def choose():
    """Turn oneDNN off where it is wrong, before TensorFlow is loaded.

    TF_ENABLE_ONEDNN_OPTS in the environment, if it is there, has the last
    word. Processors that are not x86 are left alone.
    """
    if platform.machine() in ("x86_64", "AMD64") and not has_avx512():
        os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
