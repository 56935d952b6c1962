import keras
import numpy as np
import pytest
from compare import randomise

from cnn_course.nets import googlenet
from cnn_course.nets.googlenet import auxiliary_head, inception_block
from cnn_course.scratch import conv2d

FILTERS = (2, 3, 4, 5, 6, 7)


@pytest.fixture(scope="module")
def whole():
    """GoogLeNet of the paper's size, with both heads, built once."""
    return googlenet(auxiliary_heads=True)


def build(block, shape, *arguments, **options):
    x = keras.Input(shape)
    return keras.Model(x, block(x, *arguments, name="b", **options))


def test_block_is_four_branches_side_by_side():
    model = build(inception_block, (7, 6, 3), FILTERS)
    randomise(model)
    x = np.random.default_rng(0).normal(size=(2, 7, 6, 3)).astype("float32")

    def branch(y, *parts):
        for part in parts:
            kernel, bias = model.get_layer(f"b_{part}").get_weights()
            y = np.maximum(conv2d(y, kernel, bias, padding="same"), 0)
        return y

    far = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=-np.inf)
    shifted = [far[:, i : i + 7, j : j + 6] for i, j in np.ndindex(3, 3)]
    expected = [
        branch(x, "1x1"),
        branch(x, "3x3_reduce", "3x3"),
        branch(x, "5x5_reduce", "5x5"),
        branch(np.max(shifted, axis=0), "pool_proj"),
    ]
    got = np.asarray(model(x))
    assert got.shape == (2, 7, 6, 2 + 4 + 6 + 7)
    np.testing.assert_allclose(
        got, np.concatenate(expected, axis=-1), atol=1e-5
    )


def test_weights_of_block_3a():
    model = build(inception_block, (28, 28, 192), (64, 96, 128, 16, 32, 32))
    counted = 12_352 + 18_528 + 110_720 + 3_088 + 12_832 + 6_176  # by hand
    assert model.count_params() == counted
    assert model.output_shape == (None, 28, 28, 256)


def test_head_of_the_paper():
    model = build(auxiliary_head, (14, 14, 512), 1000)
    assert model.get_layer("b_pool").output.shape == (None, 4, 4, 512)
    counted = 65_664 + 2_098_176 + 1_025_000  # by hand
    assert model.count_params() == counted
    assert model.get_layer("b_dropout").rate == 0.7


def test_unnamed_blocks_can_follow_each_other():
    x = keras.Input((8, 8, 4))
    y = inception_block(inception_block(x, FILTERS), FILTERS)
    assert auxiliary_head(y, 3).shape == (None, 3)
    assert auxiliary_head(y, 3).shape == (None, 3)


def test_stages_are_those_of_the_paper(whole):
    table = {  # Table 1
        "conv1": (112, 64),
        "pool1": (56, 64),
        "conv2": (56, 192),
        "pool2": (28, 192),
        "inception_3a_concat": (28, 256),
        "inception_3b_concat": (28, 480),
        "pool3": (14, 480),
        "inception_4a_concat": (14, 512),
        "inception_4b_concat": (14, 512),
        "inception_4c_concat": (14, 512),
        "inception_4d_concat": (14, 528),
        "inception_4e_concat": (14, 832),
        "pool4": (7, 832),
        "inception_5a_concat": (7, 832),
        "inception_5b_concat": (7, 1024),
    }
    for name, (side, channels) in table.items():
        shape = whole.get_layer(name).output.shape
        assert shape == (None, side, side, channels), name
    # 22 layers deep, without the pools: sec. 5
    assert 3 + 2 * 9 + 1 == 22
    assert (
        sum("inception" in n.name and "concat" in n.name for n in whole.layers)
        == 9
    )


def test_parameters(whole):
    assert whole.count_params() == 13_378_280
    assert keras.Model(whole.input, whole.outputs[0]).count_params() == (
        6_998_552
    )
    assert googlenet().count_params() == 6_998_552


def test_main_output_comes_first_and_each_has_a_name(whole):
    names = ["predictions", "aux1_predictions", "aux2_predictions"]
    assert whole.output_names == names
    assert whole.output_shape == [(None, 1000)] * 3
    # Each head sits on its own block: 512 channels below, 528 above.
    for name, channels in (("aux1", 512), ("aux2", 528)):
        assert whole.get_layer(f"{name}_conv").kernel.shape[2] == channels


