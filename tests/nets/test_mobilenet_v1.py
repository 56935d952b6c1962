import keras
import numpy as np
import pytest
from compare import assert_same_network

from cnn_course import nets
from cnn_course.geometry import layer_table
from cnn_course.nets.mobilenet_v1 import separable_block


def build(size, channels, filters, strides=1):
    x = keras.Input((size, size, channels))
    return keras.Model(x, separable_block(x, filters, strides, name="b"))


@pytest.mark.parametrize(
    ("channels", "filters", "strides", "side", "weights"),
    [
        # 13 weights an input channel, one for each pair of channels, 4 a filter
        (8, 16, 1, 9, 13 * 8 + 8 * 16 + 4 * 16),
        (3, 5, 1, 9, 74),
        (4, 4, 2, 4, 84),
        (1, 8, 3, 3, 53),
    ],
)
def test_shape_and_weight_count(channels, filters, strides, side, weights):
    model = build(9, channels, filters, strides)
    assert model.output_shape == (None, side, side, filters)
    assert model.count_params() == weights
    assert model.get_layer("b_depthwise").strides == (strides, strides)


def test_is_a_depthwise_and_a_pointwise_convolution():
    """The block at its start, against two loops in NumPy."""
    model = build(5, 3, 4)
    rng = np.random.default_rng(0)
    kernels = {
        "depthwise": rng.normal(size=(3, 3, 3, 1)),
        "pointwise": rng.normal(size=(1, 1, 3, 4)),
    }
    for name, kernel in kernels.items():
        model.get_layer(f"b_{name}").kernel.assign(kernel)
    x = rng.normal(size=(1, 5, 5, 3)).astype("float32")
    padded = np.pad(x[0], ((1, 1), (1, 1), (0, 0)))
    y = np.zeros((5, 5, 3))
    for i, j, c in np.ndindex(y.shape):
        window = padded[i : i + 3, j : j + 3, c]
        y[i, j, c] = (window * kernels["depthwise"][:, :, c, 0]).sum()
    scale = 1 / np.sqrt(1 + 1e-3)  # batch normalisation that has seen nothing
    y = np.clip(y * scale, 0, 6) @ kernels["pointwise"][0, 0]
    expected = np.clip(y * scale, 0, 6)
    np.testing.assert_allclose(model(x)[0], expected, rtol=1e-4, atol=1e-5)


def test_a_stride_pads_below_and_right_only():
    model = build(4, 1, 1, strides=2)
    depthwise = model.get_layer("b_depthwise")
    seen = keras.Model(model.input, depthwise.output)
    depthwise.kernel.assign(np.ones((3, 3, 1, 1)))
    # Windows start at 0 and 2 and hold 3, then 2 real pixels a side.
    y = np.asarray(seen(np.ones((1, 4, 4, 1))))[0, :, :, 0]
    np.testing.assert_array_equal(y, [[9, 6], [6, 4]])


def test_unnamed_blocks_can_follow_each_other():
    x = keras.Input((8, 8, 4))
    y = separable_block(separable_block(x, 6), 8, strides=2)
    assert y.shape == (None, 4, 4, 8)


@pytest.mark.parametrize("strides", [0, 1.5, (1, 1), "2", None])
def test_strides_error(strides):
    with pytest.raises(ValueError, match="strides must be an int >= 1; got"):
        build(9, 8, 8, strides)


@pytest.mark.parametrize(
    ("shape", "classes", "width", "include_top"),
    [
        ((224, 224, 3), 1000, 1.0, True),
        ((97, 101, 3), 7, 0.35, True),
        ((139, 75, 1), 3, 1.4, False),
        ((32, 33, 3), 2, 0.25, True),
    ],
)
def test_same_as_keras(shape, classes, width, include_top):
    options = {
        "input_shape": shape,
        "classes": classes,
        "include_top": include_top,
        "classifier_activation": None,
    }
    theirs = keras.applications.MobileNet(weights=None, alpha=width, **options)
    ours = nets.mobilenet_v1(width_multiplier=width, **options)
    assert_same_network(ours, theirs, pixels=(-1, 1))


def test_same_as_keras_with_open_sides():
    shape = (None, None, 3)
    theirs = keras.applications.MobileNet(
        shape, weights=None, alpha=0.25, include_top=False
    )
    ours = nets.mobilenet_v1(shape, width_multiplier=0.25, include_top=False)
    for side in (64, 101):
        assert_same_network(ours, theirs, (side, 75, 3), pixels=(-1, 1))


def test_parameters_and_blocks():
    model = nets.mobilenet_v1()
    assert model.count_params() == 4_253_864
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds.count("DepthwiseConv2D") == 13
    # Howard et al. 2017, Table 8: 569 million, without the classifier's
    table = layer_table(model)
    assert round(table.totals["multiplications"] / 1e6) == 569


def test_sides_and_filters_of_each_block_as_in_the_paper():
    model = nets.mobilenet_v1()
    outputs = [
        layer.output.shape[1:]
        for layer in model.layers
        if layer.name.endswith("pointwise_relu")
    ]
    # Howard et al. 2017, Table 1: the input size of the row that follows
    assert outputs == [
        (112, 112, 64),
        *[(56, 56, 128)] * 2,
        *[(28, 28, 256)] * 2,
        *[(14, 14, 512)] * 6,
        *[(7, 7, 1024)] * 2,
    ]


def test_top_is_softmax_over_classes():
    model = nets.mobilenet_v1((32, 32, 3), 10, width_multiplier=0.25)
    p = np.asarray(model(np.zeros((1, 32, 32, 3), "float32")))
    assert p.shape == (1, 10)
    assert p.sum() == pytest.approx(1)


@pytest.mark.parametrize(("width", "says"), [(1, "1.0"), (0.35, "0.35")])
def test_name_tells_the_width(width, says):
    model = nets.mobilenet_v1((32, 32, 3), 2, width_multiplier=width)
    assert model.name == f"mobilenet_v1_{says}"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_shape": (31, 64, 3)}, "height and width must be >= 32"),
        ({"input_shape": (64, 64)}, "input_shape must be"),
        ({"classes": 0}, "classes must be an int >= 1; got 0"),
        ({"width_multiplier": 0.03}, "width_multiplier must be .*; got 0.03"),
        ({"width_multiplier": -1}, "width_multiplier must be .*; got -1"),
    ],
)
def test_bad_input(options, message):
    with pytest.raises(ValueError, match=message):
        nets.mobilenet_v1(**options)
