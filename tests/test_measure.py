import functools

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from cnn_course import nets
from cnn_course.geometry import layer_table
from cnn_course.measure import (
    cost,
    costs_of,
    gradient_norms,
    latency,
    shapes_only,
)
from cnn_course.nets.resnet import residual_block, resnet


def small_resnet():
    return resnet((1, 1), residual_block, (8, 8, 1), 3, filters=4, stem="cifar")


@pytest.fixture
def batch():
    rng = np.random.default_rng(0)
    return rng.normal(size=(5, 8, 8, 1)).astype("float32"), np.arange(5) % 3


def test_gradient_norms_agree_with_differences(batch):
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(1, 3, name="first"),
            layers.Activation("tanh"),
            layers.DepthwiseConv2D(3, name="second"),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    norms = gradient_norms(model, *batch)
    assert list(norms) == ["first", "second"]
    images, labels = batch

    def loss():
        p = np.asarray(model(images), float)
        return -np.log(p[np.arange(5), labels]).mean()

    for name, norm in norms.items():
        kernel = model.get_layer(name).kernel
        start, slopes = np.asarray(kernel), []
        for place in np.ndindex(start.shape):
            ends = []
            for step in (0.01, -0.01):
                moved = start.copy()
                moved[place] += step
                kernel.assign(moved)
                ends.append(loss())
            slopes.append((ends[0] - ends[1]) / 0.02)
        kernel.assign(start)
        assert norm == pytest.approx(np.linalg.norm(slopes), rel=1e-2)


def test_gradient_norms_change_nothing(batch):
    model = small_resnet()
    before = model.get_weights()
    norms = gradient_norms(model, *batch)
    assert len(norms) == 6  # the stem, two blocks of two, a projection
    assert min(norms.values()) > 0
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def conv_net(*middle, top="softmax"):
    parts = [layers.Conv2D(2, 3, name="first"), *middle, layers.Flatten()]
    top = layers.Dense(3, activation=top)
    return keras.Sequential([keras.Input((8, 8, 1)), *parts, top])


def test_gradient_norms_look_into_models(batch):
    inner = [keras.Input((6, 6, 2)), layers.Conv2D(2, 3, name="inner")]
    flat = conv_net(layers.Conv2D(2, 3, name="inner"))
    nested = conv_net(keras.Sequential(inner))
    nested.set_weights(flat.get_weights())
    norms = gradient_norms(nested, *batch)
    assert list(norms) == ["first", "inner"]
    assert norms == pytest.approx(gradient_norms(flat, *batch))


def test_gradient_norms_of_two_layers_of_one_name(batch):
    parts = [keras.Input((6, 6, 2)), layers.Conv2D(2, 3, name="first")]
    norms = gradient_norms(conv_net(keras.Sequential(parts)), *batch)
    assert len(norms) == 2
    assert all(name.endswith("first/kernel") for name in norms)


def test_gradient_norms_leave_spectral_normalisation_alone(batch):
    """It rescales its kernel in every call with training=True."""
    spectral = layers.SpectralNormalization(layers.Conv2D(2, 3, name="inner"))
    model = conv_net(spectral, layers.Dropout(0.5))
    before = model.get_weights()
    assert "inner" in gradient_norms(model, *batch)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_gradient_norms_of_logits_are_refused(batch):
    with pytest.raises(ValueError, match=r"add up to 1; .*Softmax\(\)"):
        gradient_norms(conv_net(top=None), *batch)


def test_latency_grows_with_the_work():
    models = {}
    for side in (8, 256):
        x = keras.Input((side, side, 8))
        models[side] = keras.Model(x, layers.Conv2D(32, 5)(x))
    few, many = (latency(models[side], 4) for side in (8, 256))
    assert 0 < few < many


def test_latency_times_prediction_not_training():
    model = small_resnet()
    before = model.get_weights()
    latency(model, seconds=0)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_cost_of_a_network():
    options = {"input_shape": (32, 32, 3), "classes": 10}
    totals = layer_table(nets.resnet18(**options)).totals
    held = tf.zeros((100_000_000,))  # of this process, so it must not count
    found = cost(nets.resnet18, **options)
    assert found.parameters == totals["parameters"]
    assert found.multiplications == totals["multiplications"]
    assert 4 * found.parameters < found.memory < 12 * found.parameters
    assert 0 < found.seconds < 5
    del held


def test_cost_passes_errors_on():
    with pytest.raises(ValueError, match="height and width must be"):
        cost(nets.resnet18, input_shape=(8, 8, 3))


def no_network():
    raise ValueError("no network today")


def test_costs_of_come_in_order_and_an_odd_one_is_measured_too():
    sizes = (3, 2, 5)
    found = list(
        costs_of(
            functools.partial(nets.lenet5, (32, 32, size), classes=size)
            for size in sizes
        )
    )
    assert [c.parameters for c in found] == [
        nets.lenet5((32, 32, size), classes=size).count_params()
        for size in sizes
    ]
    assert all(0 < c.seconds < 1 for c in found)


@pytest.mark.parametrize("place", [0, 1])
def test_costs_of_passes_errors_on_and_leaves_nobody_waiting(place):
    pair = [small_resnet]
    pair.insert(place, no_network)
    with pytest.raises(ValueError, match="no network today"):
        list(costs_of(pair))


def test_shapes_only_counts_without_weights():
    with shapes_only():
        counted = small_resnet()
    built = small_resnet()
    assert layer_table(counted).totals == layer_table(built).totals
    assert counted.count_params() == built.count_params()
    assert all(weight._value is None for weight in counted.weights)


def test_shapes_only_leaves_nothing_to_draw_later():
    with shapes_only():
        counted = small_resnet()
    with keras.StatelessScope():
        pass  # at its end Keras draws whatever weights are still to come
    assert all(weight._value is None for weight in counted.weights)
    x = np.ones((2, 8, 8, 1), "float32")
    assert np.isfinite(small_resnet().predict(x, verbose=0)).all()
