from contextlib import ExitStack
from functools import cache

import keras
import numpy as np
import pytest
from compare import kernel_values
from nets import copied


@pytest.fixture(autouse=True, scope="module")
def quick_first_weights():
    """NumPy draws first weights, which cost TensorFlow half of a network."""
    rng = np.random.default_rng(0)

    def draw(self, shape, dtype=None):
        values = kernel_values(rng, shape, shape[:-1])
        return keras.ops.convert_to_tensor(values, dtype)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keras.initializers.VarianceScaling, "__call__", draw)
        yield


@pytest.fixture(scope="module")
def run_copies(tmp_path_factory):
    """A function that runs a test class's examples with a backend."""
    with ExitStack() as stack:

        @cache
        def process(backend):
            folder = tmp_path_factory.mktemp("copies")
            return stack.enter_context(copied.Copies(backend, folder))

        yield lambda cls, backend: process(backend).run(cls().examples(backend))


@pytest.fixture(scope="class")
def by_tensorflow(request, run_copies):
    """Outputs of the test class's examples, run on copies."""
    return run_copies(request.cls, "tensorflow")


@pytest.fixture(scope="class", params=copied.OTHERS)
def by_another(request, run_copies):
    """The same by another of Keras's backends."""
    return run_copies(request.cls, request.param)
