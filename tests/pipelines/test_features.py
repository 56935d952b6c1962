import random

import keras
import numpy as np
import pytest
from keras import layers
from picture_files import labels_of

from cnn_course.pipelines import (
    load_features,
    save_features,
    train_val_from_directory,
)


def base(seed=0, filters=3):
    keras.utils.set_random_seed(seed)
    x = keras.Input((9, 7, 3))
    y = layers.BatchNormalization()(layers.Conv2D(filters, 3)(x))
    return keras.Model(x, layers.GlobalAveragePooling2D()(y))


def shift_the_mean(model):
    model.layers[2].moving_mean.assign(np.ones(3))
    return model


def by_row(features, labels):
    order = np.lexsort(features.T)
    return features[order], labels[order]


def test_features_are_those_of_the_model(folder, tmp_path):
    train, _ = train_val_from_directory(folder, image_size=(9, 7), batch_size=5)
    model, path = base(), tmp_path / "features.npz"
    saved = save_features(model, train, path)
    expected = by_row(
        model.predict(train.map(lambda x, _: x), verbose=0), saved[1]
    )
    np.testing.assert_allclose(by_row(*saved)[0], expected[0], atol=1e-3)
    loaded = load_features(model, train, path)
    np.testing.assert_array_equal(loaded.features, saved.features)
    np.testing.assert_array_equal(loaded.labels, saved.labels)
    assert sorted(loaded.labels) == sorted(labels_of(train))


def test_features_and_labels_stay_together(tmp_path):
    pictures = np.random.default_rng(0).normal(size=(70, 9, 7, 3))
    labels = np.arange(70)
    model = base()
    saved = save_features(model, (pictures, labels), tmp_path / "f.npz")
    np.testing.assert_allclose(saved.features, model(pictures), atol=1e-5)
    np.testing.assert_array_equal(saved.labels, labels)


def test_a_missing_folder_is_noticed_before_the_model_runs(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"Make '.*nowhere' first"):
        save_features(None, None, tmp_path / "nowhere" / "f.npz")


def test_no_pictures_no_features(tmp_path):
    data = (np.ones((0, 9, 7, 3)), np.arange(0))
    with pytest.raises(ValueError, match="at least one picture; got none"):
        save_features(base(), data, tmp_path / "f.npz")


def test_the_same_model_built_anew_is_the_same(tmp_path):
    data = (np.ones((3, 9, 7, 3), "float32"), np.arange(3))
    save_features(base(), data, tmp_path / "f.npz")
    again = base()  # Keras has numbered its layers on
    again.trainable = False
    reversed_data = tuple(array[::-1] for array in data)
    load_features(again, reversed_data, tmp_path / "f.npz")


@pytest.mark.parametrize(
    "other",
    [
        lambda model: base(seed=1),
        lambda model: base(filters=4),
        shift_the_mean,
        lambda model: keras.Sequential([*model.layers, layers.ReLU()]),
    ],
)
def test_another_model_is_refused(tmp_path, other):
    data = (np.ones((3, 9, 7, 3)), np.arange(3))
    model = base()
    save_features(model, data, tmp_path / "f.npz")
    with pytest.raises(ValueError, match="stale: it was made by a model"):
        load_features(other(model), data, tmp_path / "f.npz")


@pytest.mark.parametrize("change", ["pixel", "label", "fewer", "more", "swap"])
def test_other_pictures_are_refused(tmp_path, change):
    pictures = np.random.default_rng(0).normal(size=(6, 9, 7, 3))
    labels = np.arange(6)
    save_features(base(), (pictures, labels), tmp_path / "f.npz")
    pictures, labels = pictures.copy(), labels.copy()
    if change == "pixel":
        pictures[3, 2, 2, 1] += 1e-6
    elif change == "label":
        labels[3] = 9
    elif change == "fewer":
        pictures, labels = pictures[:5], labels[:5]
    elif change == "more":
        pictures = np.concatenate([pictures, pictures[:1]])
        labels = np.append(labels, 0)
    else:
        labels[[0, 1]] = labels[[1, 0]]
    with pytest.raises(
        ValueError, match="stale: it was made of other pictures"
    ):
        load_features(base(), (pictures, labels), tmp_path / "f.npz")


def test_missing_or_foreign_file(tmp_path):
    data = (np.ones((3, 9, 7, 3)), np.arange(3))
    path = tmp_path / "f.npz"
    with pytest.raises(FileNotFoundError, match="Make it again"):
        load_features(base(), data, path)
    path.write_bytes(random.Random(0).randbytes(100))
    with pytest.raises(ValueError, match="not a file of saved features"):
        load_features(base(), data, path)


def test_an_interrupted_save_leaves_nothing(tmp_path, monkeypatch):
    data = (np.ones((3, 9, 7, 3)), np.arange(3))
    path = tmp_path / "f.npz"
    before = save_features(base(), data, path)
    monkeypatch.setattr(np, "savez", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save_features(base(seed=2), data, path)
    after = load_features(base(), data, path)
    np.testing.assert_array_equal(after.features, before.features)
