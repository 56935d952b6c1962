import inspect

import keras
import numpy as np
import pytest
from compare import assert_same_network, randomise

from cnn_course import nets
from cnn_course.nets.efficientnet import (
    B0_STAGES,
    SCALES,
    efficientnet,
    mbconv_block,
    round_filters,
    round_repeats,
)


def build(size, channels, filters, kernel_size=3, strides=1, **options):
    x = keras.Input((size, size, channels))
    y = mbconv_block(x, filters, kernel_size, strides, name="b", **options)
    return keras.Model(x, y)


# --- The block ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("channels", "filters", "options", "weights"),
    [
        # expand 32·192 + 4·192, depthwise 9·192 + 4·192, squeeze 192·8 + 8,
        # excite 8·192 + 192, project 192·16 + 4·16
        (32, 16, {}, 6144 + 768 + 1728 + 768 + 1544 + 1728 + 3072 + 64),
        # B0's first block: depthwise 9·32 + 4·32, squeeze 32·8 + 8, excite
        # 8·32 + 32, project 32·16 + 4·16
        (32, 16, {"expansion": 1}, 288 + 128 + 264 + 288 + 512 + 64),
        # 5x5, and 3 / 4 rounds down to 0 where one is the least
        (
            3,
            8,
            {"kernel_size": 5, "expansion": 2},
            18 + 24 + 150 + 24 + 7 + 12 + 48 + 32,
        ),
    ],
)
def test_weights_counted_by_hand(channels, filters, options, weights):
    assert build(9, channels, filters, **options).count_params() == weights


@pytest.mark.parametrize(
    ("strides", "side"), [(1, 9), (2, 5), (3, 3), (4, 3), (9, 1)]
)
@pytest.mark.parametrize("kernel_size", [3, 4, 5])
def test_shape(strides, side, kernel_size):
    model = build(9, 4, 6, kernel_size, strides)
    assert model.output_shape == (None, side, side, 6)


def batch_norm(x, layer):
    gamma, beta, mean, variance = layer.get_weights()
    return gamma * (x - mean) / np.sqrt(variance + 1e-3) + beta


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize(
    ("filters", "expansion"), [(8, 6), (8, 1), (5, 6), (5, 1)]
)
def test_one_pixel_in_numpy(filters, expansion):
    """On one pixel only the middle of each depthwise kernel counts."""
    model = build(1, 8, filters, 5, expansion=expansion, drop_path_rate=0.5)
    randomise(model)
    layer = model.get_layer
    x = np.random.default_rng(1).normal(size=(3, 8)).astype("float32")
    y = x
    if expansion != 1:
        y = y @ layer("b_expand_conv").get_weights()[0][0, 0]
        y = batch_norm(y, layer("b_expand_bn"))
        y = y * sigmoid(y)
    y = y * layer("b_dw_conv").get_weights()[0][2, 2, :, 0]
    y = batch_norm(y, layer("b_dw_bn"))
    y = y * sigmoid(y)
    kernel, bias = layer("b_reduce").get_weights()
    s = y @ kernel[0, 0] + bias
    s = s * sigmoid(s)
    kernel, bias = layer("b_excite").get_weights()
    y = y * sigmoid(s @ kernel[0, 0] + bias)
    y = y @ layer("b_project_conv").get_weights()[0][0, 0]
    y = batch_norm(y, layer("b_project_bn"))
    if filters == 8:
        y = y + x
    got = np.asarray(model(x[:, None, None]))[:, 0, 0]
    np.testing.assert_allclose(got, y, rtol=1e-4, atol=1e-5)


def test_squeeze_excite_weighs_whole_maps():
    model = build(7, 4, 6)
    randomise(model)
    parts = [
        model.get_layer(f"b_{part}").output
        for part in ("dw_swish", "excite", "scale")
    ]
    x = np.random.default_rng(0).normal(size=(2, 7, 7, 4)).astype("float32")
    maps, weights, scaled = keras.Model(model.inputs[0], parts)(x)
    assert weights.shape == (2, 1, 1, 24)
    assert 0 < np.min(weights) < np.max(weights) < 1
    np.testing.assert_allclose(scaled, maps * weights, rtol=1e-6)


def test_zeroed_branch_is_the_identity():
    model = build(7, 12, 12)
    model.get_layer("b_project_bn").gamma.assign(np.zeros(12))
    x = np.random.default_rng(0).normal(size=(2, 7, 7, 12)).astype("float32")
    np.testing.assert_array_equal(model(x), x)


