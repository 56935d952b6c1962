import pytest
from fresh_process import COMPILE_QUICKLY


@pytest.fixture(autouse=True, scope="module")
def compile_quickly(tmp_path_factory):
    """Let JAX's processes optimise little, and keep what they compile."""
    kept = tmp_path_factory.mktemp("compiled")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")
        patch.setenv("XLA_FLAGS", COMPILE_QUICKLY)
        patch.setenv("JAX_COMPILATION_CACHE_DIR", str(kept))
        patch.setenv("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
        yield
