import keras
import numpy as np
import pytest
from keras import layers

from cnn_course import nets


def test_layers_of_the_paper():
    model = nets.alexnet()
    shapes = {x.name: x.output.shape[1:] for x in model.layers[1:]}
    assert {name: shapes[name] for name in shapes if name[-1].isdigit()} == {
        "conv1": (55, 55, 96),
        "pool1": (27, 27, 96),
        "conv2": (27, 27, 256),
        "pool2": (13, 13, 256),
        "conv3": (13, 13, 384),
        "conv4": (13, 13, 384),
        "conv5": (13, 13, 256),
        "pool5": (6, 6, 256),
        "dropout6": (9216,),
        "dense6": (4096,),
        "dropout7": (4096,),
        "dense7": (4096,),
    }
    weights = [  # by hand; all filters see all channels
        (11 * 11 * 3 + 1) * 96,
        (5 * 5 * 96 + 1) * 256,
        (3 * 3 * 256 + 1) * 384,
        (3 * 3 * 384 + 1) * 384,
        (3 * 3 * 384 + 1) * 256,
        (6 * 6 * 256 + 1) * 4096,
        (4096 + 1) * 4096,
        (4096 + 1) * 1000,
    ]
    counts = [layer.count_params() for layer in model.layers]
    assert [n for n in counts if n] == weights
    assert model.count_params() == sum(weights) == 62_378_344
    assert model.output_shape == (None, 1000)
    assert model.layers[-1].activation is keras.activations.softmax


def test_two_gpus_see_half_the_channels():
    # The docstring's count of the paper's way: 2, 4 and 5 in two groups.
    saved = 0
    for kernel_size, channels, filters in (
        (5, 96, 256),
        (3, 384, 384),
        (3, 384, 256),
    ):
        options = {"use_bias": False, "padding": "same"}
        counts = []
        for groups in (1, 2):
            x = keras.Input((13, 13, channels))
            y = layers.Conv2D(filters, kernel_size, groups=groups, **options)(x)
            counts.append(keras.Model(x, y).count_params())
        saved += counts[0] - counts[1]
    assert 62_378_344 - saved == 60_965_224


def test_same_as_a_plain_stack_of_layers():
    relu = {"activation": "relu"}
    plain = keras.Sequential(
        [
            keras.Input((99, 83, 1)),
            layers.Conv2D(96, 11, 4, **relu),
            layers.MaxPooling2D(3, 2),
            layers.ZeroPadding2D(2),
            layers.Conv2D(256, 5, **relu),
            layers.MaxPooling2D(3, 2),
            layers.ZeroPadding2D(1),
            layers.Conv2D(384, 3, **relu),
            layers.ZeroPadding2D(1),
            layers.Conv2D(384, 3, **relu),
            layers.ZeroPadding2D(1),
            layers.Conv2D(256, 3, **relu),
            layers.MaxPooling2D(3, 2),
            layers.Flatten(),
            layers.Dense(4096, **relu),
            layers.Dense(4096, **relu),
            layers.Dense(7),
        ]
    )
    ours = nets.alexnet((99, 83, 1), 7, classifier_activation=None)
    ours.set_weights(plain.get_weights())
    x = np.random.default_rng(0).normal(size=(2, 99, 83, 1)).astype("float32")
    expected = np.asarray(plain(x))
    assert expected.std() > 0
    atol = 1e-4 * np.abs(expected).max()
    np.testing.assert_allclose(ours(x), expected, atol=atol)


@pytest.mark.parametrize("dropout_rate", [0.5, 0.2, 0])
def test_dropout_before_each_hidden_dense_layer(dropout_rate):
    model = nets.alexnet((67, 67, 1), 2, dropout_rate=dropout_rate)
    for name in ("dropout6", "dropout7"):
        dropout = model.get_layer(name)
        kept = np.asarray(dropout(np.ones((1, 10_000)), training=True)) > 0
        assert kept.mean() == pytest.approx(1 - dropout_rate, abs=0.03)


def test_top_is_softmax_over_classes():
    x = np.ones((2, 67, 70, 3), "float32")
    p = np.asarray(nets.alexnet((67, 70, 3), classes=3)(x))
    assert p.shape == (2, 3)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_shape": (66, 67, 3)}, "height and width must be >= 67"),
        ({"input_shape": (227, 227)}, "input_shape must be"),
        ({"input_shape": (227, 227, None)}, "number of channels"),
        ({"input_shape": (227, None, 3)}, "fixed with include_top=True"),
        ({"classes": 0}, "classes must be an int >= 1; got 0"),
        ({"classes": 2.0}, "classes must be an int >= 1; got 2.0"),
        ({"input_shape": (67, 67, 1), "dropout_rate": 2}, "Received: rate=2"),
    ],
)
def test_bad_input(options, message):
    with pytest.raises(ValueError, match=message):
        nets.alexnet(**options)


def test_open_sides():
    model = nets.alexnet((None, None, 3), include_top=False)
    for side, left in ((67, 1), (98, 1), (99, 2), (227, 6)):
        x = np.zeros((1, side, side, 3), "float32")
        assert model(x).shape == (1, left, left, 256)
