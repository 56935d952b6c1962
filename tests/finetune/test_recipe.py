import json
import re
import shutil
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from eager_fits import eagerly
from finetune_runs import curve, fresh, run, weights
from official_weights import link_weights, needs_weights

from cnn_course import datasets, parallel
from cnn_course.datasets.bundled import data_folder
from cnn_course.finetune import main, recipe
from cnn_course.pipelines import train_val_from_directory
from cnn_course.pipelines.unfinished import Backups
from cnn_course.transfer import course_backbone


def test_what_moves_and_what_does_not(finished):
    tuned = keras.models.load_model(finished.out)
    tuned = tuned.get_layer("course_backbone")
    trained = course_backbone()
    moved = [
        before.path
        for before, after in zip(trained.weights, tuned.weights, strict=True)
        if not np.array_equal(before, after)
    ]
    assert moved == [
        "conv3/kernel",
        "conv4/kernel",
    ]  # --unfreeze 2, no statistic


def test_rare_classes_weigh_more(finished, folder):
    train, _ = train_val_from_directory(folder, image_size=(8, 8))
    assert finished.class_weights == [train.class_weight] * 2
    brick, cat, coffee = (train.class_weight[i] for i in range(3))
    assert brick < coffee < cat


@eagerly()
def test_skip_broken_and_no_fine_tuning(tmp_path, capsys):
    mine, out = tmp_path / "mine", tmp_path / "model.keras"
    datasets.save_as_folder(datasets.surfaces(per_class=4), mine)
    (mine / "brick" / "text.png").write_text("no picture")
    assert run(mine, out, "--skip-broken", "--epochs", "0") == 0
    printed = capsys.readouterr().out
    assert "Left out 1 of 25 pictures" in printed
    assert "brick/text.png is not a picture" in printed
    assert "with the base frozen.\n" in printed
    assert {row["stage"] for row in curve(out)} == {"head"}
    assert len(weights(out)[-1]) == 6


@eagerly()
def test_a_folder_for_validation(tmp_path, capsys):
    mine, out = tmp_path / "mine", tmp_path / "model.keras"
    for part, n in (("train", 4), ("val", 2)):
        pictures = datasets.surfaces(per_class=n, seed=n)
        datasets.save_as_folder(pictures, mine / part)
    assert run(mine, out) == 2
    assert "as --validation" in capsys.readouterr().err
    more = "--validation", str(mine / "val"), "--epochs", "0"
    assert run(mine / "train", out, *more) == 0
    printed = capsys.readouterr().out
    counts = re.findall(r"^\w+ +(\d+) +(\d+)$", printed, re.MULTILINE)
    assert counts == [("4", "2")] * 6
    inside = mine / "val" / "model.keras"
    assert run(mine / "train", inside, *more) == 2
    assert "--out must lie outside" in capsys.readouterr().err


def test_it_learns(tmp_path, capsys):
    datasets.save_as_folder(datasets.surfaces(per_class=25), tmp_path / "six")
    arguments = ["--weights", "course", "--epochs", "5"]
    out = ["--out", str(tmp_path / "model.keras")]
    assert main([str(tmp_path / "six"), *arguments, *out]) == 0
    printed = capsys.readouterr().out
    accuracies = re.findall(r"([\d.]+)% (?:with|fine)", printed)
    assert len(accuracies) == 2
    assert all(float(accuracy) > 50 for accuracy in accuracies)  # chance: 17


def test_order_depends_on_seed_and_epoch_alone(tmp_path):
    def orders(epochs, done=0, seed=3):
        seen = []
        stage = tmp_path / f"{epochs} {done} {seed}"
        if done:
            backup = stage / f"epoch_{done:07d}"
            backup.mkdir(parents=True)
            (backup / "history.json").write_text(json.dumps([{}] * done))

        class Model:
            def fit(self, data, **options):
                assert options["steps_per_epoch"] == 3
                seen.extend(batch.numpy() for batch in data)

        job = SimpleNamespace(
            options=SimpleNamespace(seed=seed, batch_size=4),
            train=SimpleNamespace(labels=range(10), class_weight={}),
            work=tmp_path,
            group=parallel.Group(),
        )
        backups = Backups(stage)
        recipe.fit(job, Model(), backups, epochs, lambda rows: rows, None)
        assert [len(batch) for batch in seen] == [4, 4, 2] * (epochs - done)
        return np.concatenate(seen).reshape(-1, 10)

    all_five = orders(5)
    assert (np.sort(all_five) == np.arange(10)).all()
    assert len({tuple(order) for order in all_five}) == 5
    np.testing.assert_array_equal(orders(5, done=2), all_five[2:])
    assert (orders(5, seed=4) != all_five).any()


def test_by_default_it_learns_things_from_few_photographs(tmp_path, capsys):
    """EfficientNet-Lite0 comes with an installed package: no download."""
    for split, most in (("train", 5), ("test", 8)):
        for name in ("bird", "flower", "tool"):
            folder = tmp_path / split / name
            folder.mkdir(parents=True)
            paths = sorted((data_folder("things") / split / name).glob("*.jpg"))
            for path in paths[:most]:
                shutil.copy(path, folder)
    command = [str(tmp_path / "train"), "--validation", str(tmp_path / "test")]
    command += ["--image-size", "160", "--epochs", "0"]
    assert main([*command, "--out", str(tmp_path / "model.keras")]) == 0
    right = re.search(r"([\d.]+)% with the base", capsys.readouterr().out)[1]
    assert float(right) > 80  # chance: 33


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    """A run on photographs in colour: its folder and its CompletedProcess."""
    where = tmp_path_factory.mktemp("photographs")
    (where / "home").mkdir()
    home = link_weights(where / "home")
    crops = datasets.surfaces(per_class=8, size=64, grey=False)
    datasets.save_as_folder(crops, where / "photos", suffix=".jpg")
    command = ["-m", "cnn_course.finetune", "photos", "--image-size", "64"]
    command += ["--weights", "imagenet"]
    command += ["--epochs", "1", "--unfreeze", "4", "--head-epochs", "20"]
    return where, fresh(command, where, KERAS_HOME=home)


@needs_weights
def test_imagenet_on_photographs_in_colour(photographs):
    where, done = photographs
    assert (done.returncode, done.stderr) == (0, "")
    *_, last = curve(where / "model.keras")
    assert last["stage"] == "fine-tuning"
    assert float(last["val_accuracy"]) > 0.6  # chance: 0.17


@needs_weights
def test_imagenet_tells_new_photographs_apart(photographs):
    where, _ = photographs
    model = keras.models.load_model(where / "model.keras")
    test = datasets.surfaces("test", per_class=5, size=64, grey=False)
    predicted = model.predict(test.images, verbose=0).argmax(axis=-1)
    assert (predicted == test.labels).mean() > 0.4