@pytest.mark.parametrize(("channels", "strides"), [(12, 2), (1, 1), (8, 1)])
def test_no_sum_where_shapes_differ(channels, strides):
    model = build(6, channels, 12, strides=strides)
    names = [layer.name for layer in model.layers]
    assert "b_add" not in names
    assert "b_drop" not in names


def test_drop_path_drops_whole_pictures():
    x = keras.Input((5, 5, 4))
    y = mbconv_block(x, 4, 3, drop_path_rate=0.25, name="b")
    model = keras.Model(x, y)
    for layer in model.layers:  # only drop path is to differ in training
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    randomise(model)
    picture = np.random.default_rng(0).normal(size=(1, 5, 5, 4))
    pictures = np.repeat(picture, 400, axis=0).astype("float32")
    branch = np.asarray(model(pictures[:1], training=False)) - picture
    trained = np.asarray(model(pictures, training=True)) - picture
    dropped = np.isclose(trained, 0, atol=1e-6).all(axis=(1, 2, 3))
    kept = np.isclose(trained, branch / 0.75, rtol=1e-3, atol=1e-4)
    assert (dropped ^ kept.all(axis=(1, 2, 3))).all()
    assert 0.15 < dropped.mean() < 0.35


def test_unnamed_blocks_can_follow_each_other():
    x = keras.Input((8, 8, 4))
    y = mbconv_block(mbconv_block(x, 4, 3), 4, 5, strides=2)
    assert y.shape == (None, 4, 4, 4)


@pytest.mark.parametrize("strides", [0, 1.5, (1, 1), "2", None])
def test_strides_error(strides):
    with pytest.raises(ValueError, match="strides must be an int >= 1; got"):
        build(9, 8, 8, strides=strides)


# --- The scaling rule --------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "width", "scaled"),
    [
        (32, 1.0, 32),
        (32, 1.1, 32),  # 35.2: the nearest multiple of 8
        (40, 1.1, 48),  # 44: half upwards
        (16, 1.2, 24),  # 19.2: 16 would take off more than a tenth
        (16, 1.1, 16),  # 17.6: 16 takes off less than a tenth
        (320, 2.0, 640),
        (3, 1.0, 8),
        (32, 0.1, 8),
    ],
)
def test_round_filters(filters, width, scaled):
    assert round_filters(filters, width) == scaled


@pytest.mark.parametrize(
    ("repeats", "depth", "scaled"),
    [(1, 1.0, 1), (1, 1.1, 2), (4, 3.1, 13), (3, 2.2, 7), (2, 0.5, 1)],
)
def test_round_repeats(repeats, depth, scaled):
    assert round_repeats(repeats, depth) == scaled


def test_stages_of_table_1():
    model = nets.efficientnet_b0()
    shapes = [
        model.get_layer(name).output.shape[1:]
        for name in (
            "stem_swish",
            *(
                f"block{i + 1}_{s[3]}_project_bn"
                for i, s in enumerate(B0_STAGES)
            ),
            "top_swish",
        )
    ]
    assert shapes == [
        (112, 112, 32),
        (112, 112, 16),
        (56, 56, 24),
        (28, 28, 40),
        (14, 14, 80),
        (14, 14, 112),
        (7, 7, 192),
        (7, 7, 320),
        (7, 7, 1280),
    ]


def test_drop_path_grows_with_depth():
    model = nets.efficientnet_b1((64, 64, 3))
    rates = [
        layer.rate for layer in model.layers if layer.name.endswith("_drop")
    ]
    theirs = keras.applications.EfficientNetB1(
        weights=None, input_shape=(64, 64, 3)
    )
    expected = [
        layer.rate for layer in theirs.layers if layer.name.endswith("drop")
    ]
    assert rates == pytest.approx(expected)
    assert rates == sorted(rates)


