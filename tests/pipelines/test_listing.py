import os
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers
from picture_files import labels_of, pictures_of, write_picture
from PIL import Image

from cnn_course.pipelines import train_val_from_directory
from cnn_course.pipelines.listing import list_classes

SIZE = {"image_size": (9, 7)}


def test_the_list_is_that_of_keras(folder):
    (folder / "cats" / "deeper").mkdir()
    write_picture(folder / "cats" / "deeper" / "ü 1.png")
    names, paths = list_classes(folder)
    theirs = keras.utils.image_dataset_from_directory(
        folder, shuffle=False, verbose=False
    )
    assert names == theirs.class_names
    assert paths == theirs.file_paths


def test_what_is_hidden_stays_out_and_is_counted(folder, capsys):
    """JupyterLab's copies were trained on and validated on."""
    before = list_classes(folder)
    hidden = folder / "cats" / ".ipynb_checkpoints"
    hidden.mkdir()
    for path in list((folder / "cats").glob("*.png"))[:3]:
        shutil.copy(path, hidden / f"{path.stem}-checkpoint.png")
    write_picture(folder / "dogs" / "._a.png")
    write_picture(folder / "__MACOSX" / "cats" / "a.png")
    write_picture(folder / ".trash" / "b.png")
    (folder / "notes.txt").touch()
    (folder / "dogs" / "a.heic").touch()
    (folder / "dogs" / "README").touch()
    assert list_classes(folder) == before
    said = capsys.readouterr().out
    total = len(before[1]) + 9
    assert f"Left out 9 of {total} files" in said
    for words in ("6 hidden", "1 .heic", "1 no ending", "1 in no class's"):
        assert words in said


def test_nothing_is_said_where_nothing_is_left_out(folder, capsys):
    list_classes(folder)
    assert capsys.readouterr().out == ""


def test_every_ending_is_read(tmp_path):
    kinds = {"png": "PNG", "webp": "WEBP", "jfif": "JPEG", "tif": "TIFF"}
    kinds |= {"JPG": "JPEG", "jpe": "JPEG", "tiff": "TIFF", "gif": "GIF"}
    for name in ("leaf", "stone"):
        (tmp_path / name).mkdir()
        for i, (ending, kind) in enumerate(kinds.items()):
            pixels = np.full((9, 7, 3), 10 * i, np.uint8)
            path = tmp_path / name / f"{i}.{ending}"
            Image.fromarray(pixels).save(path, kind)
    train, val = train_val_from_directory(tmp_path, **SIZE)
    assert len(train.file_paths + val.file_paths) == 2 * len(kinds)
    found = np.concatenate([pictures_of(train), pictures_of(val)])
    seen = np.unique(found[:, 0, 0, 0])
    np.testing.assert_allclose(seen, 10 * np.arange(len(kinds)), atol=1)


@pytest.mark.parametrize(
    "parts", [("train", "val"), ("Train", "TEST", "valid")]
)
def test_a_folder_that_is_split_already(tmp_path, parts):
    for part in parts:
        write_picture(tmp_path / part / "leaf" / "a.png")
    said = f"split already.*{sorted(parts)[0]}.*validation_folder="
    with pytest.raises(ValueError, match=said):
        train_val_from_directory(tmp_path, **SIZE)


def test_a_folder_for_validation(tmp_path, folder):
    for i, name in enumerate(["cats", "dogs", "dogs"]):
        write_picture(tmp_path / "val" / name / f"{i}.png", seed=i)
    names, paths = list_classes(folder)
    for extra in set(names) - {"cats", "dogs"}:
        write_picture(tmp_path / "val" / extra / "a.png")
    train, val = train_val_from_directory(
        folder, validation_folder=tmp_path / "val", **SIZE
    )
    assert sorted(train.file_paths) == sorted(paths)
    assert train.file_paths != sorted(paths)  # shuffled
    assert val.class_names == names
    expected = [names.index(Path(p).parent.name) for p in val.file_paths]
    assert labels_of(val).tolist() == expected
    write_picture(tmp_path / "val" / "cows" / "a.png")
    with pytest.raises(ValueError, match=r"the same classes.*cows"):
        train_val_from_directory(
            folder, validation_folder=tmp_path / "val", **SIZE
        )


@pytest.mark.parametrize(
    "augment",
    [
        lambda: layers.MixUp(),
        lambda: layers.CutMix(),
        lambda: keras.Sequential([layers.RandomFlip(), layers.MixUp()]),
        lambda: layers.Pipeline([layers.RandomFlip(), layers.CutMix()]),
    ],
)
def test_mixed_pictures_would_keep_one_label(folder, augment):
    with pytest.raises(
        ValueError, match=r"keep the labels, but (MixUp|CutMix)"
    ):
        train_val_from_directory(folder, augment=augment(), **SIZE)


def test_a_telephones_picture_stands_upright(tmp_path):
    stored = np.zeros((40, 60, 3), np.uint8)
    stored[:, :30] = 255  # upright: the upper half is white
    exif = Image.Exif()
    exif[0x0112] = 6
    for i, name in enumerate(("leaf", "stone")):
        os.mkdir(tmp_path / name)
        for j in range(2):
            path = tmp_path / name / f"{i}{j}.jpg"
            Image.fromarray(stored).save(path, exif=exif, quality=95)
    train, val = train_val_from_directory(
        tmp_path, image_size=(60, 40), validation_split=0.5
    )
    for part in (train, val):
        for picture in pictures_of(part):
            assert picture[:25].mean() > 250
            assert picture[35:].mean() < 5
