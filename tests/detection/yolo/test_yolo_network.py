import keras
import numpy as np

from cnn_course.detection import yolo


def test_size_and_weight_count():
    model = yolo.yolo()
    assert model.output_shape == (None, 12, 12, 14)
    unit = lambda c, k: 9 * c * k + 4 * k  # noqa: E731
    expected = unit(3, 16) + unit(16, 32) + unit(32, 64)
    expected += 4 * unit(32, 32) + 2 * unit(64, 64)
    expected += 2 * unit(64, 64) + 65 * (4 + 10)
    assert model.count_params() == expected == 210_686
    assert model.count_params() <= 250_000
    odd = yolo.yolo((97, 120, 3), classes=3)
    assert odd.output_shape == (None, 13, 15, 7)


def test_heads_say_what_the_encoders_write():
    x = np.random.default_rng(0).normal(size=(2, 4, 5, 8)).astype("float32")
    inputs = keras.Input((4, 5, 8))
    anchors = [(1, 2), (3, 1)]
    head = keras.Model(inputs, yolo.grid_head(inputs, 3, anchors))
    said = np.array(head(5 * x)).reshape(2, 4, 5, 2, 8)
    assert np.delete(said, [3, 4], axis=-1).min() >= 0
    assert np.delete(said, [3, 4], axis=-1).max() <= 1
    # Without a word from the network, each size is the anchor's.
    for layer in head.layers:
        if layer.name.startswith("grid_size") and layer.weights:
            layer.kernel.assign(0 * layer.kernel)
    said = np.array(head(x)).reshape(2, 4, 5, 2, 8)
    np.testing.assert_allclose(said[0, 0, 0, :, 3:5], anchors, rtol=1e-6)
    free = np.array(keras.Model(inputs, yolo.free_head(inputs, 3))(5 * x))
    assert free.shape == (2, 4, 5, 7)
    assert free.min() >= 0
    assert free[..., 4:].max() <= 1