# --- The networks ------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "shape", "classes", "include_top"),
    [
        (0, (224, 224, 3), 1000, True),
        (0, (97, 101, 3), 7, True),
        (0, (139, 75, 1), 1, False),
        *((number, (65, 67, 3), 7, True) for number in range(1, 8)),
    ],
)
def test_same_as_keras(number, shape, classes, include_top):
    """B1 to B7 differ from B0 in their scales only, so one size will do."""
    options = {
        "input_shape": shape,
        "classes": classes,
        "include_top": include_top,
        "classifier_activation": None,
    }
    ours = getattr(nets, f"efficientnet_b{number}")(**options)
    theirs = getattr(keras.applications, f"EfficientNetB{number}")
    theirs = theirs(weights=None, **options)
    assert_same_network(ours, theirs)
    assert ours.name == f"efficientnet_b{number}"
    if include_top:
        rates = [net.get_layer("top_dropout").rate for net in (ours, theirs)]
        assert rates[0] == rates[1]


def test_same_as_keras_with_statistics_of_pictures():
    """Keras's `set_weights` alone leaves Normalization as it was."""
    shape = (45, 64, 3)
    ours = nets.efficientnet_b0(shape, 5)
    theirs = keras.applications.EfficientNetB0(
        weights=None, input_shape=shape, classes=5
    )
    randomise(theirs)
    rng = np.random.default_rng(0)
    pictures = rng.uniform(0, 255, (4, *shape)).astype("float32")
    theirs.layers[2].adapt(pictures / 255)
    ours.set_weights(theirs.get_weights())
    ours.get_layer("normalization").finalize_state()
    expected = np.asarray(theirs(pictures))
    np.testing.assert_allclose(ours(pictures), expected, rtol=1e-3, atol=1e-5)
    ours.get_layer("normalization").adapt(pictures - pictures)
    assert not np.allclose(ours(pictures), expected, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("number", range(8))
def test_scales_and_default_side_are_those_of_keras(number, monkeypatch):
    monkeypatch.setattr(
        "keras.src.applications.efficientnet.EfficientNet",
        lambda *scales, **options: scales,
    )
    scales = getattr(keras.applications, f"EfficientNetB{number}")()
    assert SCALES[f"b{number}"] == scales
    ours = inspect.signature(getattr(nets, f"efficientnet_b{number}"))
    side = scales[2]
    assert ours.parameters["input_shape"].default == (side, side, 3)
    assert ours.parameters["classes"].default == 1000


def test_top_is_softmax_over_classes():
    model = nets.efficientnet_b0((32, 32, 3), 10)
    p = np.asarray(model(np.zeros((1, 32, 32, 3), "float32")))
    assert p.shape == (1, 10)
    assert p.sum() == pytest.approx(1)


@pytest.mark.parametrize("side", [64, 45])
def test_open_sides(side):
    open_sides = nets.efficientnet_b0((None, None, 3), 5)
    fixed = nets.efficientnet_b0((side, side + 3, 3), 5)
    randomise(fixed)
    open_sides.set_weights(fixed.get_weights())
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 255, (2, side, side + 3, 3)).astype("float32")
    np.testing.assert_allclose(open_sides(x), fixed(x), rtol=1e-4)


def test_own_stages():
    stages = ((3, 1, 8, 1, 1), (5, 4, 16, 2, 2))
    model = efficientnet(
        0.5, 1.5, (32, 32, 1), 10, stages=stages, drop_path_rate=0
    )
    blocks = {layer.name.rpartition("_")[0] for layer in model.layers}
    kept = {f"block{block}_project" for block in ("1_1", "1_2", "2_1", "2_2")}
    assert {b for b in blocks if b.endswith("_project")} == kept | {
        "block2_3_project"
    }
    assert model.get_layer("stem_conv").filters == 16
    assert model.get_layer("block2_3_project_conv").filters == 8
    assert model.get_layer("block2_3_dw_conv").kernel_size == (5, 5)
    assert model.get_layer("top_conv").filters == 640


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_shape": (31, 64, 3)}, "height and width must be >= 32"),
        ({"input_shape": (64, 64)}, "input_shape must be"),
        ({"input_shape": (64, 64, None)}, "number of channels"),
        ({"classes": 0}, "classes must be an int >= 1; got 0"),
        ({"classes": 2.0}, "classes must be an int >= 1; got 2.0"),
    ],
)
def test_bad_input(options, message):
    with pytest.raises(ValueError, match=message):
        nets.efficientnet_b0(**options)


@pytest.mark.parametrize(
    ("width", "depth", "option"), [(0, 1, "width"), (1, -1.0, "depth")]
)
def test_bad_coefficients(width, depth, option):
    with pytest.raises(ValueError, match=f"{option}_coefficient must be > 0"):
        efficientnet(width, depth)
