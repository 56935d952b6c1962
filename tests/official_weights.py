"""Where Keras's official weights lie on this machine, if they do."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
_FILE = "models/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_*_224_no_top.h5"


def caches():
    """Keras's caches that hold both widths: its own, or one beside us."""
    places = [
        Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")),
        *ROOT.parent.glob("*/keras-home"),
    ]
    return [place for place in places if len(list(place.glob(_FILE))) > 1]


needs_weights = pytest.mark.skipif(
    not caches(), reason="needs official weights in a cache"
)


def link_weights(home):
    """Let a folder serve as KERAS_HOME; the cache itself is not written to."""
    (home / "models").symlink_to(caches()[0] / "models")
    return str(home)
