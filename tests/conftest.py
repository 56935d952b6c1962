import gc
import os
import sys

import pytest

# As cnn_course.quiet says, for tests that load TensorFlow before it: what one
# process computes is compared with what another one has, bit by bit.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")


@pytest.fixture(autouse=True, scope="module")
def free_the_memory():
    """Let go of a file's networks before the next file builds its own."""
    yield
    if "keras" in sys.modules:
        sys.modules["keras"].backend.clear_session()
    gc.collect()
