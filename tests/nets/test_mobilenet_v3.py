from functools import partial

import keras
import numpy as np
import pytest
from compare import assert_same_network, randomise

from cnn_course import nets
from cnn_course.geometry import layer_table
from cnn_course.nets.mobilenet_v3 import bneck_block, squeeze_excite_block

NETS = {
    "small": (nets.mobilenet_v3_small, keras.applications.MobileNetV3Small),
    "large": (nets.mobilenet_v3_large, keras.applications.MobileNetV3Large),
}
both = pytest.mark.parametrize("size", NETS)


@pytest.fixture
def in_double():
    """In float64: oneDNN rounds a float32 network's outputs by up to 2e-4."""
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_dtype_policy("float32")


def build(channels, filters, strides=1, *, side=9, expanded=12, **options):
    options = {"kernel_size": 3, "activation": "relu", "name": "b"} | options
    x = keras.Input((side, side, channels))
    y = bneck_block(x, filters, strides=strides, expanded=expanded, **options)
    return keras.Model(x, y)


def build_se(channels, se_ratio=0.25):
    x = keras.Input((6, 5, channels))
    return keras.Model(x, squeeze_excite_block(x, se_ratio, name="se"))


@pytest.mark.parametrize(
    ("channels", "se_ratio", "squeezed"),
    [
        (64, 0.25, 16),
        (16, 0.25, 8),  # at least 8
        (72, 0.25, 24),  # 18 would be 16, down by more than a tenth
        (120, 0.25, 32),  # halves go up
        (480, 0.25, 120),
        (64, 0.5, 32),
    ],
)
def test_squeeze_excite_rounds_to_eights(channels, se_ratio, squeezed):
    model = build_se(channels, se_ratio)
    assert model.get_layer("se_reduce").filters == squeezed
    weights = 2 * channels * squeezed + channels + squeezed
    assert model.count_params() == weights


def test_squeeze_excite_in_numpy():
    model = build_se(16)
    randomise(model)
    reduce, excite = (model.get_layer(f"se_{n}") for n in ("reduce", "excite"))
    x = np.random.default_rng(0).normal(size=(2, 6, 5, 16)).astype("float32")
    small = x.mean(axis=(1, 2)) @ np.asarray(reduce.kernel)[0, 0]
    small = np.maximum(small + np.asarray(reduce.bias), 0)
    gate = small @ np.asarray(excite.kernel)[0, 0] + np.asarray(excite.bias)
    gate = np.clip(gate / 6 + 0.5, 0, 1)
    expected = x * gate[:, None, None]
    np.testing.assert_allclose(model(x), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("channels", "filters", "strides", "options", "side", "weights"),
    [
        # expand 4 * 12 + 48, depthwise 9 * 12 + 48, project 12 * 4 + 16
        (4, 4, 1, {}, 9, 96 + 156 + 64),
        (4, 6, 2, {}, 5, 96 + 156 + 96),
        (4, 4, 1, {"kernel_size": 5}, 9, 96 + 348 + 64),
        (12, 4, 1, {}, 9, 156 + 64),  # nothing to expand
        # the gate: 12 means, 8 in between
        (4, 4, 1, {"gate": squeeze_excite_block}, 9, 316 + 2 * 96 + 20),
    ],
)
def test_shape_and_weight_count(
    channels, filters, strides, options, side, weights
):
    model = build(channels, filters, strides, **options)
    assert model.output_shape == (None, side, side, filters)
    assert model.count_params() == weights
    assert model.get_layer("b_depthwise").strides == (strides, strides)


@pytest.mark.parametrize(
    ("channels", "filters", "strides", "added"),
    [(8, 8, 1, True), (8, 8, 2, False), (1, 8, 1, False), (8, 1, 1, False)],
)
def test_input_is_added_only_where_it_fits(channels, filters, strides, added):
    kinds = [type(n).__name__ for n in build(channels, filters, strides).layers]
    assert ("Add" in kinds) is added


def test_zeroed_projection_is_the_identity():
    model = build(4, 4, gate=squeeze_excite_block, activation="hard_swish")
    model.get_layer("b_project_bn").gamma.assign(np.zeros(4))
    x = np.random.default_rng(0).normal(size=(2, 9, 9, 4)).astype("float32")
    np.testing.assert_array_equal(model(x), x)


