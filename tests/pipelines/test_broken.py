from pathlib import Path

import pytest
from picture_files import pictures_of, write_picture
from PIL import Image

from cnn_course.pipelines import (
    broken_pictures,
    train_val_from_directory,
)


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
    return {
        "cut.jpg": "is damaged",
        "cut.png": "is damaged",
        "empty.jpg": "zero bytes",
        "moving.gif": "is an animation of 2 pictures",
        "moving.png": "is an animation of 2 pictures",
        "print.jpg": "is in CMYK",
        "text.png": "is not a picture",
        "transparent.png": "has transparent",
        "transparent_grey.png": "has transparent",
    }


def test_every_kind_of_broken_file_is_named(folder):
    reasons = spoil(folder)
    paths = sorted(p for p in folder.glob("*/*") if p.is_file())
    found = {Path(path).name: reason for path, reason in broken_pictures(paths)}
    assert sorted(found) == sorted(reasons)
    for name, words in reasons.items():
        assert words in found[name]
    with pytest.raises(ValueError, match="9 of 51 pictures") as caught:
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
    assert "Left out 9 of 51 pictures" in printed
    assert all(f"cats/{name}" in printed for name in reasons)


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
