import random
import tempfile
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers
from PIL import Image

from cnn_course import pipelines
from cnn_course.pipelines import (
    broken,
    broken_pictures,
    load_features,
    save_features,
    train_val_from_directory,
)


def write_picture(path, seed=0, size=(9, 7), mode="RGB"):
    """Write a picture of noise, another one for each seed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = (*size, len(Image.new(mode, (1, 1)).getbands()))
    noise = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    Image.fromarray(noise.squeeze(), mode if mode == "CMYK" else None).save(
        path
    )
    return path


@pytest.fixture
def folder(tmp_path):
    """12 pictures of cats and 28 of dogs, each of its own noise."""
    for i in range(40):
        name = f"cats/{i}.png" if i < 12 else f"dogs/{i}.jpg"
        write_picture(tmp_path / "pets" / name, seed=i)
    return tmp_path / "pets"


def pictures_of(dataset):
    return np.concatenate([np.asarray(images) for images, _ in dataset])


def labels_of(dataset):
    return np.concatenate([np.asarray(labels) for _, labels in dataset])


# --- the split ----------------------------------------------------------------

NAMES = st.text(
    st.characters(
        codec="utf-8", exclude_characters="/\\\0", exclude_categories="C"
    ),
    min_size=1,
    max_size=8,
).filter(lambda name: not name.startswith(".") and name == name.strip())
FOLDERS = st.dictionaries(NAMES, st.integers(0, 9), min_size=1, max_size=5)


@settings(
    max_examples=50, deadline=None, suppress_health_check=list(HealthCheck)
)
@given(
    classes=FOLDERS.filter(lambda classes: sum(classes.values()) >= 2),
    deeper=NAMES,
    share=st.sampled_from([0.2, 0.5, 0.7]),
    seed=st.integers(0, 2**31 - 1),
)
def test_the_sets_are_disjoint_and_cover_all(classes, deeper, share, seed):
    with tempfile.TemporaryDirectory() as folder:
        written = set()
        for i, (name, count) in enumerate(classes.items()):
            (Path(folder) / name).mkdir(exist_ok=True)
            for n in range(count):
                place = (name, deeper) if n % 2 else (name,)
                path = Path(folder, *place, f"{i} {n} ü.png")
                written.add(write_picture(path, size=(2, 2)))
        few = int(share * len(written)) in (0, len(written))
        options = {
            "image_size": (2, 2),
            "seed": seed,
            "validation_split": share,
        }
        if few:
            with pytest.raises(ValueError, match="too few pictures"):
                train_val_from_directory(folder, **options)
            return
        train, val = train_val_from_directory(folder, **options)
        assert train.class_names == val.class_names == sorted(classes)
        in_train = {Path(path) for path in train.file_paths}
        in_val = {Path(path) for path in val.file_paths}
        assert in_train | in_val == written
        assert not in_train & in_val
        assert len(train.file_paths) + len(val.file_paths) == len(written)
        expected = [
            train.class_names.index(Path(path).relative_to(folder).parts[0])
            for path in val.file_paths
        ]
        assert labels_of(val).tolist() == expected


def test_split_is_that_of_keras_and_the_seed_decides(folder):
    options = {"validation_split": 0.25, "image_size": (8, 8)}
    splits = []
    for seed in (3, 3, 4):
        _, val = train_val_from_directory(folder, seed=seed, **options)
        expected = keras.utils.image_dataset_from_directory(
            folder, subset="validation", seed=seed, verbose=False, **options
        )
        assert val.file_paths == expected.file_paths
        assert len(val.file_paths) == 10
        splits.append(set(val.file_paths))
    assert splits[0] == splits[1] != splits[2]


@pytest.mark.parametrize("color_mode", ["rgb", "grayscale"])
@pytest.mark.parametrize("image_size", [(9, 7), (5, 12)])
@pytest.mark.parametrize("cache", [True, False])
def test_pixels_and_labels_are_those_of_keras(
    folder, color_mode, image_size, cache
):
    options = {"image_size": image_size, "color_mode": color_mode, "seed": 1}
    options["validation_split"] = 0.4
    train, val = train_val_from_directory(folder, cache=cache, **options)
    for ours, subset in ((train, "training"), (val, "validation")):
        theirs = keras.utils.image_dataset_from_directory(
            folder, subset=subset, shuffle=True, verbose=False, **options
        )
        assert ours.class_names == theirs.class_names
        got, expected = pictures_of(ours), pictures_of(theirs)
        assert got.dtype == expected.dtype
        # Both are in an order of their own: sort by the pixels.
        got_order = np.lexsort(got.reshape(len(got), -1).T)
        expected_order = np.lexsort(expected.reshape(len(got), -1).T)
        np.testing.assert_array_equal(got[got_order], expected[expected_order])
        assert ours.element_spec[1].dtype == theirs.element_spec[1].dtype


# --- order and cache ----------------------------------------------------------


@pytest.mark.parametrize("cache", [None, True, False, "file"])
def test_train_is_shuffled_anew_and_val_is_not(folder, tmp_path, cache):
    cache = tmp_path / "cache" if cache == "file" else cache
    train, val = train_val_from_directory(
        folder, image_size=(9, 7), cache=cache, batch_size=8
    )
    epochs = [pictures_of(train) for _ in range(3)]
    assert not np.array_equal(epochs[0], epochs[1])
    assert not np.array_equal(epochs[1], epochs[2])
    for epoch in epochs:
        ordered = np.sort(epoch.reshape(len(epoch), -1), axis=0)
        first = np.sort(epochs[0].reshape(len(epoch), -1), axis=0)
        np.testing.assert_array_equal(ordered, first)
    np.testing.assert_array_equal(pictures_of(val), pictures_of(val))
    again, _ = train_val_from_directory(
        folder, image_size=(9, 7), cache=cache, batch_size=8
    )
    np.testing.assert_array_equal(pictures_of(again), epochs[0])


def test_pictures_and_labels_stay_together(folder):
    train, val = train_val_from_directory(folder, image_size=(9, 7))
    for dataset in (train, val):
        of = {
            pictures_of([(image[None], 0)]).tobytes(): label
            for images, labels in dataset
            for image, label in zip(images, labels.numpy(), strict=True)
        }
        assert len(of) == len(dataset.file_paths)
        for path in dataset.file_paths:
            pixels = keras.utils.img_to_array(keras.utils.load_img(path))
            if path.endswith(".png"):  # two JPEG decoders may differ by one
                name = dataset.class_names[of[pixels[None].tobytes()]]
                assert name == Path(path).parent.name


def test_cache_in_memory_reads_the_files_once(folder):
    cached, _ = train_val_from_directory(folder, image_size=(9, 7))
    read_again, _ = train_val_from_directory(
        folder, image_size=(9, 7), cache=False
    )
    before = np.sort(pictures_of(cached), axis=0)
    for path in cached.file_paths:
        Path(path).unlink()
    np.testing.assert_array_equal(np.sort(pictures_of(cached), axis=0), before)
    with pytest.raises(Exception, match="No such file"):
        pictures_of(read_again)


def test_large_folders_are_not_cached_unasked(folder, monkeypatch):
    monkeypatch.setattr(
        "cnn_course.pipelines.folder._CACHE_BYTES", 40 * 9 * 7 * 3 * 4
    )
    train, _ = train_val_from_directory(folder, image_size=(9, 7))
    Path(train.file_paths[0]).unlink()
    with pytest.raises(Exception, match="No such file"):
        pictures_of(train)


def test_file_cache_survives_an_interrupted_epoch(folder, tmp_path):
    options = {
        "image_size": (9, 7),
        "cache": tmp_path / "cache",
        "batch_size": 2,
    }
    train, _ = train_val_from_directory(folder, **options)
    next(iter(train))
    (tmp_path / "cache" / "nobody").touch()
    train, _ = train_val_from_directory(folder, **options)
    first = pictures_of(train)
    for path in train.file_paths[1:]:
        write_picture(Path(path), seed=99)
    os_times_changed, _ = train_val_from_directory(folder, **options)
    assert not np.array_equal(pictures_of(os_times_changed), first)


def test_cache_inside_the_folder(folder):
    with pytest.raises(ValueError, match="cache must lie outside"):
        train_val_from_directory(
            folder, image_size=(9, 7), cache=folder / "cache"
        )


# --- what comes with the sets -------------------------------------------------


def test_class_weight_makes_classes_count_alike(folder):
    train, _ = train_val_from_directory(folder, image_size=(9, 7))
    labels = labels_of(train)
    sums = [
        train.class_weight[label] * (labels == label).sum() for label in (0, 1)
    ]
    np.testing.assert_allclose(sums, len(labels) / 2)
    assert train.class_weight[0] > train.class_weight[1]  # fewer cats


def test_augment_changes_training_batches_only(folder):
    invert = layers.Rescaling(-1, offset=255)
    plain = train_val_from_directory(folder, image_size=(9, 7))
    inverted = train_val_from_directory(
        folder, image_size=(9, 7), augment=invert
    )
    np.testing.assert_allclose(
        pictures_of(inverted[0]), 255 - pictures_of(plain[0]), atol=1e-4
    )
    np.testing.assert_array_equal(
        pictures_of(inverted[1]), pictures_of(plain[1])
    )


def test_augment_differs_from_epoch_to_epoch(folder):
    train, _ = train_val_from_directory(
        folder, image_size=(9, 7), augment=layers.RandomBrightness(0.5)
    )
    sums = [np.sort(pictures_of(train).sum(axis=(1, 2, 3))) for _ in range(2)]
    assert not np.allclose(*sums)


def test_fit_takes_the_sets(folder):
    train, val = train_val_from_directory(folder, image_size=(9, 7))
    model = keras.Sequential(
        [layers.Flatten(), layers.Dense(2, activation="softmax")]
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    history = model.fit(
        train,
        validation_data=val,
        epochs=2,
        class_weight=train.class_weight,
        shuffle=False,  # the set shuffles itself; without this Keras warns
        verbose=0,
    ).history
    assert len(history["val_loss"]) == 2


# --- broken files -------------------------------------------------------------


def spoil(folder):
    """Write one broken file of each kind into folder/cats."""
    cats = folder / "cats"
    whole = write_picture(cats / "whole.jpg", size=(99, 99)).read_bytes()
    (cats / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    whole_png = write_picture(cats / "whole.png", size=(99, 99)).read_bytes()
    (cats / "cut.png").write_bytes(whole_png[: len(whole_png) // 2])
    (cats / "empty.jpg").touch()
    (cats / "text.png").write_text("a cat")
    write_picture(cats / "transparent.png", mode="RGBA")
    write_picture(cats / "transparent_grey.png", mode="LA")
    write_picture(cats / "print.jpg", mode="CMYK")
    frames = [Image.new("RGB", (5, 5), colour) for colour in ("red", "blue")]
    frames[0].save(cats / "moving.gif", save_all=True, append_images=frames[1:])
    frames[0].save(cats / "moving.png", save_all=True, append_images=frames[1:])
    frames[0].save(cats / "tiff.jpg", "TIFF")
    return {
        "cut.jpg": "is damaged",
        "cut.png": "is damaged",
        "empty.jpg": "zero bytes",
        "moving.gif": "is an animation of 2 pictures",
        "moving.png": "is an animation of 2 pictures",
        "print.jpg": "has 4 channels",
        "text.png": "is not a picture",
        "tiff.jpg": "is a TIFF file",
        "transparent.png": "has 4 channels",
        "transparent_grey.png": "has 2 channels",
    }


def test_every_kind_of_broken_file_is_named(folder):
    reasons = spoil(folder)
    paths = sorted(p for p in folder.glob("*/*") if p.is_file())
    found = {Path(path).name: reason for path, reason in broken_pictures(paths)}
    assert sorted(found) == sorted(reasons)
    for name, words in reasons.items():
        assert words in found[name]
    with pytest.raises(ValueError, match="10 of 52 pictures") as caught:
        train_val_from_directory(folder, image_size=(9, 7))
    for name, words in reasons.items():
        assert f"cats/{name} {words}" in str(caught.value) or words in str(
            caught.value
        )
        assert f"cats/{name}" in str(caught.value)
    assert "skip_broken=True" in str(caught.value)


def test_skip_broken_goes_on_without_them_and_says_so(folder, capsys):
    before = {*folder.glob("*/*")}
    reasons = spoil(folder)
    train, val = train_val_from_directory(
        folder, image_size=(9, 7), skip_broken=True, cache=False
    )
    used = {Path(path) for path in train.file_paths + val.file_paths}
    good = {folder / "cats" / name for name in ("whole.jpg", "whole.png")}
    assert used == before | good
    assert len(pictures_of(train)) == len(train.file_paths)
    assert len(pictures_of(val)) == len(val.file_paths)
    printed = capsys.readouterr().out
    assert "Left out 10 of 52 pictures" in printed
    assert all(f"cats/{name}" in printed for name in reasons)


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "1", "I;16"])
@pytest.mark.parametrize("suffix", [".png", ".bmp", ".gif"])
@pytest.mark.parametrize("color_mode", ["rgb", "grayscale"])
def test_what_is_not_named_can_be_read(tmp_path, mode, suffix, color_mode):
    path = tmp_path / "a" / f"picture{suffix}"
    path.parent.mkdir()
    try:
        Image.new("RGB", (5, 4), "red").convert(
            "L" if mode == "I;16" else mode
        ).convert(mode).save(path)
    except (OSError, ValueError):  # this format has no such mode
        return
    channels = broken.CHANNELS[color_mode]
    if not broken_pictures([path], color_mode):
        picture, _ = pipelines.load_picture(str(path), 0, (4, 5), channels)
        assert picture.shape == (4, 5, channels)


def test_a_camera_s_picture_of_two_is_no_animation(tmp_path):
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue")]
    path = tmp_path / "camera.jpg"
    frames[0].save(path, "MPO", save_all=True, append_images=frames[1:])
    with Image.open(path) as picture:
        assert (picture.format, picture.n_frames) == ("MPO", 2)
    assert broken_pictures([path]) == []


def test_long_lists_are_cut(folder):
    for i in range(30):
        (folder / "cats" / f"empty{i}.png").touch()
    with pytest.raises(ValueError, match="30 of 70") as caught:
        train_val_from_directory(folder, image_size=(9, 7))
    assert "and 10 more" in str(caught.value)


# --- bad input ----------------------------------------------------------------


def test_folder_that_is_none(tmp_path):
    with pytest.raises(ValueError, match="nowhere' is not a folder"):
        train_val_from_directory(tmp_path / "nowhere", image_size=(9, 7))


def test_folder_without_pictures(tmp_path):
    (tmp_path / "cats").mkdir()
    write_picture(tmp_path / "loose.png")
    with pytest.raises(ValueError, match="too few pictures"):
        train_val_from_directory(tmp_path, image_size=(9, 7))


def test_only_broken_pictures(tmp_path):
    for i in range(9):
        path = tmp_path / "cats" / f"{i}.png"
        path.parent.mkdir(exist_ok=True)
        path.touch()
    with pytest.raises(ValueError, match="Both sets need a picture"):
        train_val_from_directory(tmp_path, image_size=(9, 7), skip_broken=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"color_mode": "RGB"},
            "color_mode must be one of rgb, grayscale",
        ),
        ({"image_size": 224}, r"\(height, width\) .*; got 224"),
        ({"image_size": (9, 7, 3)}, r"\(height, width\) .*; got \(9, 7, 3\)"),
        ({"image_size": (9, 7.0)}, "width must be an int >= 1; got 7.0"),
        ({"batch_size": 0}, "batch_size must be an int >= 1; got 0"),
        ({"validation_split": 0}, "validation_split must lie between 0 and 1"),
        ({"validation_split": 20}, "validation_split must lie between 0 and 1"),
    ],
)
def test_bad_arguments(folder, options, message, monkeypatch):
    monkeypatch.setattr(
        "cnn_course.pipelines.folder.broken_pictures", None
    )  # never called
    with pytest.raises(ValueError, match=message):
        train_val_from_directory(folder, **{"image_size": (9, 7)} | options)


# --- saved features -----------------------------------------------------------


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
