"""Compare networks with depthwise convolutions with Keras's own.

A depthwise kernel has k·k weights an output, however many channels there are.
`compare.randomise` draws it as small as a full kernel, and after 13 of them
nothing of the picture reaches the output: any two networks would be equal.
"""

import keras
import numpy as np
from compare import randomise as randomise_full


def randomise(model, seed=0):
    """Give every weight a random value that keeps activations in range."""
    randomise_full(model, seed)
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        if isinstance(layer, keras.layers.DepthwiseConv2D):
            shape = tuple(layer.kernel.shape)
            scale = np.sqrt(2 / np.prod(shape[:2]))
            layer.kernel.assign(rng.normal(size=shape) * scale)


def assert_same_network(ours, theirs, shape=None, *, pixels=(-1, 1)):
    """From the same random weights, the same outputs, which see the picture.

    Pictures are noise between the two pixel values, of `shape` where the
    networks leave the sides open; the error is relative to the largest output.
    """
    assert ours.output_shape == theirs.output_shape
    assert [w.shape for w in ours.get_weights()] == [
        w.shape for w in theirs.get_weights()
    ]
    randomise(theirs)
    ours.set_weights(theirs.get_weights())
    shape = shape or ours.input_shape[1:]
    x = np.random.default_rng(0).uniform(*pixels, (2, *shape))
    expected = np.asarray(theirs(x.astype("float32")))
    got = np.asarray(ours(x.astype("float32")))
    largest = np.abs(expected).max()
    assert np.isfinite(largest)
    assert np.abs(expected[0] - expected[1]).max() > 0.01 * largest
    np.testing.assert_allclose(got / largest, expected / largest, atol=1e-4)
