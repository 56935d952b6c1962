import keras
import numpy as np
import pytest
from branches import branches
from compare import assert_same_network, randomise
from keras import layers

from cnn_course import nets
from cnn_course.nets.inception_v4 import (
    inception_resnet_a_block,
    inception_resnet_b_block,
    inception_resnet_c_block,
    inception_v4_a_block,
    inception_v4_b_block,
    inception_v4_c_block,
    reduction_resnet_b_block,
    reduction_v4_a_block,
    reduction_v4_b_block,
)

SPLIT = [[(256, 1, 3)], [(256, 3, 1)]]
# block, its arguments, its branches by the figure, scale of BN
BLOCKS = {
    "a, Fig. 4": (
        inception_v4_a_block,
        {},
        [
            ["average", (96, 1, 1)],
            [(96, 1, 1)],
            [(64, 1, 1), (96, 3, 3)],
            [(64, 1, 1), (96, 3, 3), (96, 3, 3)],
        ],
        True,
    ),
    "b, Fig. 5": (
        inception_v4_b_block,
        {},
        [
            ["average", (128, 1, 1)],
            [(384, 1, 1)],
            [(192, 1, 1), (224, 1, 7), (256, 7, 1)],
            [(192, 1, 1), (192, 1, 7), (224, 7, 1), (224, 1, 7), (256, 7, 1)],
        ],
        True,
    ),
    "c, Fig. 6": (
        inception_v4_c_block,
        {},
        [
            ["average", (256, 1, 1)],
            [(256, 1, 1)],
            [(384, 1, 1), SPLIT],
            [(384, 1, 1), (448, 1, 3), (512, 3, 1), SPLIT],
        ],
        True,
    ),
    "reduction a, Fig. 7": (
        reduction_v4_a_block,
        {"filters": (6, 7, 8, 9)},
        [[(9, 3, 3, 2)], [(6, 1, 1), (7, 3, 3), (8, 3, 3, 2)], ["max/2"]],
        True,
    ),
    "reduction a without scale": (
        reduction_v4_a_block,
        {"filters": (6, 7, 8, 9), "bn_scale": False},
        [[(9, 3, 3, 2)], [(6, 1, 1), (7, 3, 3), (8, 3, 3, 2)], ["max/2"]],
        False,
    ),
    "reduction b, Fig. 8": (
        reduction_v4_b_block,
        {},
        [
            ["max/2"],
            [(192, 1, 1), (192, 3, 3, 2)],
            [(256, 1, 1), (256, 1, 7), (320, 7, 1), (320, 3, 3, 2)],
        ],
        True,
    ),
    "reduction b, Fig. 18": (
        reduction_resnet_b_block,
        {},
        [
            [(256, 1, 1), (384, 3, 3, 2)],
            [(256, 1, 1), (288, 3, 3, 2)],
            [(256, 1, 1), (288, 3, 3), (320, 3, 3, 2)],
            ["max/2"],
        ],
        False,
    ),
}
RESIDUAL = {  # block, default scale, branches by Figs. 16, 17 and 19
    "a": (
        inception_resnet_a_block,
        0.17,
        [
            [(32, 1, 1)],
            [(32, 1, 1), (32, 3, 3)],
            [(32, 1, 1), (48, 3, 3), (64, 3, 3)],
        ],
    ),
    "b": (
        inception_resnet_b_block,
        0.1,
        [[(192, 1, 1)], [(128, 1, 1), (160, 1, 7), (192, 7, 1)]],
    ),
    "c": (
        inception_resnet_c_block,
        0.2,
        [[(192, 1, 1)], [(192, 1, 1), (224, 1, 3), (256, 3, 1)]],
    ),
}
every_residual = pytest.mark.parametrize("kind", RESIDUAL)


@pytest.mark.parametrize("kind", BLOCKS)
def test_block_is_its_figure(kind):
    block, options, table, scale = BLOCKS[kind]
    x = keras.Input((9, 8, 5))
    ours = keras.Model(x, block(x, **options, name="b"))
    figure = keras.Model(x, branches(x, table, scale=scale))
    assert_same_network(ours, figure)
    block(block(x, **options), **options)  # unnamed ones can follow each other


@every_residual
def test_residual_block_is_its_figure(kind):
    block, scale, table = RESIDUAL[kind]
    x = keras.Input((9, 8, 5))
    ours = keras.Model(x, block(x, name="b"))
    mixed = layers.Conv2D(5, 1)(branches(x, table, scale=False))
    figure = keras.Model(x, keras.ops.relu(x + scale * mixed))
    assert_same_network(ours, figure)
    block(block(x))


