import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from cnn_course.detection.sliding import (
    crops,
    pyramid,
    to_convolutions,
    window_boxes,
    window_stride,
)


def network_of_the_notes(activation="softmax"):
    """14×14×3: 16 filters 5×5, pool, two dense layers of 400, 4 classes."""
    return keras.Sequential(
        [
            keras.Input((14, 14, 3)),
            layers.Conv2D(16, 5, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(400, activation="relu"),
            layers.Dense(400, activation="relu"),
            layers.Dense(4, activation=activation),
        ]
    )


@given(
    height=st.integers(3, 9),
    width=st.integers(3, 9),
    size=st.integers(1, 3),
    stride=st.integers(1, 4),
)
def test_crops_are_the_windows(height, width, size, stride):
    shape = (2, height, width, 2)
    pictures = np.random.default_rng(0).normal(size=shape)
    found = crops(pictures, size, stride)
    rows = range(0, height - size + 1, stride)
    columns = range(0, width - size + 1, stride)
    assert found.shape == (2, len(rows), len(columns), size, size, 2)
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            window = pictures[:, row : row + size, column : column + size]
            np.testing.assert_array_equal(found[:, i, j], window)


def test_picture_smaller_than_the_window():
    with pytest.raises(ValueError, match="14 pixels a side; got 20×13"):
        crops(np.zeros((1, 20, 13, 3)), 14, 2)


@pytest.mark.parametrize(("size", "stride"), [(0, 1), (2, 0), (2, -1)])
def test_window_and_stride_must_be_positive(size, stride):
    with pytest.raises(ValueError, match="must be an int >= 1; got"):
        crops(np.zeros((1, 4, 4, 1)), size, stride)


@pytest.mark.parametrize(
    ("side", "windows"), [(14, 1), (16, 2), (28, 8), (64, 26)]
)
def test_windows_of_the_notes(side, windows):
    model = network_of_the_notes()
    sliding = to_convolutions(model)
    assert window_stride(model) == 2
    made = sliding(np.zeros((1, side, side, 3), "float32"))
    assert made.shape == (1, windows, windows, 4)
    assert sliding.count_params() == model.count_params()


@pytest.mark.parametrize("shape", [(17, 23), (14, 31), (33, 18)])
@pytest.mark.parametrize("activation", ["softmax", None])
def test_same_as_crop_by_crop(shape, activation):
    keras.utils.set_random_seed(0)
    model = network_of_the_notes(activation)
    pictures = np.random.default_rng(0).normal(size=(2, *shape, 3))
    pictures = pictures.astype("float32")
    sliding = np.asarray(to_convolutions(model)(pictures))
    windows = crops(pictures, 14, window_stride(model))
    one_by_one = np.asarray(model(windows.reshape(-1, 14, 14, 3)))
    assert one_by_one.std() > 0.001
    np.testing.assert_allclose(
        sliding, one_by_one.reshape(sliding.shape), atol=1e-5
    )


@settings(max_examples=15, deadline=None)
@given(
    kernel=st.integers(1, 3),
    strides=st.integers(1, 2),
    pool=st.sampled_from(["max", "average", "none"]),
    hidden=st.booleans(),
    extra=st.integers(0, 5),
)
def test_any_chain(kernel, strides, pool, hidden, extra):
    pooling = {"max": layers.MaxPooling2D, "average": layers.AveragePooling2D}
    parts = [keras.Input((9, 9, 2)), layers.Conv2D(3, kernel, strides)]
    parts += [layers.BatchNormalization(), layers.ReLU()]
    parts += [pooling[pool](2)] if pool in pooling else []
    parts += [layers.Flatten(), layers.Dropout(0.5)]
    parts += [layers.Dense(5, activation="tanh")] if hidden else []
    model = keras.Sequential([*parts, layers.Dense(2, use_bias=False)])
    pictures = np.random.default_rng(1).normal(size=(1, 9 + extra, 11, 2))
    sliding = np.asarray(to_convolutions(model)(pictures))
    windows = crops(pictures, 9, window_stride(model))
    # Where strides leave pixels of a window unseen, one more may fit in.
    rows, columns = np.minimum(sliding.shape[1:3], windows.shape[1:3])
    assert min(rows, columns) >= 1
    sliding = sliding[:, :rows, :columns]
    windows = windows[:, :rows, :columns]
    expected = np.asarray(model(windows.reshape(-1, 9, 9, 2)))
    np.testing.assert_allclose(
        sliding, expected.reshape(sliding.shape), atol=1e-5
    )


def test_functional_model_too():
    inputs = keras.Input((8, 8, 1))
    x = layers.Flatten()(layers.Conv2D(2, 3, name="first")(inputs))
    model = keras.Model(inputs, layers.Dense(3)(x))
    assert to_convolutions(model)(np.zeros((1, 9, 10, 1))).shape == (1, 2, 3, 3)


def test_weights_are_copies():
    model = network_of_the_notes()
    sliding = to_convolutions(model)
    before = [w.copy() for w in model.get_weights()]
    sliding.set_weights([0 * w for w in sliding.get_weights()])
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def refused(*parts):
    inputs = keras.Input((8, 8, 1))
    x = inputs
    for part in parts:
        x = part(x)
    return keras.Model(inputs, x)


def test_padding_is_refused():
    model = refused(
        layers.Conv2D(2, 3, padding="same", name="edge"),
        layers.Flatten(),
        layers.Dense(2),
    )
    with pytest.raises(ValueError, match=r"layer 'edge'.*padding=\"valid\""):
        to_convolutions(model)


def test_no_flatten():
    with pytest.raises(ValueError, match="it has no Flatten"):
        to_convolutions(refused(layers.GlobalAveragePooling2D()))


def test_other_layers_behind_flatten():
    model = refused(layers.Flatten(), layers.Reshape((8, 8), name="again"))
    with pytest.raises(ValueError, match="behind Flatten; got layer 'again'"):
        to_convolutions(model)


def test_branches_are_refused():
    inputs = keras.Input((8, 8, 1))
    x = layers.Add(name="sum")([layers.Conv2D(1, 1)(inputs), inputs])
    model = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(x)))
    with pytest.raises(ValueError, match=r"'sum'.*has several"):
        to_convolutions(model)


