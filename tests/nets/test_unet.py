import subprocess
import sys

import keras
import numpy as np
import pytest
from compare import randomise
from fresh_process import environment
from keras import layers

from cnn_course.nets import unet
from cnn_course.nets.unet import u_block


def test_parameters_of_the_paper():
    assert unet().count_params() == 31_030_658
    assert unet().output_shape == (None, 256, 256, 2)
    # The paper's 23 convolutional layers, up-convolutions among them.
    kinds = layers.Conv2D, layers.Conv2DTranspose
    assert sum(isinstance(layer, kinds) for layer in unet().layers) == 23


def straight_unet(shape, classes, filters, depth):
    """The same network without recursion: down, bottom, up."""
    inputs = x = keras.Input(shape)

    def conv(x, filters, name):
        return layers.Conv2D(
            filters, 3, padding="same", activation="relu", name=name
        )(x)

    skips = []
    for level in range(depth + 1):
        prefix = "u" + "_low" * level
        x = conv(x, filters * 2**level, f"{prefix}_1_conv")
        x = conv(x, filters * 2**level, f"{prefix}_2_conv")
        if level < depth:
            skips.append(x)
            x = layers.MaxPooling2D()(x)
    for level in reversed(range(depth)):
        prefix, count = "u" + "_low" * level, filters * 2**level
        x = layers.Conv2DTranspose(count, 2, strides=2, name=f"{prefix}_up")(x)
        x = layers.Concatenate()([skips[level], x])
        x = conv(x, count, f"{prefix}_3_conv")
        x = conv(x, count, f"{prefix}_4_conv")
    x = layers.Conv2D(classes, 1, activation="softmax", name="predictions")(x)
    return keras.Model(inputs, x)


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_same_as_the_network_written_straight(depth):
    shape = (16, 24, 3)
    ours = unet(shape, 4, filters=5, depth=depth)
    straight = straight_unet(shape, 4, 5, depth)
    randomise(straight)
    for layer in straight.layers:
        if layer.weights:
            ours.get_layer(layer.name).set_weights(layer.get_weights())
    assert ours.count_params() == straight.count_params()
    x = np.random.default_rng(0).normal(size=(2, *shape)).astype("float32")
    expected = np.asarray(straight(x))
    assert expected.std() > 0
    np.testing.assert_allclose(ours(x), expected, rtol=1e-4, atol=1e-6)


def test_each_pixel_gets_probabilities():
    model = unet((32, 16, 3), 3, filters=2)
    x = np.random.default_rng(0).uniform(size=(2, 32, 16, 3))
    np.testing.assert_allclose(np.sum(model(x), axis=-1), 1, rtol=1e-5)


def test_open_sides_and_no_top():
    model = unet((None, None, 3), filters=2, depth=2, include_top=False)
    for height, width in ((8, 8), (20, 12)):
        made = model(np.zeros((1, height, width, 3), "float32"))
        assert made.shape == (1, height, width, 2)


ROADS = {
    "call": lambda model, x: model(x),
    "predict": lambda model, x: model.predict(x, verbose=0),
    "fit": lambda model, x: model.fit(x, x[..., [0, 0]], verbose=0),
    "nested": lambda model, x: keras.Sequential([model])(x),
}


@pytest.mark.parametrize("shape", [(None, None, 1), (8, None, 1)])
@pytest.mark.parametrize("road", ROADS)
def test_other_sides_are_told_when_they_come(shape, road):
    """The sentence that fixed sides get, not Concatenate's."""
    model = unet(shape, filters=2, depth=2)
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="multiples of 4 for depth=2") as fixed:
        unet((8, 10, 1), filters=2, depth=2)
    with pytest.raises(ValueError, match="Identity") as said:
        ROADS[road](model, np.zeros((1, 8, 10, 1)))
    assert str(fixed.value) in str(said.value)


def test_open_sides_give_what_fixed_sides_give_and_need_keras_alone(tmp_path):
    open_sides, fixed = (
        unet(shape, filters=2, depth=2)
        for shape in ((None, None, 1), (8, 12, 1))
    )
    randomise(fixed)
    open_sides.set_weights(fixed.get_weights())
    x = np.random.default_rng(0).normal(size=(2, 8, 12, 1)).astype("float32")
    np.testing.assert_array_equal(open_sides(x), fixed(x))
    open_sides.save(tmp_path / "unet.keras")
    np.save(tmp_path / "x.npy", x)
    code = """
import sys, keras, numpy
made = keras.models.load_model("unet.keras")(numpy.load("x.npy"))
numpy.save("made.npy", made)
assert "cnn_course" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    np.testing.assert_array_equal(np.load(tmp_path / "made.npy"), fixed(x))


def test_skip_carries_detail_past_the_bottom():
    """With the way up cut off, the skip alone still passes the picture on."""
    x = keras.Input((8, 8, 1))
    model = keras.Model(x, u_block(x, 2, 2, name="u"))
    up = model.get_layer("u_up")
    up.set_weights([np.zeros_like(w) for w in up.get_weights()])
    pictures = np.random.default_rng(0).normal(size=(2, 8, 8, 1))
    made = np.asarray(model(pictures))
    assert np.abs(made[0] - made[1]).max() > 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"input_shape": (40, 24, 3)}, "multiples of 16"),
        ({"input_shape": (8, 12, 3), "depth": 3}, "multiples of 8"),
        ({"filters": 0}, "filters must be an int >= 1; got 0"),
        ({"filters": 1.5}, "filters must be an int >= 1; got 1.5"),
        ({"depth": -1}, "depth must be an int >= 0; got -1"),
        ({"depth": 1.5}, "depth must be an int >= 0; got 1.5"),
        ({"classes": 0}, "classes must be"),
    ],
)
def test_bad_input(options, words):
    with pytest.raises(ValueError, match=words):
        unet(**options)
