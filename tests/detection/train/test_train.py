import csv
import json
import re
import subprocess
import sys

import keras
import numpy as np
import pytest
from eager_fits import eagerly
from fresh_process import environment
from PIL import Image
from shape_sets import write_set

from cnn_course.detection import detect, iou
from cnn_course.detection.detect.command import main as detect_main
from cnn_course.detection.train import main, network, recipe
from cnn_course.detection.train.options import STARTS, epochs_of
from cnn_course.pipelines import unfinished

SHORT = ("--image-size", "32", "--batch-size", "4", "--epochs", "3")


class Killed(BaseException):
    """Stands for the end of the process: nothing here catches it."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("set")
    write_set(folder, n=15)
    return folder


@pytest.fixture(scope="module")
def finished(folder, tmp_path_factory):
    """A short run that nothing has interrupted: the model's path."""
    out = tmp_path_factory.mktemp("finished") / "model.keras"
    with eagerly():
        assert main([str(folder), *SHORT, "--out", str(out)]) == 0
    return out


def weights(out):
    return keras.models.load_model(out).get_weights()


def assert_same(out, other):
    for a, b in zip(weights(out), weights(other), strict=True):
        np.testing.assert_array_equal(a, b)


def test_what_a_run_leaves(finished):
    names = {path.name for path in finished.parent.iterdir()}
    assert {f"model.{e}" for e in ("keras", "classes.json", "history.csv")} | {
        "model.curves.png"
    } <= names
    assert not finished.with_suffix(".work").exists()
    names = json.loads(finished.with_suffix(".classes.json").read_text())
    assert names == ["red", "blue"]
    with open(finished.with_suffix(".history.csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert all(float(row["val_AP"]) >= 0 for row in rows)


# Each starts where the one before has ended.
WORST_MOMENTS = [
    (keras.Model, "save_weights", 1),
    (keras.Model, "save_weights", 2),  # the epoch's number is old
    (unfinished.shutil, "rmtree", 2),  # two backups are whole
    (keras.Model, "save", 1),
]


@eagerly()
def test_a_killed_run_goes_on(folder, finished, tmp_path, monkeypatch, capsys):
    out = tmp_path / "model.keras"
    for where, name, number in WORST_MOMENTS:
        calls, function = [], getattr(where, name)

        def dying(*args, calls=calls, last=number, call=function, **options):
            calls.append(args)
            if len(calls) == last:
                raise Killed
            return call(*args, **options)

        with monkeypatch.context() as patch:
            patch.setattr(where, name, dying)
            with pytest.raises(Killed):
                main([str(folder), *SHORT, "--out", str(out)])
        assert out.with_suffix(".work").exists()
    assert main([str(folder), *SHORT, "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert said.count("Going on with the unf") == len(WORST_MOMENTS)
    assert_same(out, finished)
    assert not out.with_suffix(".work").exists()


def die(*args, **options):
    raise Killed


@eagerly()
def test_other_boxes_start_anew(tmp_path, monkeypatch, capsys):
    file = write_set(tmp_path, n=8)
    # One step in all, the least that there can be.
    command = [str(file), *SHORT, "--epochs", "1", "--batch-size", "8"]
    command += ["--out", str(tmp_path / "model.keras")]
    monkeypatch.setattr(keras.Model, "save", die)
    for moved, words in ((0, ""), (0, "Going on with"), (1, "starting anew")):
        content = json.loads(file.read_text())
        content["annotations"][0]["bbox"][2] += moved
        file.write_text(json.dumps(content))
        with pytest.raises(Killed):
            main(command)
        assert words in capsys.readouterr().out


def test_the_model_needs_keras_alone(finished, tmp_path):
    model = keras.models.load_model(finished)
    assert model.output_shape[-1] == 6
    pictures = np.full((2, *model.input_shape[1:]), 77, np.float32)
    np.save(tmp_path / "pictures.npy", pictures)
    code = (
        "import sys, keras, numpy as np\n"
        "model = keras.models.load_model(sys.argv[1])\n"
        "np.save(sys.argv[3], model.predict(np.load(sys.argv[2]), verbose=0))\n"
        "assert 'cnn_course' not in sys.modules\n"
    )
    files = [tmp_path / "pictures.npy", tmp_path / "out.npy"]
    command = [sys.executable, "-c", code, finished, *files]
    subprocess.run(command, check=True, env=environment(), cwd=tmp_path)
    np.testing.assert_allclose(
        np.load(files[1]), model.predict(pictures, verbose=0), atol=1e-6
    )


def test_it_learns(tmp_path, capsys):
    write_set(tmp_path / "set", n=30)
    out = tmp_path / "model.keras"
    arguments = ["--image-size", "64", "--batch-size", "8", "--epochs", "30"]
    assert main([str(tmp_path / "set"), *arguments, "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert float(re.search(r"([\d.]+) at IoU 0.5,", said)[1]) > 0.8
    assert re.search(r"red +\d+ +\d+ +[01]\.\d{3}", said)
    # In a picture three times as large, boxes come in its own pixels.
    write_set(tmp_path / "new", n=6, seed=1)
    content = json.loads((tmp_path / "new" / "boxes.json").read_text())
    threshold = float(re.search(r"--score-threshold (\S+)", said)[1])
    model, hits = keras.models.load_model(out), 0
    for row in content["annotations"]:
        path = tmp_path / "new" / "images" / f"1_{row['image_id']}.png"
        large = Image.open(path).resize((192, 192))
        found = detect(model, np.array(large), score_threshold=threshold)
        x, y, width, height = row["bbox"]
        true = 3 * np.array([[x, y, x + width, y + height]], float)
        overlap = iou(true, found.boxes)[0]
        hits += bool(overlap.max(initial=0) > 0.7)
    assert hits > 0.7 * len(content["annotations"])
    # And as a command.
    (tmp_path / "new" / "images" / "broken.png").write_text("no picture")
    draw, results = tmp_path / "drawn", tmp_path / "results.json"
    command = [str(out), str(tmp_path / "new" / "images")]
    command += ["--draw", str(draw), "--json", str(results)]
    assert detect_main([*command, "--score-threshold", str(threshold)]) == 2
    said = capsys.readouterr().out
    assert "Left out 1 pictures" in said
    assert re.search(r"1_0.png: [12] found\n  (red|blue) 0\.\d\d: \d+,", said)
    assert len(list(draw.glob("*.png"))) == 6
    rows = json.loads(results.read_text())
    assert {"image_id", "category_id", "bbox", "score"} <= rows[0].keys()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "train: There is no file and no folder 'nowhere'"),
        (["{set}", "--out", "model.h5"], "--out must name a file that ends in"),
        (["{set}", "--classes", "green"], "red, blue; got 'green'"),
        (["{set}", "--validation-split", "0"], "--validation-split must lie"),
        (["{set}", "--epochs", "0"], "argument --epochs: must be a whole"),
        (["{set}", "--validation", "{set}"], "both have 15, 0_0.png among"),
        (["{set}", "--image-folder", "nowhere"], "is not in the folder"),
        (["--help-me"], "--help lists the options"),
    ],
)
def test_refused_in_one_line(arguments, words, folder, capsys, tmp_path):
    file = str(folder / "boxes.json")
    arguments = [a.replace("{set}", file) for a in arguments]
    if "--out" not in arguments:
        arguments += ["--out", str(tmp_path / "model.keras")]
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.startswith("train: ")
    assert error.count("\n") == 1
    assert not (tmp_path / "model.work").exists()


@pytest.mark.parametrize(
    ("part", "values", "words"),
    [
        ("annotations", {"iscrowd": 1}, "There is nothing to learn"),
        ("annotations", {"bbox": [1, 1, 0, 0]}, "There is nothing to learn"),
        ("annotations", None, "There is nothing to learn"),
        ("images", None, "which is not among the images"),
        ("annotations", {"category_id": 77}, "which is not among the categ"),
        ("annotations", {"bbox": [99, 99, 5, 5]}, "must lie in its picture"),
        ("annotations", {"bbox": [5, 5, -5, 5]}, "must have x_min <= x_max"),
    ],
)
def test_a_set_that_will_not_do_stops_before_the_training(
    part, values, words, tmp_path, capsys
):
    file = write_set(tmp_path, n=3)
    content = json.loads(file.read_text())
    if values is None:
        content[part] = []
    for row in content[part]:
        row.update(values)
    file.write_text(json.dumps(content))
    assert main([str(file), "--out", str(tmp_path / "model.keras")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("train: ")
    assert words in error
    assert error.count("\n") == 1
    assert not (tmp_path / "model.work").exists()


def test_pictures_that_are_none_stop_it_in_one_line(tmp_path, capsys):
    file = write_set(tmp_path, n=6)
    for i in (1, 4):
        (tmp_path / "images" / f"0_{i}.png").write_text("no picture")
    assert main([str(file), *SHORT, "--out", str(tmp_path / "m.keras")]) == 2
    error = capsys.readouterr().err
    assert "2 of 6 pictures" in error
    assert "0_1.png is not a picture" in error
    assert "0_4.png is not a picture" in error
    assert error.count("\n") == 1


def test_detect_refuses_in_one_line(finished, tmp_path, capsys):
    for arguments, words in (
        ([str(tmp_path / "none.keras"), "."], "is missing"),
        ([str(finished), str(tmp_path / "none.png")], "neither a picture nor"),
        ([str(finished), str(tmp_path)], "There is no picture in"),
        ([str(finished)], "--help lists the options"),
    ):
        assert detect_main(arguments) == 2
        error = capsys.readouterr().err
        assert error.startswith("detect: ")
        assert words in error
        assert error.count("\n") == 1


@pytest.mark.parametrize("pictures", [1, 7, 40, 100_000])
@pytest.mark.parametrize("epochs", [None, 1, 8, 25])
def test_epochs(pictures, epochs):
    for backbone, start in STARTS.items():
        stages = start.stages
        counts = [epochs_of(s, pictures, epochs, backbone) for s in stages]
        assert min(counts) >= 1
        if epochs is not None:
            assert sum(counts) == max(epochs, len(stages))
        elif pictures == 40:
            for stage, n in zip(stages, counts, strict=True):
                assert n * pictures == pytest.approx(stage.pictures, rel=0.02)


@pytest.mark.parametrize("name", network.BACKBONES)
def test_networks(name):
    base = network.BACKBONES[name]()
    model = network.detector((64, 96), 5, base)
    assert model.output_shape == (None, 8, 12, 9)
    sides = [m.shape[1] for m in base(np.zeros((1, 64, 96, 3)))]
    assert sides == [8, 4, 2][: len(sides)]
    assert not any(k.startswith("Lambda") for k in map(str, model.layers))


def test_each_step_depends_on_seed_and_number_alone(folder, tmp_path):
    options = recipe.argparse.Namespace(seed=3, no_flip=False)
    found = recipe.sets.choose(recipe.sets.read(folder))
    (pictures,) = recipe.sets.load(found, (32, 32))
    model = network.detector((32, 32), 2, network.scratch())
    job = recipe.Job(options, pictures, None, model, None, tmp_path)
    whole = list(recipe.make_batches(job, 0, 3, 4))
    assert [len(x) for x, _ in whole[:4]] == [4, 4, 4, 3]
    later = list(recipe.make_batches(job, 1, 3, 4))
    for (x, y), (u, v) in zip(whole[4:], later, strict=True):
        np.testing.assert_array_equal(x, u)
        np.testing.assert_array_equal(y, v)
    assert not np.array_equal(whole[0][0], whole[4][0])
