import os
import subprocess
import sys

import h5py
import keras
import numpy as np
import pytest
from keras.src.legacy.saving import legacy_h5_format
from keras.src.utils import file_utils
from nets.compare import randomise
from official_weights import link_weights, needs_weights

from cnn_course import nets
from cnn_course.pretrained import load_imagenet_weights
from cnn_course.pretrained.lite import LITES
from cnn_course.pretrained.official import _OFFICIAL


@pytest.fixture
def a_cache_with(monkeypatch, tmp_path):
    """Let Keras find a model's weights as the official ones."""

    def put(model):
        randomise(model)
        path = tmp_path / "weights.h5"
        with h5py.File(path, "w") as file:
            legacy_h5_format.save_weights_to_hdf5_group(file, model)
        monkeypatch.setattr(
            file_utils, "get_file", lambda *args, **kwargs: str(path)
        )

    return put


@pytest.mark.parametrize(
    ("ours", "theirs", "options"),
    [
        ("mobilenet_v1", "MobileNet", {"alpha": 0.25}),
        ("mobilenet_v3_small", "MobileNetV3Small", {}),
        ("densenet121", "DenseNet121", {}),
        ("efficientnet_b0", "EfficientNetB0", {}),
    ],
)
@pytest.mark.parametrize("include_top", [True, False])
def test_model_gets_the_weights_keras_has(
    ours, theirs, options, include_top, a_cache_with, monkeypatch
):
    build, built = getattr(keras.applications, theirs), {}
    shape = {"input_shape": (224, 224, 3), "include_top": include_top}
    kept = build(weights=None, **shape, **options)
    a_cache_with(kept)
    width = {"width_multiplier": options["alpha"]} if options else {}
    model = getattr(nets, ours)(**shape, **width)

    def build_and_keep(**given):
        built[given["weights"]] = build(**given)
        return built[given["weights"]]

    monkeypatch.setattr(keras.applications, theirs, build_and_keep)
    assert load_imagenet_weights(model) is model
    official = built["imagenet"]  # untouched, as Keras alone loads it:
    assert official.output_shape[-1] == kept.output_shape[-1]
    for loaded, put in zip(official.weights, kept.weights, strict=True):
        np.testing.assert_array_equal(loaded, put)
    x = np.random.default_rng(1).uniform(0, 255, (1, 224, 224, 3))
    expected = np.asarray(official(x))
    largest = np.abs(expected).max()
    assert expected.std() > 0
    np.testing.assert_allclose(
        np.asarray(model(x)) / largest, expected / largest, atol=1e-4
    )


def test_every_network_of_keras_is_known():
    without = {"alexnet", "googlenet", "inception_v4", "lenet5"}
    without |= {"efficientnet_lite3", "efficientnet_lite4", "hed"}
    without |= {"resnet18", "resnet34", "unet"}
    assert {*_OFFICIAL, *LITES} == set(nets.__all__) - without
    for name in _OFFICIAL.values():
        assert callable(getattr(keras.applications, name))


def test_no_network_and_no_cache(monkeypatch):
    def fail(*args, **kwargs):
        raise Exception("URL fetch failure on here: None -- no network")

    monkeypatch.setattr(file_utils, "get_file", fail)
    with pytest.raises(ConnectionError, match="set KERAS_HOME"):
        load_imagenet_weights(nets.mobilenet_v1(include_top=False))


@pytest.mark.parametrize("name", ["alexnet", "resnet18", "googlenet"])
def test_no_official_weights(name):
    build = getattr(nets, name)
    with pytest.raises(ValueError, match=r"densenet121, .*, vgg16, vgg19; got"):
        load_imagenet_weights(build(include_top=False))


def test_another_form_of_the_network(a_cache_with):
    a_cache_with(
        keras.applications.ResNet50(
            weights=None, include_top=False, input_shape=(64, 64, 3)
        )
    )
    cifar = nets.resnet50((64, 64, 3), stem="cifar", include_top=False)
    with pytest.raises(ValueError, match="official weights fit resnet50 as"):
        load_imagenet_weights(cifar)


@pytest.mark.parametrize(
    "options",
    [{"classes": 10}, {"input_shape": (64, 64, 1), "include_top": False}],
)
def test_what_cannot_fit_is_not_downloaded(options, monkeypatch):
    monkeypatch.setattr(file_utils, "get_file", None)  # never called
    with pytest.raises(ValueError, match="fit mobilenet_v1 as it was trained"):
        load_imagenet_weights(nets.mobilenet_v1(**options))


@needs_weights
@pytest.mark.parametrize("width", [1.0, 0.35])
def test_official_features_of_two_photographs(width, tmp_path):
    link_weights(tmp_path)
    code = f"""
import keras, numpy as np
from cnn_course import datasets, nets
from cnn_course.pretrained import load_imagenet_weights
theirs = keras.applications.MobileNetV2(
    (224, 224, 3), alpha={width}, include_top=False, weights="imagenet")
ours = nets.mobilenet_v2(
    (224, 224, 3), width_multiplier={width}, include_top=False)
load_imagenet_weights(ours)
for name in ("cat", "coffee"):
    photo = datasets.photo(name)[None] / 127.5 - 1
    x = keras.ops.image.resize(photo, (224, 224))
    expected, got = np.asarray(theirs(x)), np.asarray(ours(x))
    assert expected.max() > 1
    np.testing.assert_allclose(got, expected, atol=1e-4)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "KERAS_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
