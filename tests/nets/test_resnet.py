import inspect

import keras
import numpy as np
import pytest
from compare import assert_same_network

from cnn_course import nets
from cnn_course.nets.resnet import (
    bottleneck_block,
    plain_block,
    residual_block,
    resnet,
)


def build(block, size, channels, filters, strides=1, **options):
    x = keras.Input((size, size, channels))
    return keras.Model(x, block(x, filters, strides, name="b", **options))


def test_negate_then_copy_leaves_relu():
    model = build(residual_block, 5, 4, filters=4)
    for name, sign in (("b_1_conv", -1), ("b_2_conv", 1)):
        kernel = np.zeros((3, 3, 4, 4))
        kernel[1, 1] = sign * np.eye(4)
        model.get_layer(name).kernel.assign(kernel)
    x = np.random.default_rng(0).normal(size=(2, 5, 5, 4)).astype("float32")
    np.testing.assert_allclose(model(x), np.maximum(x, 0), atol=1e-4)


@pytest.mark.parametrize(
    ("channels", "strides", "side", "weights"),
    [(8, 1, 9, 1216), (1, 1, 9, 752), (4, 2, 5, 992), (8, 3, 3, 1312)],
)
def test_shape_and_weight_count(channels, strides, side, weights):
    model = build(residual_block, 9, channels, 8, strides)
    assert model.output_shape == (None, side, side, 8)
    assert model.count_params() == weights
    assert model.get_layer("b_1_conv").strides == (strides, strides)


@pytest.mark.parametrize("block", [residual_block, bottleneck_block])
def test_zeroed_branch_is_the_identity_after_relu(block):
    filters = 3 if block is bottleneck_block else 12
    model = build(block, 7, 12, filters)
    last = "b_3_bn" if block is bottleneck_block else "b_2_bn"
    model.get_layer(last).gamma.assign(np.zeros(12))
    x = np.random.default_rng(0).uniform(size=(2, 7, 7, 12)).astype("float32")
    np.testing.assert_array_equal(model(x), x)


@pytest.mark.parametrize("block", [residual_block, bottleneck_block])
def test_one_channel_is_projected_not_broadcast(block):
    model = build(block, 7, 1, 8)
    assert model.get_layer("b_0_conv").kernel.shape[2] == 1


def test_plain_block_is_the_residual_block_without_its_shortcut():
    plain = build(plain_block, 9, 4, 8, 2)
    names = [layer.name for layer in plain.layers]
    assert not any("_0_" in name or "add" in name for name in names)
    # 4 * 8 + 4 * 8 is the projection and its batch normalisation
    residual = build(residual_block, 9, 4, 8, 2)
    assert residual.count_params() - plain.count_params() == 4 * 8 + 4 * 8


@pytest.mark.parametrize(
    "block", [residual_block, bottleneck_block, plain_block]
)
def test_unnamed_blocks_can_follow_each_other(block):
    x = keras.Input((8, 8, 4))
    y = block(block(x, 4), 4, strides=2)
    assert y.shape[1:3] == (4, 4)


@pytest.mark.parametrize(
    "block", [residual_block, bottleneck_block, plain_block]
)
@pytest.mark.parametrize("strides", [0, 1.5, (1, 1), "2", None])
def test_strides_error(block, strides):
    with pytest.raises(ValueError, match="strides must be an int >= 1; got"):
        build(block, 9, 8, 8, strides)


@pytest.mark.parametrize(
    ("depth", "shape", "classes", "include_top"),
    [
        (50, (224, 224, 3), 1000, True),
        (50, (97, 101, 3), 7, True),
        (50, (139, 75, 1), 1, False),
        (101, (65, 67, 3), 7, True),  # differs in numbers of blocks only
        (152, (65, 67, 3), 7, True),
    ],
)
def test_same_as_keras(depth, shape, classes, include_top):
    options = {
        "input_shape": shape,
        "classes": classes,
        "include_top": include_top,
        "classifier_activation": None,
    }
    theirs = getattr(keras.applications, f"ResNet{depth}")
    ours = getattr(nets, f"resnet{depth}")
    assert_same_network(ours(**options), theirs(weights=None, **options))


@pytest.mark.parametrize("depth", [18, 34, 50, 101, 152])
def test_defaults(depth):
    parameters = inspect.signature(getattr(nets, f"resnet{depth}")).parameters
    assert parameters["input_shape"].default == (224, 224, 3)
    assert parameters["classes"].default == 1000


@pytest.mark.parametrize("depth", [18, 34, 50, 101, 152])
def test_top_is_softmax_over_classes(depth):
    model = getattr(nets, f"resnet{depth}")((32, 32, 3), 10, stem="cifar")
    p = np.asarray(model(np.zeros((1, 32, 32, 3), "float32")))
    assert p.shape == (1, 10)
    assert p.sum() == pytest.approx(1)
    assert model.name == f"resnet{depth}"


def test_strided_convolutions_pad_both_ends_alike():
    # A mirrored picture through mirrored kernels gives the mirrored map.
    model = build(residual_block, 9, 2, 4, strides=2)
    x = np.random.default_rng(0).normal(size=(1, 9, 9, 2)).astype("float32")
    before = np.asarray(model(x))
    for name in ("b_1_conv", "b_2_conv"):
        kernel = model.get_layer(name).kernel
        kernel.assign(np.asarray(kernel)[:, ::-1])
    after = np.asarray(model(x[:, :, ::-1]))
    np.testing.assert_allclose(after[:, :, ::-1], before, atol=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_shape": (31, 64, 3)}, "height and width must be >= 32"),
        ({"input_shape": (7, 8, 3), "stem": "cifar"}, "must be >= 8"),
        ({"input_shape": (64, 64)}, "input_shape must be"),
        ({"input_shape": (64, 64, None)}, "number of channels"),
        ({"classes": 0}, "classes must be an int >= 1; got 0"),
        ({"classes": 2.0}, "classes must be an int >= 1; got 2.0"),
        ({"stem": "mnist"}, "stem must be .*; got 'mnist'"),
    ],
)
def test_bad_input(options, message):
    with pytest.raises(ValueError, match=message):
        nets.resnet18(**options)


@pytest.mark.parametrize("num_blocks", [(1, 0, 1), (1, 1.5), (), 3])
def test_bad_num_blocks(num_blocks):
    with pytest.raises(ValueError, match="num_blocks must be a tuple of ints"):
        resnet(num_blocks, residual_block)


def test_open_sides():
    model = nets.resnet18((None, None, 3), 5)
    for side in (32, 45):
        assert model(np.zeros((1, side, side + 3, 3))).shape == (1, 5)


def test_any_depth():
    model = resnet((3, 3, 3), residual_block, (32, 32, 3), 10, filters=16)
    convolutions = [
        layer
        for layer in model.layers
        if isinstance(layer, keras.layers.Conv2D) and "_0_" not in layer.name
    ]
    assert len(convolutions) + 1 == 20  # He et al. 2015, sec. 4.2: n = 3
