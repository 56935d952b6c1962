import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import cnn_course.console.quiet
from cnn_course.applications import explain
from cnn_course.applications.explain import grad_cam, occlusion_map

SHAPE = (12, 10, 2)


def lower():
    return [
        layers.Conv2D(4, 3, activation="relu", name="first"),
        layers.BatchNormalization(name="bn"),
        layers.Conv2D(5, 3, strides=2, activation="tanh", name="second"),
    ]


def upper(top):
    return [
        layers.Flatten(name="flat"),
        layers.Dense(6, activation="relu", name="dense"),
        *top,
    ]


TOPS = {
    "softmax": lambda: [layers.Dense(3, activation="softmax", name="top")],
    "softmax layer": lambda: [
        layers.Dense(3, name="scores"),
        layers.Softmax(name="top"),
    ],
    "activation layer": lambda: [
        layers.Dense(3, name="scores"),
        layers.Activation("softmax", name="top"),
    ],
    "linear": lambda: [layers.Dense(3, name="top")],
}


def build(kind, top="softmax"):
    keras.utils.set_random_seed(1)
    parts = lower(), upper(TOPS[top]())
    if kind == "sequential":
        return keras.Sequential([keras.Input(SHAPE), *parts[0], *parts[1]])
    inputs = x = keras.Input(SHAPE)
    if kind == "nested":
        base = keras.Sequential([keras.Input(SHAPE), *parts[0]], name="base")
        head = keras.Sequential(parts[1], name="head")
        return keras.Model(inputs, head(base(x)))
    for layer in (*parts[0], *parts[1]):
        x = layer(x)
    return keras.Model(inputs, x)


def pictures(n=3):
    return np.random.default_rng(0).normal(size=(n, *SHAPE)).astype("float32")


def directly(images, classes, layer, top):
    """Grad-CAM by the paper, on a model cut in two by hand."""
    model = build("sequential", top)
    names = [part.name for part in model.layers]
    cut = names.index(layer) + 1
    maps = tf.constant(images)
    for part in model.layers[:cut]:
        maps = part(maps)
    with tf.GradientTape() as tape:
        tape.watch(maps)
        x = maps
        for part in model.layers[cut:]:
            if part.name != "top":
                x = part(x)
            elif top in ("softmax", "linear"):
                x = x @ part.kernel + part.bias
        score = tf.stack([x[i, k] for i, k in enumerate(classes)])
    gradient = tape.gradient(score, maps).numpy()
    weights = gradient.mean(axis=(1, 2))
    heat = np.einsum("nhwc,nc->nhw", maps.numpy(), weights).clip(0)
    return tf.image.resize(heat[..., None], SHAPE[:2])[..., 0]


@pytest.mark.parametrize("top", TOPS)
@pytest.mark.parametrize("layer", ["first", "bn", "second"])
@pytest.mark.parametrize("kind", ["functional", "sequential", "nested"])
def test_grad_cam_is_the_papers(kind, layer, top):
    model, images, classes = build(kind, top), pictures(), [2, 0, 1]
    expected = directly(images, classes, layer, top)
    assert np.max(expected) > 0
    found = grad_cam(model, images, layer=layer, classes=classes)
    assert found.shape == (3, *SHAPE[:2])
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("kind", ["functional", "sequential", "nested"])
def test_by_default_the_last_maps_and_the_best_class(kind):
    model, images = build(kind), pictures()
    before = np.array(model(images))
    found = grad_cam(model, images)
    best = before.argmax(axis=1)
    same = grad_cam(model, images, layer="second", classes=best)
    np.testing.assert_array_equal(found, same)
    # The model is as it was, and can be saved.
    np.testing.assert_array_equal(model(images), before)
    assert type(model).from_config(model.get_config()).built


def test_a_layer_itself():
    model, images = build("nested"), pictures()
    layer = model.get_layer("base").get_layer("first")
    np.testing.assert_array_equal(
        grad_cam(model, images, layer=layer),
        grad_cam(model, images, layer="first"),
    )
    assert "call" not in vars(layer)


def test_a_model_within_is_a_layer():
    model, images = build("nested"), pictures()
    np.testing.assert_array_equal(
        grad_cam(model, images, layer=model.get_layer("base")),
        grad_cam(model, images),
    )


def test_a_layer_of_another_model():
    layer = build("functional").get_layer("first")
    with pytest.raises(ValueError, match="got 'first' of another model"):
        grad_cam(build("functional"), pictures(), layer=layer)


@pytest.mark.parametrize("kind", ["functional", "sequential", "nested"])
@pytest.mark.parametrize(
    ("layer", "words"),
    [
        ("flat", r"'flat' has no maps: its output is \(None, 60\)"),
        ("dense", "Take an earlier layer"),
        ("third", "No layer is called 'third'; there are .*first, bn, second"),
    ],
)
def test_layers_without_maps(kind, layer, words):
    with pytest.raises(ValueError, match=words):
        grad_cam(build(kind), pictures(), layer=layer)


def test_models_without_maps():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    with pytest.raises(ValueError, match="no layer with maps"):
        grad_cam(model, np.zeros((1, 3)))


