"""Compare a network with Keras's own from the same random weights."""

import numpy as np


def randomise(model, seed=0):
    """Give every weight a random value that keeps activations in range."""
    rng = np.random.default_rng(seed)
    for variable in model.variables:
        shape, name = tuple(variable.shape), variable.path.split("/")[-1]
        if "variance" in name or name == "gamma":
            value = rng.uniform(0.5, 1.5, shape)
        elif "kernel" in name:
            fan_in = np.prod(shape[:2] if "depthwise" in name else shape[:-1])
            value = rng.normal(size=shape) * np.sqrt(2 / fan_in)
        elif np.issubdtype(variable.dtype, np.floating):
            value = rng.normal(size=shape) * 0.1
        else:
            continue  # Normalization counts pictures, dropout has a seed
        variable.assign(value)


def assert_same_network(ours, theirs, seed=0):
    """Same weight list; from the same random weights, the same outputs.

    Pictures are noise from 0 to 255; the error is relative to the largest
    output of each picture.
    """
    assert ours.output_shape == theirs.output_shape
    assert [w.shape for w in ours.get_weights()] == [
        w.shape for w in theirs.get_weights()
    ]
    randomise(theirs, seed)
    ours.set_weights(theirs.get_weights())
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, 255, (2, *ours.input_shape[1:])).astype("float32")
    expected = np.asarray(theirs(x)).reshape(2, -1)
    got = np.asarray(ours(x)).reshape(2, -1)
    assert np.isfinite(expected).all()
    assert (expected.std(axis=1) > 0).all()  # a dead network proves nothing
    largest = np.abs(expected).max(axis=1, keepdims=True)
    np.testing.assert_allclose(got / largest, expected / largest, atol=1e-4)