def test_dropping_the_heads_leaves_the_main_output():
    model = googlenet((65, 70, 3), 4, auxiliary_heads=True)
    randomise(model)
    x = np.random.default_rng(0).normal(size=(2, 65, 70, 3)).astype("float32")
    with_heads = model(x)[0]
    without = keras.Model(model.input, model.outputs[0])
    np.testing.assert_array_equal(without(x), with_heads)
    assert not any("aux" in layer.name for layer in without.layers)
    # The same weights in the same order as in a network built without heads.
    plain = googlenet((65, 70, 3), 4)
    plain.set_weights(without.get_weights())
    np.testing.assert_allclose(plain(x), with_heads, atol=1e-6)


def test_heads_train_with_loss_weights_by_name():
    model = googlenet((65, 65, 1), 3, auxiliary_heads=True)
    weights = {
        "predictions": 1.0,
        "aux1_predictions": 0.3,
        "aux2_predictions": 0.3,
    }
    # Both as dicts: with a list of losses Keras 3.15 takes the weights of a
    # dict in the order of the alphabet, and says nothing.
    loss = dict.fromkeys(weights, "sparse_categorical_crossentropy")
    model.compile(
        optimizer="sgd", loss=loss, loss_weights=weights, run_eagerly=True
    )
    randomise(model)  # else all three losses are nearly log 3
    x = np.random.default_rng(0).normal(size=(4, 65, 65, 1)).astype("float32")
    y = np.array([0, 1, 2, 0])
    losses = {
        name: -np.log(np.asarray(p)[np.arange(4), y]).mean()
        for name, p in zip(model.output_names, model(x), strict=True)
    }
    expected = sum(weights[name] * losses[name] for name in weights)
    swapped = sum(
        weight * losses[name]
        for weight, name in zip((1, 0.3, 0.3), sorted(weights), strict=True)
    )
    assert abs(expected - swapped) > 0.01  # the test can tell them apart
    targets = dict.fromkeys(weights, y)
    total = model.evaluate(x, targets, return_dict=True, verbose=0)["loss"]
    assert total == pytest.approx(expected, rel=1e-4)
    before = [w.numpy() for w in model.trainable_variables]
    model.fit(x, targets, verbose=0)
    for variable, value in zip(model.trainable_variables, before, strict=True):
        assert (variable.numpy() != value).any(), variable.path


def test_logits():
    model = googlenet((32, 32, 3), 5, classifier_activation=None)
    randomise(model)
    x = np.random.default_rng(0).normal(size=(2, 32, 32, 3)).astype("float32")
    logits = np.asarray(model(x))
    assert logits.shape == (2, 5)
    assert np.abs(logits.sum(axis=1) - 1).min() > 0.1
    heads = googlenet(
        (65, 65, 3), 5, auxiliary_heads=True, classifier_activation=None
    )
    for name in heads.output_names:
        activation = heads.get_layer(name).activation
        assert activation is keras.activations.linear


def test_softmax():
    model = googlenet((33, 47, 1), 5)
    p = np.asarray(model(np.ones((2, 33, 47, 1), "float32")))
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-6)


def test_without_top_there_are_no_heads():
    model = googlenet((64, 64, 3), auxiliary_heads=True, include_top=False)
    assert model.output_shape == (None, 2, 2, 1024)


def test_open_sides():
    model = googlenet((None, None, 3), 5)
    for side in (32, 45):
        assert model(np.zeros((1, side, side + 3, 3))).shape == (1, 5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_shape": (31, 64, 3)}, "height and width must be >= 32"),
        (
            {"input_shape": (64, 65, 3), "auxiliary_heads": True},
            "height and width must be >= 65",
        ),
        (
            {"input_shape": (None, 65, 3), "auxiliary_heads": True},
            "height and width must be given",
        ),
        ({"input_shape": (64, 64)}, "input_shape must be"),
        ({"input_shape": (64, 64, None)}, "number of channels"),
        ({"classes": 0}, "classes must be an int >= 1; got 0"),
        ({"classes": 2.0}, "classes must be an int >= 1; got 2.0"),
    ],
)
def test_bad_input(options, message):
    with pytest.raises(ValueError, match=message):
        googlenet(**options)


def test_bad_blocks():
    x = keras.Input((4, 8, 3))
    with pytest.raises(ValueError, match=r"filters must be six ints; got \(1"):
        inception_block(x, (1, 2, 3))
    with pytest.raises(ValueError, match=r"known sides >= 5; got \(4, 8\)"):
        auxiliary_head(x, 10)
    with pytest.raises(ValueError, match="known sides >= 5; got"):
        auxiliary_head(keras.Input((None, None, 3)), 10)
