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


@pytest.fixture(scope="class")
def by_tensorflow(request, tmp_path_factory):
    """Outputs of the test class's examples, run on copies."""
    names = request.cls().examples("tensorflow")
    return copied.run("tensorflow", names, tmp_path_factory.mktemp("copies"))


@pytest.fixture(scope="class", params=copied.OTHERS)
def by_another(request, tmp_path_factory):
    """The same by another of Keras's backends."""
    names = request.cls().examples(request.param)
    return copied.run(request.param, names, tmp_path_factory.mktemp("copies"))
