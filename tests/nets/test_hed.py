import keras
import numpy as np
import pytest
from compare import randomise
from scipy import ndimage

from cnn_course import nets
from cnn_course.nets.hed import MEANS, hed, side_output


def test_side_output_weighs_the_channels_and_enlarges():
    x = keras.Input((4, 3, 2))
    model = keras.Model(x, side_output(x, 8, 6, name="s"))
    model.set_weights(
        [np.array([2.0, -1.0]).reshape(1, 1, 2, 1), np.array([0.5])]
    )
    maps = np.random.default_rng(0).normal(size=(1, 4, 3, 2)).astype("float32")
    small = maps @ [2, -1] + 0.5
    # Bilinear: a pixel's middle is (i + 0.5) / 2 − 0.5 in the small map.
    rows, columns = np.mgrid[:8, :6] / 2 - 0.25
    expected = ndimage.map_coordinates(
        small[0], [rows, columns], order=1, mode="nearest"
    )
    np.testing.assert_allclose(model(maps)[0, ..., 0], expected, atol=1e-5)


@pytest.mark.parametrize("sides", [(48, 64), (33, 50), (16, 16)])
def test_edges_have_the_picture_s_size_and_sides_halve(sides):
    model = hed((*sides, 3))
    assert model.output_shape == (None, *sides, 1)
    for stage in range(1, 6):
        rows, columns = model.get_layer(f"block{stage}_conv1").output.shape[1:3]
        assert rows == -(-sides[0] // 2 ** (stage - 1))
        assert columns == -(-sides[1] // 2 ** (stage - 1))


def test_convolutions_are_vgg16_s_without_its_last_pooling():
    edges = hed((32, 32, 3))
    vgg = nets.vgg16((32, 32, 3), include_top=False)
    randomise(vgg)
    for layer in vgg.layers:
        if layer.weights:
            edges.get_layer(layer.name).set_weights(layer.get_weights())
    x = np.random.default_rng(1).uniform(0, 255, (2, 32, 32, 3))
    ours, theirs = (
        np.asarray(
            keras.Model(model.input, model.get_layer("block5_conv3").output)(y)
        )
        for model, y in ((edges, x), (vgg, x - np.array(MEANS)))
    )
    np.testing.assert_allclose(ours, theirs, atol=1e-4 * theirs.max())


def test_one_side_alone_draws_when_the_others_weigh_nothing():
    model = hed((32, 32, 3))
    randomise(model)
    weights = np.zeros((1, 1, 5, 1))
    weights[0, 0, 2] = 1
    model.get_layer("fuse").set_weights([weights, np.zeros(1)])
    side = keras.Model(model.input, model.get_layer("side3_resize").output)
    x = np.random.default_rng(1).uniform(0, 255, (1, 32, 32, 3))
    expected = 1 / (1 + np.exp(-np.asarray(side(x), "float64")))
    np.testing.assert_allclose(model(x), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((64, 64), r"must be \(height, width, 3\), .*got \(64, 64\)"),
        ((64, 64, 1), r"must be \(height, width, 3\), .*got \(64, 64, 1\)"),
        ((15, 64, 3), r"must be >= 16, and fixed, .*got \(15, 64, 3\)"),
        ((None, None, 3), r"must be >= 16, and fixed, .*got \(None, None, 3"),
    ],
)
def test_refuses_shapes(shape, message):
    with pytest.raises(ValueError, match=message):
        hed(shape)
