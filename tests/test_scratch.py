import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate2d

from cnn_course import scratch
from cnn_course.scratch import (
    conv2d,
    conv2d_backward,
    convolve_one,
    pool2d,
    pool2d_backward,
)

EXACT = {"rtol": 1e-10, "atol": 1e-10}  # float64 against TensorFlow's


def draw(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


@st.composite
def convolutions(draw_from):
    """Shapes and options, even kernels and strides past the kernel too."""
    kernel = [draw_from(st.integers(1, 5)) for _ in range(2)]
    padding = draw_from(st.sampled_from(["valid", "same", 0, 1, 2]))
    least = [1 if padding == "same" else k for k in kernel]
    sides = [draw_from(st.integers(k, k + 7)) for k in least]
    return {
        "x": (
            draw_from(st.integers(1, 3)),
            *sides,
            draw_from(st.integers(1, 4)),
        ),
        "kernel": kernel,
        "out": draw_from(st.integers(1, 4)),
        "strides": draw_from(st.integers(1, 6)),
        "padding": padding,
        "seed": draw_from(st.integers(0, 999)),
    }


def arrays(case):
    x = draw(case["seed"], *case["x"])
    kernel = draw(case["seed"] + 1, *case["kernel"], x.shape[3], case["out"])
    bias = draw(case["seed"] + 2, case["out"])
    return x, kernel, bias, {key: case[key] for key in ("strides", "padding")}


def tf_conv(x, kernel, bias, strides, padding):
    if isinstance(padding, int):
        sides = [[padding, padding]] * 2
        x = tf.pad(x, [[0, 0], *sides, [0, 0]])
        padding = "valid"
    return tf.nn.conv2d(x, kernel, strides, padding.upper()) + bias


@settings(max_examples=60, deadline=None)
@given(convolutions())
def test_conv2d_equals_tensorflow(case):
    x, kernel, bias, options = arrays(case)
    expected = tf_conv(x, kernel, bias, **options)
    np.testing.assert_allclose(
        conv2d(x, kernel, bias, **options), expected, **EXACT
    )


@settings(max_examples=60, deadline=None)
@given(convolutions())
def test_conv2d_backward_equals_tensorflow(case):
    x, kernel, bias, options = arrays(case)
    inputs = [tf.constant(array) for array in (x, kernel, bias)]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        y = tf_conv(*inputs, **options)
        dy = draw(case["seed"] + 3, *y.shape)
        loss = tf.reduce_sum(y * dy)
    ours = conv2d_backward(dy, x, kernel, **options)
    for got, expected in zip(ours, tape.gradient(loss, inputs), strict=True):
        np.testing.assert_allclose(got, expected, **EXACT)


def test_conv2d_equals_scipy():
    image, kernel = draw(0, 9, 7), draw(1, 4, 3)
    expected = correlate2d(image, kernel, mode="valid")
    np.testing.assert_allclose(convolve_one(image, kernel), expected, **EXACT)
    np.testing.assert_allclose(
        convolve_one(image, kernel, strides=2, padding=1),
        correlate2d(np.pad(image, 1), kernel, mode="valid")[::2, ::2],
        **EXACT,
    )


def test_conv2d_is_linear_and_works_on_each_picture_alone():
    x, z, kernel = draw(0, 3, 6, 5, 2), draw(1, 3, 6, 5, 2), draw(2, 3, 3, 2, 4)
    together = conv2d(x, kernel, padding="same")
    np.testing.assert_allclose(
        conv2d(x[1:2], kernel, padding="same"), together[1:2], **EXACT
    )
    np.testing.assert_allclose(
        conv2d(2 * x - z, kernel, padding="same"),
        2 * together - conv2d(z, kernel, padding="same"),
        **EXACT,
    )


@pytest.mark.parametrize("filters", [1, 5, 40])
def test_a_batch_larger_than_the_cache_equals_tensorflow(filters):
    x, kernel = draw(0, 5, 96, 90, 8), draw(1, 3, 3, 8, filters)
    assert x[:1].nbytes > scratch._CACHE_BYTES / 2  # several groups
    np.testing.assert_allclose(
        conv2d(x, kernel, padding="same"),
        tf.nn.conv2d(x, kernel, 1, "SAME"),
        **EXACT,
    )
    # A constant: TensorFlow's pooling turns a NumPy array into float32.
    pooled = tf.nn.max_pool2d(tf.constant(x), 3, 2, "VALID")
    np.testing.assert_allclose(pool2d(x, 3, strides=2), pooled, **EXACT)


@pytest.mark.parametrize("strides", [1, 2])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_only_windows_with_a_bad_pixel_are_bad(bad, strides):
    kernel = 1 + draw(0, 5, 5, 1, 2) ** 2  # no 0, which times inf is NaN
    spoilt = np.zeros((1, 15, 15, 1))
    spoilt[0, 7, 7] = bad
    y = conv2d(spoilt, kernel, strides=strides)
    expected = [
        not np.isfinite(spoilt[0, i : i + 5, j : j + 5]).all()
        for i in range(0, 11, strides)
        for j in range(0, 11, strides)
    ]
    np.testing.assert_array_equal(~np.isfinite(y[0, ..., 0].ravel()), expected)

    dy = np.zeros_like(y)
    dy[0, 2, 2] = bad
    dx, _, _ = conv2d_backward(
        dy, draw(1, 1, 15, 15, 1), kernel, strides=strides
    )
    expected = np.zeros((15, 15), bool)
    first = 2 * strides
    expected[first : first + 5, first : first + 5] = True
    np.testing.assert_array_equal(~np.isfinite(dx[0, ..., 0]), expected)


def test_infinity_times_zero_is_nan_without_a_warning():
    row, kernel = np.array([[1, 2, np.inf, 3]]), np.array([[1, 0]])
    np.testing.assert_array_equal(
        convolve_one(row, kernel), [[1, np.nan, np.inf]]
    )
    dx, dkernel, dbias = conv2d_backward(
        row[None, :, :, None],
        np.ones((1, 1, 5, 1)),
        kernel[..., None, None],
    )
    np.testing.assert_array_equal(dx.ravel(), [1, 2, np.inf, np.nan, 0])
    assert [*dkernel.ravel(), *dbias] == [np.inf] * 3


@st.composite
def poolings(draw_from):
    pool_size = draw_from(st.integers(1, 4))
    sides = [draw_from(st.integers(pool_size, 9)) for _ in range(2)]
    return {
        "x": (
            draw_from(st.integers(1, 3)),
            *sides,
            draw_from(st.integers(1, 3)),
        ),
        "pool_size": pool_size,
        "strides": draw_from(st.integers(1, 5) | st.none()),
        "seed": draw_from(st.integers(0, 999)),
    }


def tf_pool(x, pool_size, strides, mode):
    strides = strides or pool_size
    if mode == "min":
        return -tf.nn.max_pool2d(-x, pool_size, strides, "VALID")
    pool = tf.nn.max_pool2d if mode == "max" else tf.nn.avg_pool2d
    return pool(x, pool_size, strides, "VALID")


@pytest.mark.parametrize("mode", ["max", "average", "min"])
@settings(max_examples=40, deadline=None)
@given(case=poolings(), ties=st.booleans())
def test_pool2d_and_backward_equal_tensorflow(mode, case, ties):
    x = draw(case["seed"], *case["x"])
    if ties:  # equal values in a window: the first in reading order wins
        x = np.round(x)
    options = {key: case[key] for key in ("pool_size", "strides")}
    inputs = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        y = tf_pool(inputs, mode=mode, **options)
        dy = draw(case["seed"] + 1, *y.shape)
        loss = tf.reduce_sum(y * dy)
    np.testing.assert_allclose(pool2d(x, mode=mode, **options), y, **EXACT)
    np.testing.assert_allclose(
        pool2d_backward(dy, x, mode=mode, **options),
        tape.gradient(loss, inputs),
        **EXACT,
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_float_types_are_kept(dtype):
    x, kernel = draw(0, 1, 5, 5, 2).astype(dtype), draw(1, 3, 3, 2, 3)
    y = conv2d(x, kernel, np.ones(3))
    results = [y, *conv2d_backward(y, x, kernel), pool2d(x, mode="average")]
    assert {result.dtype for result in results} == {np.dtype(dtype)}


def test_integers_are_computed_as_floats():
    x = np.arange(16, dtype=np.uint8).reshape(1, 4, 4, 1) * 16
    kernel = np.array([[1, -1]])[..., None, None]
    np.testing.assert_array_equal(conv2d(x, kernel), -16.0)
    assert pool2d(x, 2, mode="average")[0, 0, 0, 0] == (0 + 16 + 64 + 80) / 4


def test_inputs_are_left_alone():
    x, kernel = draw(0, 1, 6, 6, 1), draw(1, 3, 3, 1, 1)
    before = x.copy(), kernel.copy()
    y = conv2d(x, kernel, padding="same")
    conv2d_backward(y, x, kernel, padding="same")
    for mode in ("max", "average", "min"):
        pool2d_backward(pool2d(x, mode=mode), x, mode=mode)
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(kernel, before[1])


X, K = np.ones((2, 6, 5, 3)), np.ones((3, 3, 3, 4))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: conv2d(X[0], K), r"x must be \(batch.* got shape \(6, 5, 3\)"),
        (lambda: conv2d(X[:0], K), "none of them 0"),
        (lambda: conv2d(X, K[..., 0]), r"kernel must be .*\(3, 3, 3\)"),
        (lambda: conv2d(X, K[:, :, :2]), "kernel has 2 and x has 3"),
        (lambda: conv2d(X, K, np.ones(3)), r"bias must have shape \(4,\)"),
        (lambda: conv2d(X, np.ones((7, 3, 3, 1))), "kernel must fit"),
        (lambda: conv2d(X, K, strides=0), "strides must be an int >= 1"),
        (lambda: conv2d(X, K, strides=0.5), r"strides must be .* got 0\.5"),
        (lambda: conv2d(X, K, strides=(2, 2)), r"got \(2, 2\)"),
        (lambda: conv2d(X, K, padding="full"), "padding must be"),
        (lambda: conv2d(X, K, padding=-1), "padding must be an int >= 0"),
        (
            lambda: conv2d_backward(X, X, K),
            r"dy must have shape \(2, 4, 3, 4\)",
        ),
        (lambda: pool2d(X[0]), "x must be"),
        (lambda: pool2d(X, 7), "pool_size must be at most .* got 7 for 6x5"),
        (lambda: pool2d(X, 0), "pool_size must be an int >= 1; got 0"),
        (lambda: pool2d(X, strides=0), "strides must be an int >= 1"),
        (lambda: pool2d(X, mode="median"), "mode must be .* got 'median'"),
        (lambda: pool2d_backward(X, X), r"dy must have shape \(2, 3, 2, 3\)"),
        (lambda: pool2d_backward(X, X, mode="sum"), "mode must be"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
