import keras
import numpy as np
import pytest
from keras import layers

from cnn_course import nets
from cnn_course.nets.lenet import conv_pool_block
from cnn_course.scratch import conv2d, pool2d


def build(size, channels, filters, **options):
    x = keras.Input((size, size, channels))
    return keras.Model(x, conv_pool_block(x, filters, name="b", **options))


@pytest.mark.parametrize(
    ("options", "side", "weights"),
    [
        ({}, 4, 25 * 3 * 6 + 6),
        ({"kernel_size": 3}, 5, 9 * 3 * 6 + 6),
        ({"kernel_size": 4, "activation": "relu"}, 5, 16 * 3 * 6 + 6),
        ({"pooling": layers.MaxPooling2D}, 4, 25 * 3 * 6 + 6),
    ],
)
def test_shape_and_weight_count(options, side, weights):
    model = build(13, 3, 6, **options)
    assert model.output_shape == (None, side, side, 6)
    assert model.count_params() == weights


@pytest.mark.parametrize(
    ("activation", "pooling", "bend", "mode"),
    [
        ("tanh", layers.AveragePooling2D, np.tanh, "average"),
        ("relu", layers.MaxPooling2D, lambda z: np.maximum(z, 0), "max"),
    ],
)
def test_block_is_convolution_activation_pooling(
    activation, pooling, bend, mode
):
    model = build(11, 2, 3, activation=activation, pooling=pooling)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 11, 11, 2)).astype("float32")
    conv = model.get_layer("b_conv")
    conv.bias.assign(rng.normal(size=3))
    maps = conv2d(x, np.asarray(conv.kernel), np.asarray(conv.bias))
    expected = pool2d(bend(maps), 2, mode=mode)
    np.testing.assert_allclose(model(x), expected, atol=1e-5)


def test_unnamed_blocks_can_follow_each_other():
    x = keras.Input((16, 16, 1))
    assert conv_pool_block(conv_pool_block(x, 4, 3), 5, 3).shape[1:] == (
        2,
        2,
        5,
    )


@pytest.mark.parametrize("pooling", ["max", 2, None])
def test_pooling_error(pooling):
    with pytest.raises(ValueError, match="pooling must be a layer's class"):
        build(11, 2, 3, pooling=pooling)


def test_layers_of_the_paper():
    # LeCun et al. 1998, Fig. 2: C1, S2, C3, S4, C5, F6, output
    model = nets.lenet5()
    shapes = [
        layer.output.shape[1:]
        for layer in model.layers[1:]
        if layer.name != "flatten"
    ]
    assert shapes == [
        (28, 28, 6),
        (14, 14, 6),
        (10, 10, 16),
        (5, 5, 16),
        (1, 1, 120),
        (84,),
        (10,),
    ]
    # The paper's counts for C1, C5 and F6; C3 has 1 516 there: see below.
    counts = [layer.count_params() for layer in model.layers]
    assert [n for n in counts if n] == [156, 2416, 48_120, 10_164, 850]
    assert model.count_params() == 61_706


def test_difference_from_the_paper_is_accounted_for():
    # Table I of the paper: six filters see 3 maps, nine see 4, one sees 6.
    c3 = 25 * (6 * 3 + 9 * 4 + 1 * 6) + 16
    pools, output = 2 * 6 + 2 * 16, 0  # trained pooling, fixed drawings
    assert (c3, pools) == (1516, 44)
    paper = 156 + c3 + pools + 48_120 + 10_164 + output
    assert paper == 60_000
    ours = nets.lenet5().count_params()
    assert ours - paper == (2416 - c3) - pools + 850


def test_same_as_a_plain_stack_of_layers():
    plain = keras.Sequential(
        [
            keras.Input((37, 33, 3)),
            layers.Conv2D(6, 5, activation="tanh"),
            layers.AveragePooling2D(2),
            layers.Conv2D(16, 5, activation="tanh"),
            layers.AveragePooling2D(2),
            layers.Conv2D(120, 5, activation="tanh"),
            layers.Flatten(),
            layers.Dense(84, activation="tanh"),
            layers.Dense(7),
        ]
    )
    ours = nets.lenet5((37, 33, 3), 7, classifier_activation=None)
    ours.set_weights(plain.get_weights())
    x = np.random.default_rng(0).normal(size=(2, 37, 33, 3)).astype("float32")
    np.testing.assert_allclose(ours(x), plain(x), atol=1e-6)


def test_top_is_softmax_over_classes():
    p = np.asarray(nets.lenet5(classes=3)(np.ones((2, 32, 32, 1), "float32")))
    assert p.shape == (2, 3)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_shape": (31, 32, 1)}, "height and width must be >= 32"),
        ({"input_shape": (28, 28, 1)}, "height and width must be >= 32"),
        ({"input_shape": (32, 32)}, "input_shape must be"),
        ({"input_shape": (32, 32, None)}, "number of channels"),
        ({"input_shape": (32, None, 1)}, "fixed with include_top=True"),
        ({"classes": 0}, "classes must be an int >= 1; got 0"),
        ({"classes": "10"}, "classes must be an int >= 1; got '10'"),
    ],
)
def test_bad_input(options, message):
    with pytest.raises(ValueError, match=message):
        nets.lenet5(**options)


def test_open_sides():
    # LeCun et al. 1998, sec. VII: on a larger picture the net becomes a row.
    model = nets.lenet5((None, None, 1), include_top=False)
    for width, places in ((32, 1), (36, 2), (40, 3), (43, 3)):
        x = np.zeros((1, 32, width, 1), "float32")
        assert model(x).shape == (1, 1, places, 120)