def test_two_heads_are_refused():
    inputs = keras.Input((8, 8, 1))
    x = layers.Dense(3)(layers.Flatten()(inputs))
    heads = [layers.Dense(2, name=name)(x) for name in ("what", "where")]
    with pytest.raises(ValueError, match=r"chain.*'where'.*or another"):
        to_convolutions(keras.Model(inputs, heads))
    with pytest.raises(ValueError, match=r"one output, .* 'what'.*; got 2"):
        to_convolutions(keras.Model(inputs, [x, heads[0]]))


def upside_down(x):
    return keras.ops.flip(x, axis=1)


SLIDING = {
    "depthwise": lambda: layers.DepthwiseConv2D(3),
    "separable": lambda: layers.SeparableConv2D(4, 3),
    "average": lambda: layers.AveragePooling2D(3, strides=1),
    "scale by channel": lambda: layers.Rescaling([2, -1], offset=[0.5, 3]),
    "normalise": lambda: layers.Normalization(mean=[1, 2], variance=[4, 5]),
    "activation": lambda: layers.Activation("gelu"),
    "leaky": lambda: layers.LeakyReLU(),
    "ELU": lambda: layers.ELU(),
    "softmax of channels": lambda: layers.Softmax(),
    "dropout": lambda: layers.SpatialDropout2D(0.5),
    "noise": lambda: layers.GaussianNoise(1.0),
}


@pytest.mark.parametrize("make", SLIDING.values(), ids=SLIDING)
def test_what_slides_equals_the_crops(make):
    keras.utils.set_random_seed(1)
    norm = layers.BatchNormalization()
    parts = [keras.Input((9, 9, 2)), make(), norm, layers.Flatten()]
    model = keras.Sequential([*parts, layers.Dense(3)])
    rng = np.random.default_rng(1)
    model.set_weights(
        [rng.uniform(0.5, 2, w.shape) for w in model.get_weights()]
    )
    pictures = rng.normal(size=(1, 11, 12, 2)).astype("float32")
    windows = crops(pictures, 9, window_stride(model))
    expected = np.asarray(model(windows.reshape(-1, 9, 9, 2)))
    sliding = np.asarray(to_convolutions(model)(pictures))
    np.testing.assert_allclose(
        sliding, expected.reshape(sliding.shape), rtol=1e-4, atol=1e-5
    )


