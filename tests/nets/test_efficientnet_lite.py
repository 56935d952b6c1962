import keras
import numpy as np
import pytest
from compare import randomise

from cnn_course import nets
from cnn_course.nets.efficientnet_lite import (
    SCALES,
    STAGES,
    efficientnet_lite,
    lite_block,
)
from cnn_course.nets.mobilenet_v2 import inverted_residual_block


def build(size, channels, filters, kernel_size=3, strides=1, **options):
    x = keras.Input((size, size, channels))
    y = lite_block(x, filters, kernel_size, strides, name="b", **options)
    return keras.Model(x, y)


@pytest.mark.parametrize(
    ("channels", "filters", "options", "weights"),
    [
        # expand 32·192 + 4·192, depthwise 9·192 + 4·192, project 192·16 + 64
        (32, 16, {}, 6144 + 768 + 1728 + 768 + 3072 + 64),
        # Lite0's first block: depthwise 9·32 + 4·32, project 32·16 + 4·16
        (32, 16, {"expansion": 1}, 288 + 128 + 512 + 64),
        (
            3,
            8,
            {"kernel_size": 5, "expansion": 2},
            18 + 24 + 150 + 24 + 48 + 32,
        ),
    ],
)
def test_weights_counted_by_hand(channels, filters, options, weights):
    assert build(9, channels, filters, **options).count_params() == weights


@pytest.mark.parametrize("filters", [6, 8])
@pytest.mark.parametrize("strides", [1, 2])
@pytest.mark.parametrize("expansion", [1, 3])
def test_with_kernels_of_3_it_is_mobilenet_v2_s_block(
    filters, strides, expansion
):
    ours = build(9, 6, filters, 3, strides, expansion=expansion)
    randomise(ours)
    x = keras.Input((9, 9, 6))
    theirs = keras.Model(
        x, inverted_residual_block(x, filters, strides, expansion)
    )
    theirs.set_weights([w for w in ours.get_weights() if w.dtype.kind == "f"])
    x = np.random.default_rng(1).normal(size=(2, 9, 9, 6)) * 4
    np.testing.assert_allclose(ours(x), theirs(x), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("strides", "side"), [(1, 9), (2, 5), (4, 3)])
@pytest.mark.parametrize("kernel_size", [3, 5])
def test_shape(strides, side, kernel_size):
    model = build(9, 4, 6, kernel_size, strides)
    assert model.output_shape == (None, side, side, 6)


def test_zeroed_branch_is_the_identity():
    model = build(7, 12, 12)
    model.get_layer("b_project_bn").gamma.assign(np.zeros(12))
    x = np.random.default_rng(0).normal(size=(2, 7, 7, 12)).astype("float32")
    np.testing.assert_array_equal(model(x), x)


def test_drop_path_leaves_out_whole_pictures():
    model = build(5, 4, 4, drop_path_rate=0.25)
    for layer in model.layers:  # only drop path is to differ in training
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    randomise(model)
    picture = np.random.default_rng(0).normal(size=(1, 5, 5, 4))
    pictures = np.repeat(picture, 400, axis=0).astype("float32")
    trained = np.asarray(model(pictures, training=True)) - picture
    dropped = np.isclose(trained, 0, atol=1e-6).all(axis=(1, 2, 3))
    assert 0.15 < dropped.mean() < 0.35


def test_unnamed_blocks_can_follow_each_other():
    x = keras.Input((8, 8, 4))
    y = lite_block(lite_block(x, 4, 3), 4, 5, strides=2)
    assert y.shape == (None, 4, 4, 4)


@pytest.mark.parametrize("strides", [0, 1.5, (1, 1), "2", None])
def test_strides_error(strides):
    with pytest.raises(ValueError, match="strides must be an int >= 1; got"):
        build(9, 8, 8, strides=strides)


def stages(model):
    """(filters, blocks) of each stage."""
    found = {}
    for layer in model.layers:
        if layer.name.endswith("project_bn"):
            stage = layer.name.split("_")[0]
            blocks = found.get(stage, (0, 0))[1] + 1
            found[stage] = layer.output.shape[-1], blocks
    return list(found.values())


def test_stages_of_the_authors_code():
    """Lite0 has B0's; of Lite4, width 1.4 and depth 1.8, the ends stay."""
    lite0, lite4 = (getattr(nets, f"efficientnet_lite{n}")() for n in (0, 4))
    assert stages(lite0) == [(stage[2], stage[3]) for stage in STAGES]
    assert stages(lite4) == [
        (24, 1), (32, 4), (56, 4), (112, 6), (160, 6), (272, 8), (448, 1)
    ]  # fmt: skip
    for model in (lite0, lite4):
        assert model.get_layer("stem_conv").filters == 32
        assert model.get_layer("top_conv").filters == 1280
    assert lite0.get_layer("top_relu6").output.shape == (None, 7, 7, 1280)


@pytest.mark.parametrize("number", range(5))
def test_sizes_and_dropout(number):
    *_, side, rate = SCALES[f"lite{number}"]
    model = getattr(nets, f"efficientnet_lite{number}")()
    assert model.name == f"efficientnet_lite{number}"
    assert model.input_shape == (None, side, side, 3)
    assert model.get_layer("top_dropout").rate == rate


def test_weights_are_b0_s_without_squeeze_excite():
    """What is left out, counted by hand in B0."""
    squeezing = sum(
        np.prod(weight.shape)
        for layer in nets.efficientnet_b0().layers
        if layer.name.endswith(("reduce", "excite"))
        for weight in layer.weights
    )
    normalisation = 3 + 3 + 1  # mean, variance, count
    assert (
        nets.efficientnet_lite0().count_params()
        == nets.efficientnet_b0().count_params() - squeezing - normalisation
    )


@pytest.mark.parametrize("option", ["width_coefficient", "depth_coefficient"])
def test_coefficients_error(option):
    options = {"width_coefficient": 1, "depth_coefficient": 1, option: 0}
    with pytest.raises(ValueError, match=f"{option} must be > 0; got 0"):
        efficientnet_lite(**options)