class Sum(keras.Model):
    """Scores: the pictures' sums over the left and the right half."""

    def __call__(self, x, training):
        assert training is False
        x = np.asarray(x)
        return np.stack(
            [x[:, :, :3].sum(axis=(1, 2, 3)), x[:, :, 3:].sum(axis=(1, 2, 3))],
            axis=1,
        )


@pytest.mark.parametrize("stride", [1, 2])
def test_occlusion_counts_what_is_covered(stride):
    image = np.random.default_rng(0).random((5, 6, 2))
    drops = occlusion_map(Sum(), image, size=2, stride=stride, fill=0, label=0)
    rows, columns = range(0, 4, stride), range(0, 5, stride)
    expected = [
        [image[r : r + 2, c : min(c + 2, 3)].sum() for c in columns]
        for r in rows
    ]
    np.testing.assert_allclose(drops, expected, atol=1e-12)


@pytest.mark.parametrize("pixels", [1, 90, 10_000])
def test_occlusion_in_small_batches(monkeypatch, pixels):
    image = np.random.default_rng(0).random((5, 6, 2))
    expected = occlusion_map(Sum(), image, size=2)
    monkeypatch.setattr(explain, "_PIXELS_AT_ONCE", pixels)
    np.testing.assert_allclose(occlusion_map(Sum(), image, size=2), expected)


def test_occlusion_fills_with_the_mean_and_takes_the_best_class():
    image = np.zeros((4, 6, 1))
    image[1, 5] = 24
    drops = occlusion_map(Sum(), image, size=1)
    assert drops[1, 5] == pytest.approx(24 - 1)
    assert drops[0, 5] == pytest.approx(-1)
    assert drops[0, 0] == pytest.approx(0)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"size": 5}, "at most the picture's sides, 4×6; got 5"),
        ({"size": 0}, "size"),
        ({"stride": 0.5}, "stride"),
    ],
)
def test_bad_squares(changed, words):
    with pytest.raises(ValueError, match=words):
        occlusion_map(Sum(), np.zeros((4, 6, 1)), **{"size": 2} | changed)


def one_and_two(squash=True):
    """The same classifier, with one number and with two."""
    keras.utils.set_random_seed(2)
    inputs = keras.Input(SHAPE)
    x = inputs
    for layer in lower():
        x = layer(x)
    x = layers.Flatten()(x)
    single = layers.Dense(1, activation="sigmoid" if squash else None)
    pair = layers.Dense(2, activation="softmax")
    one, two = keras.Model(inputs, single(x)), keras.Model(inputs, pair(x))
    kernel, bias = np.array(single.kernel), np.array([0.1], "float32")
    single.bias.assign(bias)
    pair.set_weights(
        [np.hstack([-kernel / 2, kernel / 2]), np.hstack([-bias, bias]) / 2]
    )
    return one, two


@pytest.mark.parametrize("squash", [True, False])
def test_a_single_number_explains_both_classes(squash):
    """It explained class 1 where class 0 was right, or nothing at all."""
    one, two = one_and_two(squash)
    images = pictures(20)
    best = np.asarray(two(images)).argmax(axis=1)
    assert 0 < best.mean() < 1
    for options in ({}, {"classes": best}, {"classes": 1 - best}):
        found, expected = (
            grad_cam(model, images, **options) for model in (one, two)
        )
        assert expected.max() > 0
        np.testing.assert_allclose(found, 2 * expected, rtol=1e-3, atol=1e-7)


def test_occlusion_of_a_single_number():
    one, two = one_and_two()
    for image in pictures(4):
        for options in ({}, {"label": 0}, {"label": 1}):
            found, expected = (
                occlusion_map(model, image, size=4, stride=3, **options)
                for model in (one, two)
            )
            np.testing.assert_allclose(found, expected, atol=1e-5)
    one, _ = one_and_two(squash=False)
    for_0, for_1 = (
        occlusion_map(one, pictures()[0], size=4, label=k) for k in (0, 1)
    )
    np.testing.assert_allclose(for_0, -for_1)


EXPLAIN = {
    "grad_cam": lambda model, **options: grad_cam(model, pictures(), **options),
    "occlusion": lambda model, **options: occlusion_map(
        model, pictures()[0], size=4, **options
    ),
}


@pytest.mark.parametrize("explain", EXPLAIN.values(), ids=EXPLAIN)
def test_what_is_no_row_of_scores_is_refused(explain):
    model = build("functional")
    heads = [model.output, layers.Dense(2, name="odd")(model.output)]
    with pytest.raises(ValueError, match=r"one output; got 2, of \(\d, 3\), "):
        explain(keras.Model(model.input, heads))
    maps = keras.Sequential([keras.Input(SHAPE), layers.Conv2D(3, 3)])
    said = r"a row of scores .*\(\d, 10, 8, 3\).*GlobalAveragePooling2D"
    with pytest.raises(ValueError, match=said):
        explain(maps)


@pytest.mark.parametrize("wrong", [3, -1, 0.5])
def test_classes_that_are_none(wrong):
    model = build("functional")
    with pytest.raises(ValueError, match="classes must be ints from 0 to 2"):
        grad_cam(model, pictures(), classes=[0, 1, wrong])
    with pytest.raises(ValueError, match="label must be ints from 0 to 2"):
        occlusion_map(model, pictures()[0], size=4, label=wrong)