STUCK = {
    "a model": lambda: keras.Sequential([layers.Conv2D(1, 3)], name="odd"),
    "pooled": lambda: layers.GlobalAveragePooling2D(keepdims=True, name="odd"),
    "resized": lambda: layers.Resizing(4, 4, name="odd"),
    "cut": lambda: layers.CenterCrop(4, 4, name="odd"),
    "cropped": lambda: layers.Cropping2D(1, name="odd"),
    "padded": lambda: layers.ZeroPadding2D(1, name="odd"),
    "groups": lambda: layers.GroupNormalization(1, name="odd"),
    "layer": lambda: layers.LayerNormalization(name="odd"),
    "unit": lambda: layers.UnitNormalization(axis=(1, 2), name="odd"),
    "softmax of places": lambda: layers.Softmax(axis=(1, 2), name="odd"),
    "rows": lambda: layers.BatchNormalization(axis=1, name="odd"),
    "turned": lambda: layers.Permute((2, 1, 3), name="odd"),
    "enlarged": lambda: layers.UpSampling2D(2, name="odd"),
    "transposed": lambda: layers.Conv2DTranspose(1, 3, name="odd"),
    "strides": lambda: layers.Conv2D(1, 3, strides=(2, 1), name="odd"),
    "slopes": lambda: layers.PReLU(name="odd"),
    "mask": lambda: layers.Rescaling(np.ones((8, 8, 1)), name="odd"),
    "own function": lambda: layers.Lambda(upside_down, name="odd"),
    "own activation": lambda: layers.Activation(upside_down, name="odd"),
    "in a convolution": lambda: layers.Conv2D(
        1, 3, activation=upside_down, name="odd"
    ),
}


@pytest.mark.parametrize("make", STUCK.values(), ids=STUCK)
def test_what_does_not_slide_is_refused(make):
    model = refused(make(), layers.Flatten(), layers.Dense(2))
    with pytest.raises(ValueError, match=r"at every place.* layer 'odd' \("):
        to_convolutions(model)


def test_an_activation_of_your_own_behind_flatten():
    dense = layers.Dense(2, activation=upside_down, name="odd")
    model = refused(layers.Flatten(), dense)
    with pytest.raises(ValueError, match=r"layer 'odd'.*of your own"):
        to_convolutions(model)


def test_strides_that_differ_have_no_window_stride():
    model = refused(layers.MaxPooling2D((2, 3), name="odd"))
    with pytest.raises(ValueError, match=r"'odd'.*same stride.*\(2, 3\)"):
        window_stride(model)


def test_window_boxes():
    scores = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
    boxes, flat = window_boxes(scores, size=14, stride=2)
    assert boxes.tolist()[:2] == [[0, 0, 14, 14], [2, 0, 16, 14]]
    assert boxes.tolist()[-1] == [4, 2, 18, 16]
    assert boxes.dtype == np.float32
    assert flat.tolist() == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]


def test_pyramid_ends_when_the_window_no_longer_fits():
    copies = pyramid(np.zeros((100, 60, 3), np.uint8), 25, factor=0.75)
    assert [copy.shape for copy, _ in copies] == [
        (100, 60, 3),
        (75, 45, 3),
        (56, 34, 3),
        (42, 25, 3),
    ]
    np.testing.assert_allclose(
        [scale for _, scale in copies], [1, 0.75, 0.75**2, 0.75**3]
    )


def test_pyramid_keeps_places():
    picture = np.zeros((80, 120), np.uint8)
    picture[24:40, 60:100] = 255
    copies = pyramid(picture, 20, largest=0.5, factor=0.5)
    assert len(copies) == 2
    for copy, scale in copies:
        rows, columns = np.nonzero(copy > 128)
        ends = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        np.testing.assert_allclose(np.divide(ends, scale), (60, 24, 100, 40))


def test_pyramid_of_a_small_picture_is_empty():
    assert pyramid(np.zeros((24, 90), np.uint8), 25) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"largest": 0}, "largest must be a number above 0; got 0"),
        ({"factor": 1}, "factor must be a number between 0 and 1; got 1"),
        ({"factor": 0}, "factor must be a number between 0 and 1; got 0"),
    ],
)
def test_pyramid_errors(options, said):
    with pytest.raises(ValueError, match=said):
        pyramid(np.zeros((30, 30), np.uint8), 25, **options)