@pytest.mark.parametrize("kernel_size", [3, 5])
@pytest.mark.parametrize("side", [8, 9])
def test_a_stride_pads_as_same_does(side, kernel_size):
    model = build(3, 4, 2, side=side, kernel_size=kernel_size)
    depthwise = model.get_layer("b_depthwise")
    same = keras.layers.DepthwiseConv2D(
        kernel_size, 2, padding="same", use_bias=False
    )
    before = model.get_layer("b_expand_act").output
    pair = keras.Model(model.input, [depthwise.output, same(before)])
    same.kernel.assign(depthwise.kernel)
    x = np.random.default_rng(0).normal(size=(2, side, side, 3))
    np.testing.assert_allclose(*pair(x.astype("float32")), atol=1e-5)


def test_unnamed_blocks_can_follow_each_other():
    gate = partial(squeeze_excite_block, se_ratio=0.5)
    x = keras.Input((9, 8, 4))
    y = bneck_block(x, 4, 3, 1, 8, "relu", gate)
    y = bneck_block(y, 6, 5, 2, 8, "hard_swish")
    assert squeeze_excite_block(y).shape == (None, 5, 4, 6)


@pytest.mark.parametrize("strides", [0, 1.5, (1, 1), "2", None])
def test_strides_error(strides):
    with pytest.raises(ValueError, match="strides must be an int >= 1; got"):
        build(4, 4, strides)


@both
@pytest.mark.parametrize(
    ("shape", "classes", "include_top"),
    [
        ((224, 224, 3), 1000, True),
        ((97, 101, 3), 7, True),
        ((139, 75, 1), 1, False),
    ],
)
@pytest.mark.usefixtures("in_double")
def test_same_as_keras(size, shape, classes, include_top):
    options = {
        "input_shape": shape,
        "classes": classes,
        "include_top": include_top,
        "classifier_activation": None,
    }
    ours, theirs = NETS[size]
    theirs = theirs(weights=None, **options)
    assert_same_network(ours(**options), theirs)


def test_same_as_keras_with_open_sides():
    options = {"input_shape": (None, None, 3), "classes": 5}
    options["classifier_activation"] = None
    theirs = keras.applications.MobileNetV3Small(weights=None, **options)
    ours = nets.mobilenet_v3_small(**options)
    for side in (64, 101):
        assert_same_network(ours, theirs, (side, 75, 3))


@pytest.mark.parametrize(
    ("size", "parameters", "millions"),
    # Howard et al. 2019, Table 3: 56 and 219 million multiplications; Keras
    # has no squeeze-and-excite on the last 7x7 map of the small one.
    [("small", 2_554_968, 56), ("large", 5_507_432, 217)],
)
def test_parameters_and_multiplications(size, parameters, millions):
    model = NETS[size][0]()
    assert model.count_params() == parameters
    count = layer_table(model).totals["multiplications"]
    assert abs(count / 1e6 - millions) < 3


@pytest.mark.parametrize(
    ("size", "sides", "channels"),
    [  # Howard et al. 2019, Tables 1 and 2
        (
            "small",
            [56, 28, 28, *[14] * 5, *[7] * 3],
            [16, 24, 24, 40, 40, 40, 48, 48, 96, 96, 96],
        ),
        (
            "large",
            [112, 56, 56, *[28] * 3, *[14] * 6, *[7] * 3],
            [16, 24, 24, *[40] * 3, *[80] * 4, 112, 112, *[160] * 3],
        ),
    ],
)
def test_blocks_as_in_the_paper(size, sides, channels):
    model = NETS[size][0]()
    outputs = [
        model.get_layer(f"block{i + 1}_project_bn").output.shape[1:]
        for i in range(len(sides))
    ]
    expected = [(n, n, c) for n, c in zip(sides, channels, strict=True)]
    assert outputs == expected
    gates = [n for n in model.layers if n.name.endswith("gate_scale")]
    assert len(gates) == {"small": 9, "large": 8}[size]


@both
def test_top_is_softmax_over_classes(size):
    model = NETS[size][0]((32, 32, 3), 10)
    p = np.asarray(model(np.zeros((1, 32, 32, 3), "float32")))
    assert p.shape == (1, 10)
    assert p.sum() == pytest.approx(1)
    assert model.name == f"mobilenet_v3_{size}"


@both
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_shape": (31, 64, 3)}, "height and width must be >= 32"),
        ({"input_shape": (64, 64)}, "input_shape must be"),
        ({"classes": 0}, "classes must be an int >= 1; got 0"),
    ],
)
def test_bad_input(size, options, message):
    with pytest.raises(ValueError, match=message):
        NETS[size][0](**options)
