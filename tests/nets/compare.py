"""Compare a network with Keras's own from the same random weights."""

import keras
import numpy as np


def kernel_values(rng, shape, sees):
    """Draw a kernel's values for outputs that see inputs of a shape.

    In float32 and in place: a dense kernel of VGG alone is 0.4 GB.
    """
    values = rng.random(shape, dtype="float32")
    values -= 0.5
    values *= float(np.sqrt(24 / np.prod(sees)))  # variance 2 / inputs
    return values


def randomise(model, seed=0):
    """Give every weight a random value that keeps activations in range.

    But not to Keras's Normalization, which takes no notice of `set_weights`
    (see test_efficientnet.py).
    """
    rng = np.random.default_rng(seed)
    depthwise = {  # each output sees one channel only
        id(layer.kernel)
        for layer in model.layers
        if isinstance(layer, keras.layers.DepthwiseConv2D)
    }
    settled = {
        id(variable)
        for layer in model.layers
        if isinstance(layer, keras.layers.Normalization)
        for variable in layer.variables
    }
    for variable in model.variables:
        if id(variable) in settled:
            continue
        shape, name = tuple(variable.shape), variable.path.split("/")[-1]
        if "variance" in name or name == "gamma":
            value = rng.uniform(0.5, 1.5, shape)
        elif "kernel" in name:
            sees = shape[:2] if id(variable) in depthwise else shape[:-1]
            value = kernel_values(rng, shape, sees)
        elif np.issubdtype(variable.dtype, np.floating):
            value = rng.normal(size=shape) * 0.1
        else:
            continue  # Normalization counts pictures, dropout has a seed
        variable.assign(value)


def soften(model, x):
    """Shrink the last kernel until the softmax is not all 0 and 1.

    A saturated softmax says the same for any picture. What stands before the
    last kernel runs once only. Returns the outputs.
    """
    last = [layer for layer in model.layers if hasattr(layer, "kernel")][-1]
    both = keras.Model(model.input, [last.input, model.output])
    before, outputs = map(np.asarray, both(x))

    def saturated():
        is_softmax = np.allclose(outputs.sum(axis=-1), 1)
        return is_softmax and outputs.shape[-1] > 1 and outputs.max() > 0.9

    while saturated():
        last.kernel.assign(last.kernel / 4)
        outputs = np.asarray(keras.Model(last.input, model.output)(before))
    return outputs


def assert_same_network(ours, theirs, shape=None, *, pixels=(0, 255)):
    """Same weight list; from the same random weights, the same outputs.

    Pictures are noise between the two pixel values, the second one darker,
    of `shape` where the networks leave the sides open; the error is relative
    to the largest output of each picture.
    """
    assert ours.output_shape == theirs.output_shape
    assert [w.shape for w in ours.weights] == [w.shape for w in theirs.weights]
    randomise(theirs)
    shape = shape or ours.input_shape[1:]
    x = np.random.default_rng(0).uniform(*pixels, (2, *shape))
    x[1] = pixels[0] + 0.2 * (x[1] - pixels[0])
    x = x.astype("float32")
    expected = soften(theirs, x).reshape(2, -1)
    ours.set_weights(theirs.get_weights())
    got = np.asarray(ours(x)).reshape(2, -1)
    assert np.isfinite(expected).all()
    assert (expected.std(axis=1) > 0).all()  # a dead network proves nothing
    largest = np.abs(expected).max(axis=1, keepdims=True)
    # Nor does one that hardly sees the picture.
    difference = np.abs(expected[0] - expected[1]).max() / largest.max()
    assert difference > 0.01, difference
    np.testing.assert_allclose(got / largest, expected / largest, atol=1e-4)