@every_residual
def test_residual_block_adds_nothing_at_scale_zero(kind):
    block, *_ = RESIDUAL[kind]
    x = keras.Input((5, 5, 3))
    model = keras.Model(x, block(x, scale=0.0, activation=None))
    randomise(model)
    pixels = np.random.default_rng(0).normal(size=(2, 5, 5, 3))
    pixels = pixels.astype("float32")
    np.testing.assert_array_equal(model(pixels), pixels)


def test_inception_v4():
    model = nets.inception_v4()
    trainable = sum(np.prod(w.shape) for w in model.trainable_weights)
    assert trainable == 42_679_816
    # Two statistics for each channel that is normalised.
    normalised = sum(
        layer.output.shape[-1]
        for layer in model.layers
        if isinstance(layer, layers.BatchNormalization)
    )
    assert model.count_params() == trainable + 2 * normalised
    assert 2 * normalised == 63_168  # as the docstring says
    stages = {  # Fig. 9
        "stem_6_concat": (35, 384),
        **{f"a{i}_concat": (35, 384) for i in range(1, 5)},
        "to_b1_concat": (17, 1024),
        **{f"b{i}_concat": (17, 1024) for i in range(1, 8)},
        "to_c1_concat": (8, 1536),
        **{f"c{i}_concat": (8, 1536) for i in range(1, 4)},
    }
    for name, (side, channels) in stages.items():
        shape = model.get_layer(name).output.shape
        assert shape == (None, side, side, channels), name
    assert model.get_layer("dropout").rate == 0.2  # keep 0.8
    assert not any(
        layer.use_bias
        for layer in model.layers
        if isinstance(layer, layers.Conv2D)
    )
    p = np.asarray(model(np.ones((1, 299, 299, 3), "float32")))
    assert p.shape == (1, 1000)
    assert p.sum() == pytest.approx(1)


def test_stem_of_inception_v4():
    model = nets.inception_v4((75, 91, 2), include_top=False)
    assert model.output_shape == (None, 1, 1, 1536)
    stem = keras.Model(model.input, model.get_layer("stem_6_concat").output)

    def conv(x, filters, kernel_size, strides=1, padding="valid"):
        x = layers.Conv2D(
            filters, kernel_size, strides, padding, use_bias=False
        )(x)
        return layers.ReLU()(layers.BatchNormalization()(x))

    inputs = keras.Input((75, 91, 2))  # Fig. 3, from the bottom up
    x = conv(conv(inputs, 32, 3, 2), 32, 3)
    x = conv(x, 64, 3, padding="same")
    x = layers.Concatenate()([layers.MaxPooling2D(3, 2)(x), conv(x, 96, 3, 2)])
    left = conv(conv(x, 64, 1), 96, 3)
    right = branches(x, [[(64, 1, 1), (64, 7, 1), (64, 1, 7)]])
    x = layers.Concatenate()([left, conv(right, 96, 3)])
    x = layers.Concatenate()([conv(x, 192, 3, 2), layers.MaxPooling2D(3, 2)(x)])
    assert_same_network(stem, keras.Model(inputs, x))


def test_inception_resnet_v2_is_the_one_of_keras():
    ours = nets.inception_resnet_v2()
    theirs = keras.applications.InceptionResNetV2(weights=None)
    assert_same_network(ours, theirs)
    assert ours.count_params() == 55_873_736


def test_inception_resnet_v2_of_another_size():
    shape = (97, 139, 1)
    options = {"classes": 7, "classifier_activation": None}
    ours = nets.inception_resnet_v2(shape, **options)
    theirs = keras.applications.InceptionResNetV2(
        weights=None, input_shape=shape, **options
    )
    assert_same_network(ours, theirs)
    # Without the top: Keras's network cut off there.
    cut = keras.Model(theirs.input, theirs.get_layer("conv_7b_ac").output)
    ours = nets.inception_resnet_v2(shape, include_top=False)
    assert_same_network(ours, cut)


@pytest.mark.parametrize("net", [nets.inception_v4, nets.inception_resnet_v2])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_shape": (74, 99, 3)}, "height and width must be >= 75"),
        ({"input_shape": (99, 99)}, "input_shape must be"),
        ({"input_shape": (99, 99, None)}, "number of channels"),
        ({"classes": 0}, "classes must be an int >= 1; got 0"),
        ({"classes": 2.0}, "classes must be an int >= 1; got 2.0"),
    ],
)
def test_bad_input(net, options, message):
    with pytest.raises(ValueError, match=message):
        net(**options)


def test_bad_filters():
    with pytest.raises(ValueError, match=r"filters must be four ints; got \(1"):
        reduction_v4_a_block(keras.Input((8, 8, 3)), (1, 2, 3))
