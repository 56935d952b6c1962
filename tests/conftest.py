import gc
import sys

import pytest


@pytest.fixture(autouse=True, scope="module")
def free_the_memory():
    """Let go of a file's networks before the next file builds its own.

    The garbage collector, which the building of a network starts again and
    again, is not to go through all of TensorFlow every time.
    """
    gc.freeze()
    yield
    if "keras" in sys.modules:
        sys.modules["keras"].backend.clear_session()
    gc.unfreeze()
    gc.collect()
