import keras
import numpy as np
import pytest
from compare import assert_same_network, randomise

from cnn_course import nets
from cnn_course.nets.densenet import dense_block, densenet, transition_block


def build(block, side, channels, *options):
    x = keras.Input((side, side, channels))
    return keras.Model(x, block(x, *options, name="b"))


def noise(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def test_dense_block_by_hand():
    # One layer, growth rate 1, one pixel: the 3x3 sees only zeros around it.
    model = build(dense_block, 1, 2, 1, 1)
    squeeze = np.array([[1, 0, 2, 0], [0, 1, -1, 0]], "float32")
    model.get_layer("b_block1_1_conv").kernel.assign(squeeze[None, None])
    kernel = np.zeros((3, 3, 4, 1))
    kernel[1, 1, :, 0] = 1, 10, 100, 1000
    kernel[0] = 7  # meets the padding only
    model.get_layer("b_block1_2_conv").kernel.assign(kernel)
    for pixel, new in (([3, 4], 3 + 40 + 200), ([2, -5], 2 + 400)):
        x = np.array(pixel, "float32").reshape(1, 1, 1, 2)
        y = np.asarray(model(x)).ravel()
        np.testing.assert_allclose(y, [*pixel, new], rtol=1e-4)


def test_dense_block_is_what_the_paper_writes():
    # x_l = H_l([x_0, x_1, ..., x_l-1]): all parts are concatenated anew.
    model = build(dense_block, 5, 3, 4, 2)
    randomise(model)
    parts = [noise(2, 5, 5, 3)]
    for i in range(1, 5):
        y = np.concatenate(parts, axis=-1)
        for part in (0, 1):
            y = model.get_layer(f"b_block{i}_{part}_bn")(y)
            y = np.maximum(y, 0)
            y = model.get_layer(f"b_block{i}_{part + 1}_conv")(y)
        parts.append(np.asarray(y))
    expected = np.concatenate(parts, axis=-1)
    np.testing.assert_allclose(model(parts[0]), expected, atol=1e-5)


def test_input_channels_come_out_unchanged():
    model = build(dense_block, 6, 5, 3, 4)
    randomise(model)
    x = noise(2, 6, 6, 5)
    np.testing.assert_array_equal(np.asarray(model(x))[..., :5], x)


@pytest.mark.parametrize(
    ("channels", "num_layers", "growth_rate", "weights"),
    [
        (1, 1, 1, 4 + 4 + 16 + 36),
        (5, 1, 3, 20 + 5 * 12 + 48 + 9 * 12 * 3),
        (8, 2, 2, (32 + 64 + 32 + 144) + (40 + 80 + 32 + 144)),
    ],
)
def test_dense_block_shape_and_weight_count(
    channels, num_layers, growth_rate, weights
):
    model = build(dense_block, 7, channels, num_layers, growth_rate)
    grown = channels + num_layers * growth_rate
    assert model.output_shape == (None, 7, 7, grown)
    assert model.count_params() == weights


def test_six_layers_at_growth_rate_3_add_18_channels():
    assert build(dense_block, 8, 6, 6, 3).output_shape[-1] == 6 + 18


@pytest.mark.parametrize(
    ("side", "channels", "compression", "output"),
    [
        (8, 6, 0.5, (4, 3)),
        (9, 7, 0.5, (4, 3)),
        (2, 5, 1, (1, 5)),
        (5, 10, 0.25, (2, 2)),
    ],
)
def test_transition_shape_and_weight_count(side, channels, compression, output):
    model = build(transition_block, side, channels, compression)
    assert model.output_shape == (None, output[0], output[0], output[1])
    assert model.count_params() == channels * output[1] + 4 * channels


def test_transition_averages_what_the_convolution_mixes():
    model = build(transition_block, 4, 2)
    mixed = np.array([[[[2.0], [-1.0]]]])
    model.get_layer("b_conv").kernel.assign(mixed)
    x = noise(1, 4, 4, 2)
    y = np.maximum(x, 0) @ [[2.0], [-1.0]]
    expected = y.reshape(1, 2, 2, 2, 2, 1).mean(axis=(2, 4))
    np.testing.assert_allclose(model(x), expected, rtol=1e-4, atol=1e-6)


def test_unnamed_blocks_can_follow_each_other():
    x = keras.Input((8, 8, 4))
    y = dense_block(transition_block(dense_block(x, 2, 3)), 1, 1)
    assert y.shape == (None, 4, 4, 6)


@pytest.mark.parametrize("count", [0, -1, 2.0, (1, 1), "2", None])
@pytest.mark.parametrize("what", ["num_layers", "growth_rate"])
def test_count_error(what, count):
    options = {"num_layers": 2, "growth_rate": 2, what: count}
    with pytest.raises(ValueError, match=f"{what} must be an int >= 1; got"):
        dense_block(keras.Input((8, 8, 4)), **options)


@pytest.mark.parametrize("compression", [0, -0.5, 1.01, float("nan")])
def test_compression_error(compression):
    with pytest.raises(ValueError, match="compression must be above 0"):
        build(transition_block, 8, 8, compression)


@pytest.mark.parametrize(
    ("shape", "classes", "include_top"),
    [
        ((224, 224, 3), 1000, True),
        ((97, 101, 3), 7, True),
        ((139, 75, 1), 1, False),
    ],
)
def test_same_as_keras(shape, classes, include_top):
    options = {
        "input_shape": shape,
        "classes": classes,
        "include_top": include_top,
        "classifier_activation": None,
    }
    ours = nets.densenet121(**options)
    theirs = keras.applications.DenseNet121(weights=None, **options)
    assert_same_network(ours, theirs)
    if shape == (224, 224, 3):
        assert ours.count_params() == 8_062_504


def test_general_builder_gives_densenet169():
    options = {"input_shape": (32, 32, 3), "classes": 5}
    theirs = keras.applications.DenseNet169(weights=None, **options)
    ours = densenet((6, 12, 32, 32), **options)
    assert_same_network(ours, theirs)


def test_cifar_form_has_the_papers_size():
    # Table 2: DenseNet-BC, depth 100, k = 12, 10 classes: 0.8 M parameters.
    model = densenet(
        (16, 16, 16), (32, 32, 3), 10, growth_rate=12, stem="cifar"
    )
    trained = [
        layer
        for layer in model.layers
        if isinstance(layer, keras.layers.Conv2D | keras.layers.Dense)
    ]
    assert len(trained) == 100
    trainable = sum(np.prod(w.shape) for w in model.trainable_weights)
    assert round(trainable / 1e6, 1) == 0.8
    sides = {layer.output.shape[1] for layer in trained[:-1]}
    assert sides == {32, 16, 8}
    p = np.asarray(model(noise(1, 32, 32, 3)))
    assert p.shape == (1, 10)
    assert p.sum() == pytest.approx(1)


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
        nets.densenet121(**options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_shape": (3, 4, 3)}, "must be >= 4"),
        ({"stem": "mnist"}, "stem must be .*; got 'mnist'"),
        ({"compression": 0}, "compression must be above 0"),
    ],
)
def test_bad_input_of_the_general_builder(options, message):
    options = {"input_shape": (8, 8, 1), "stem": "cifar", **options}
    with pytest.raises(ValueError, match=message):
        densenet((1, 1, 1), **options)


def test_open_sides():
    model = densenet((1, 2), (None, None, 3), 5, growth_rate=4)
    for side in (8, 21):
        assert model(noise(1, side, side + 3, 3)).shape == (1, 5)
