import keras
import numpy as np
import pytest
from compare import assert_same_network, randomise

from cnn_course import nets
from cnn_course.geometry import layer_table
from cnn_course.nets.mobilenet_v2 import inverted_residual_block


def build(size, channels, filters, strides=1, expansion=6):
    x = keras.Input((size, size, channels))
    y = inverted_residual_block(x, filters, strides, expansion, name="b")
    return keras.Model(x, y)


@pytest.mark.parametrize(
    ("channels", "filters", "strides", "expansion", "side", "weights"),
    [
        # expand 4 * 24 + 96, depthwise 9 * 24 + 96, project 24 * 4 + 16
        (4, 4, 1, 6, 9, 192 + 312 + 112),
        (4, 8, 1, 6, 9, 192 + 312 + 224),
        (4, 4, 2, 6, 5, 192 + 312 + 112),
        (4, 4, 1, 1, 9, 52 + 32),
        (1, 8, 1, 2, 9, 10 + 26 + 48),
        (4, 4, 3, 6, 3, 192 + 312 + 112),
    ],
)
def test_shape_and_weight_count(
    channels, filters, strides, expansion, side, weights
):
    model = build(9, channels, filters, strides, expansion)
    assert model.output_shape == (None, side, side, filters)
    assert model.count_params() == weights
    assert model.get_layer("b_depthwise").strides == (strides, strides)


@pytest.mark.parametrize(
    ("channels", "filters", "strides", "added"),
    [(8, 8, 1, True), (8, 8, 2, False), (1, 8, 1, False), (8, 1, 1, False)],
)
def test_input_is_added_only_where_it_fits(channels, filters, strides, added):
    model = build(9, channels, filters, strides)
    kinds = [type(layer).__name__ for layer in model.layers]
    assert ("Add" in kinds) is added
    assert "Concatenate" not in kinds


def test_zeroed_projection_is_the_identity():
    model = build(7, 4, 4)
    model.get_layer("b_project_bn").gamma.assign(np.zeros(4))
    x = np.random.default_rng(0).normal(size=(2, 7, 7, 4)).astype("float32")
    np.testing.assert_array_equal(model(x), x)  # no ReLU: negatives too


def test_bottleneck_is_linear():
    """Behind the projection nothing is cut off: the output can be negative."""
    model = build(7, 4, 8)
    randomise(model)
    x = np.random.default_rng(0).normal(size=(2, 7, 7, 4)).astype("float32")
    y = np.asarray(model(x))
    assert (y < 0).mean() > 0.1
    last = [type(layer).__name__ for layer in model.layers][-2:]
    assert last == ["Conv2D", "BatchNormalization"]


@pytest.mark.parametrize("side", [6, 7])
def test_a_stride_pads_as_same_does(side):
    model = build(side, 3, 4, strides=2)
    depthwise = model.get_layer("b_depthwise")
    same = keras.layers.DepthwiseConv2D(3, 2, padding="same", use_bias=False)
    before = model.get_layer("b_expand_relu").output
    pair = keras.Model(model.input, [depthwise.output, same(before)])
    same.kernel.assign(depthwise.kernel)
    x = np.random.default_rng(0).normal(size=(2, side, side, 3))
    np.testing.assert_allclose(*pair(x.astype("float32")), atol=1e-5)


def test_unnamed_blocks_can_follow_each_other():
    x = keras.Input((9, 8, 4))
    y = inverted_residual_block(inverted_residual_block(x, 4), 8, strides=2)
    assert y.shape == (None, 5, 4, 8)


@pytest.mark.parametrize("strides", [0, 1.5, (1, 1), "2", None])
def test_strides_error(strides):
    with pytest.raises(ValueError, match="strides must be an int >= 1; got"):
        build(9, 8, 8, strides)


@pytest.mark.parametrize("expansion", [0, 0.5, 1.5])
def test_expansion_error(expansion):
    with pytest.raises(ValueError, match="expansion must be an int >= 1; got"):
        build(9, 8, 8, expansion=expansion)


@pytest.mark.parametrize(
    ("shape", "classes", "width", "include_top"),
    [
        ((224, 224, 3), 1000, 1.0, True),
        ((97, 101, 3), 7, 0.35, True),
        ((139, 75, 1), 3, 1.4, False),
        ((32, 33, 3), 1, 1.0, False),
    ],
)
def test_same_as_keras(shape, classes, width, include_top):
    options = {
        "input_shape": shape,
        "classes": classes,
        "include_top": include_top,
        "classifier_activation": None,
    }
    theirs = keras.applications.MobileNetV2(
        weights=None, alpha=width, **options
    )
    ours = nets.mobilenet_v2(width_multiplier=width, **options)
    assert_same_network(ours, theirs, pixels=(-1, 1))


def test_same_as_keras_with_open_sides():
    shape = (None, None, 3)  # Keras has no top for it
    theirs = keras.applications.MobileNetV2(
        shape, weights=None, alpha=0.35, include_top=False
    )
    ours = nets.mobilenet_v2(shape, width_multiplier=0.35, include_top=False)
    for side in (64, 101):
        assert_same_network(ours, theirs, (side, 75, 3), pixels=(-1, 1))


@pytest.mark.parametrize(
    ("width", "parameters"),
    [(1.0, 3_538_984), (1.4, 6_156_712), (0.75, 2_663_064)],
)
def test_parameters(width, parameters):
    # The counts that the Keras documentation lists for its own networks.
    model = nets.mobilenet_v2(width_multiplier=width)
    assert model.count_params() == parameters


def test_stages_as_in_the_paper():
    model = nets.mobilenet_v2()
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds.count("DepthwiseConv2D") == 17
    # Sandler et al. 2018, Table 2: a block is added to its input from the
    # second one of its stage on, so 1 + 2 + 3 + 2 + 2 times.
    assert kinds.count("Add") == 10
    outputs = [
        model.get_layer(f"block{i}_project_bn").output.shape[1:]
        for i in range(1, 18)
    ]
    assert outputs == [
        (112, 112, 16),
        *[(56, 56, 24)] * 2,
        *[(28, 28, 32)] * 3,
        *[(14, 14, 64)] * 4,
        *[(14, 14, 96)] * 3,
        *[(7, 7, 160)] * 3,
        (7, 7, 320),
    ]
    # Sandler et al. 2018, Table 4: 300 million
    table = layer_table(model)
    assert round(table.totals["multiplications"] / 1e6, -1) == 300


def test_top_is_softmax_over_classes():
    model = nets.mobilenet_v2((32, 32, 3), 10, width_multiplier=0.35)
    p = np.asarray(model(np.zeros((1, 32, 32, 3), "float32")))
    assert p.shape == (1, 10)
    assert p.sum() == pytest.approx(1)


@pytest.mark.parametrize(("width", "says"), [(1, "1.0"), (0.35, "0.35")])
def test_name_tells_the_width(width, says):
    model = nets.mobilenet_v2(
        (32, 32, 3), width_multiplier=width, include_top=False
    )
    assert model.name == f"mobilenet_v2_{says}"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_shape": (64, 31, 3)}, "height and width must be >= 32"),
        ({"input_shape": (64, 64)}, "input_shape must be"),
        ({"classes": True + 0.5}, "classes must be an int >= 1; got 1.5"),
        ({"width_multiplier": 0}, "width_multiplier must be > 0; got 0"),
    ],
)
def test_bad_input(options, message):
    with pytest.raises(ValueError, match=message):
        nets.mobilenet_v2(**options)
