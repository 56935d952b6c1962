import gc
import sys

import pytest


@pytest.fixture(autouse=True, scope="module")
def free_the_memory():
    """Let go of a file's networks before the next file builds its own."""
    yield
    if "keras" in sys.modules:
        sys.modules["keras"].backend.clear_session()
    gc.collect()
