import keras
import numpy as np
import pytest
from compare import kernel_values


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
