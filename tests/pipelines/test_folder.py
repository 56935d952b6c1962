import tempfile
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers
from picture_files import labels_of, pictures_of, write_picture

from cnn_course.pipelines import train_val_from_directory

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
        few = max(classes.values()) < 2
        options = {
            "image_size": (2, 2),
            "seed": seed,
            "validation_split": share,
        }
        if few:
            with pytest.raises(ValueError, match="Both sets need a picture"):
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


@pytest.mark.parametrize("color_mode", ["rgb", "grayscale"])
@pytest.mark.parametrize("image_size", [(9, 7), (5, 12)])
@pytest.mark.parametrize("cache", [True, False])
def test_pixels_are_those_that_keras_loads_singly(
    folder, color_mode, image_size, cache
):
    """Keras's folder loader decodes JPEG otherwise, up to 5 levels away."""
    options = {"image_size": image_size, "color_mode": color_mode, "seed": 1}
    for ours in train_val_from_directory(folder, cache=cache, **options):
        expected = []
        for path in ours.file_paths:
            pixels = keras.utils.load_img(path, color_mode=color_mode)
            pixels = keras.utils.img_to_array(pixels)
            expected.append(tf.image.resize(pixels, image_size))
        got, expected = pictures_of(ours), np.array(expected)
        assert got.dtype == np.float32
        # They are in an order of their own: sort by the pixels.
        got_order = np.lexsort(got.reshape(len(got), -1).T)
        expected_order = np.lexsort(expected.reshape(len(got), -1).T)
        np.testing.assert_array_equal(got[got_order], expected[expected_order])
        assert ours.element_spec[1].dtype == tf.int32


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


def test_folder_that_is_none(tmp_path):
    with pytest.raises(ValueError, match="nowhere' is not a folder"):
        train_val_from_directory(tmp_path / "nowhere", image_size=(9, 7))


def test_folder_without_pictures(tmp_path):
    (tmp_path / "cats").mkdir()
    write_picture(tmp_path / "loose.png")
    with pytest.raises(ValueError, match="Both sets need a picture"):
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
        ({"groups": "person"}, "groups must be a function .*; got 'person'"),
    ],
)
def test_bad_arguments(folder, options, message, monkeypatch):
    monkeypatch.setattr(
        "cnn_course.pipelines.folder.inspect", None
    )  # never called
    with pytest.raises(ValueError, match=message):
        train_val_from_directory(folder, **{"image_size": (9, 7)} | options)
