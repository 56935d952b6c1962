import contextlib
import csv
import io
import json
import os
import re
import runpy
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from fresh_process import environment
from keras.src.utils import file_utils
from official_weights import link_weights, needs_weights
from PIL import Image
from tensorflow.python.framework.config import disable_op_determinism

from cnn_course import datasets, finetune, parallel
from cnn_course.finetune import main
from cnn_course.pipelines import train_val_from_directory
from cnn_course.transfer import course_backbone

COUNTS = {"brick": 16, "coffee": 10, "cat": 5}
SHORT = ("--weights", "course", "--head-epochs", "3", "--epochs", "2")
SHORT += ("--batch-size", "8", "--unfreeze", "2")


@pytest.fixture(autouse=True, scope="module")
def around():
    keras.ops.ones(1)  # TensorFlow's first words are not ours
    yield
    disable_op_determinism()


@contextlib.contextmanager
def eagerly():
    """Let fits run step by step: of short ones, tracing is nearly all."""
    fit = keras.Model.fit

    def fit_eagerly(self, *args, **options):
        self.run_eagerly = True
        return fit(self, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keras.Model, "fit", fit_eagerly)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three surfaces, not equally many of each."""
    folder = tmp_path_factory.mktemp("data") / "surfaces"
    crops = datasets.surfaces(per_class=16)
    chosen = [
        i
        for name, count in COUNTS.items()
        for i in np.flatnonzero(crops.labels == crops.class_names.index(name))[
            :count
        ]
    ]
    images, labels = crops.images[chosen], crops.labels[chosen]
    used = sorted(set(labels.tolist()))
    names = tuple(crops.class_names[i] for i in used)
    labels = np.searchsorted(used, labels)
    datasets.save_as_folder(
        datasets.LabelledImages(images, labels, names), folder
    )
    return folder


@pytest.fixture(scope="module")
def finished(folder, tmp_path_factory):
    """A run that nothing has interrupted.

    Has the attributes out (Path), printed (str) and class_weights (list, one
    for each call of `fit`).
    """
    out = tmp_path_factory.mktemp("finished") / "model.keras"
    fit, printed, class_weights = keras.Model.fit, io.StringIO(), []

    def spy(self, *args, **options):
        class_weights.append(options["class_weight"])
        return fit(self, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keras.Model, "fit", spy)
        with contextlib.redirect_stdout(printed), eagerly():
            assert run(folder, out) == 0
    printed = printed.getvalue()
    return SimpleNamespace(
        out=out, printed=printed, class_weights=class_weights
    )


def fresh(arguments, cwd, **variables):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment(**variables),
        capture_output=True,
        text=True,
    )


def run(folder, out, *more):
    return main([str(folder), *SHORT, "--out", str(out), *more])


def weights(out):
    return keras.models.load_model(out).get_weights()


def assert_same_weights(out, other):
    for a, b in zip(weights(out), weights(other), strict=True):
        np.testing.assert_array_equal(a, b)


def curve(out):
    with open(out.with_suffix(".history.csv"), newline="") as file:
        return list(csv.DictReader(file))


# --- what it writes and prints ------------------------------------------------


def test_files(finished):
    where = finished.out.parent
    assert {path.name for path in where.iterdir()} == {
        "model.keras",
        "model.classes.json",
        "model.history.csv",
        "model.curves.png",
        "model.confusion.png",
    }
    names = json.loads((where / "model.classes.json").read_text())
    assert names == sorted(COUNTS)
    for name in ("curves", "confusion"):
        with Image.open(where / f"model.{name}.png") as picture:
            assert min(picture.size) > 100
    rows = curve(finished.out)
    stages = [(row["stage"], row["epoch"]) for row in rows]
    assert stages == [
        *(("head", str(i)) for i in (1, 2, 3)),
        *(("fine-tuning", str(i)) for i in (1, 2)),
    ]
    for row in rows:
        assert float(row["loss"]) > 0
        assert float(row["val_loss"]) > 0
        assert 0 <= float(row["val_accuracy"]) <= 1


def test_other_figures_stay_open(tmp_path):
    mine = plt.figure().number
    job = SimpleNamespace(
        options=SimpleNamespace(out=tmp_path / "model.keras"),
        train=SimpleNamespace(class_names=["cat", "dog"]),
        val=SimpleNamespace(labels=np.array([0, 1])),
        model=SimpleNamespace(save=Path.touch),
        work=tmp_path / "work",
    )
    job.work.mkdir()
    before = plt.get_fignums()
    history = {"head": [{"accuracy": 0.5, "val_accuracy": 0.5}]}
    finetune.save(job, history, np.array([0, 0]))
    assert plt.get_fignums() == before
    plt.close(mine)


def test_report(finished, folder):
    printed = finished.printed
    counts = dict(
        (name, int(train) + int(val))
        for name, train, val in re.findall(
            r"^(\w+) +(\d+) +(\d+)$", printed, re.MULTILINE
        )
    )
    assert counts == COUNTS
    _, val = train_val_from_directory(
        folder, image_size=(32, 32), color_mode="grayscale"
    )
    model = keras.models.load_model(finished.out)
    right, wrong = 0, {}
    for path in val.file_paths:
        picture = np.array(Image.open(path), "float32")[None, ..., None]
        taken = val.class_names[model.predict(picture, verbose=0).argmax()]
        true = Path(path).parent.name
        right += taken == true
        if taken != true:
            wrong[true, taken] = wrong.get((true, taken), 0) + 1
    rows = curve(finished.out)
    frozen, n = float(rows[2]["val_accuracy"]), len(val.file_paths)
    assert (
        f"Accuracy on {n} validation pictures: {frozen:.1%} with the base "
        f"frozen, {right / n:.1%} fine-tuned."
    ) in printed
    assert float(rows[-1]["val_accuracy"]) == pytest.approx(right / n)
    for line in re.findall("Worst confusion.*", printed):
        count, true, taken = re.search(
            r": (\d+) of \d+ '(\w+)' were taken for '(\w+)'", line
        ).groups()
        assert int(count) == wrong[true, taken] == max(wrong.values())
    assert ("Worst confusion" in printed) == bool(wrong)


def test_what_it_says_of_the_model_s_use_is_true(finished, folder, tmp_path):
    """In a fresh process, on a picture of another size, with Keras alone."""
    path = next((folder / "cat").iterdir())
    Image.open(path).resize((50, 40)).save(tmp_path / "new.png")
    lines = finished.printed.split("alone:\n")[1]
    load, read, predict = map(str.strip, lines.strip().split("\n"))
    code = f"""
import sys, keras
{load}
{read.replace("PICTURE", "new.png")}
print({predict}.tolist())
assert "cnn_course" not in sys.modules
"""
    done = fresh(["-c", code], tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    probabilities = np.array(json.loads(done.stdout.splitlines()[-1]))
    assert probabilities.shape == (1, 3)
    assert probabilities.sum() == pytest.approx(1)
    picture = np.array(Image.open(tmp_path / "new.png"), "float32")
    model = keras.models.load_model(finished.out)
    expected = model.predict(picture[None, ..., None], verbose=0)
    np.testing.assert_allclose(probabilities, expected, rtol=1e-5)


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


def test_it_learns(tmp_path, capsys):
    datasets.save_as_folder(datasets.surfaces(per_class=25), tmp_path / "six")
    arguments = ["--weights", "course", "--epochs", "5"]
    out = ["--out", str(tmp_path / "model.keras")]
    assert main([str(tmp_path / "six"), *arguments, *out]) == 0
    printed = capsys.readouterr().out
    accuracies = re.findall(r"([\d.]+)% (?:with|fine)", printed)
    assert len(accuracies) == 2
    assert all(float(accuracy) > 50 for accuracy in accuracies)  # chance: 17


# --- interruptions ------------------------------------------------------------


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
        finetune._fit(job, Model(), stage.name, epochs, lambda rows: rows, None)
        assert [len(batch) for batch in seen] == [4, 4, 2] * (epochs - done)
        return np.concatenate(seen).reshape(-1, 10)

    all_five = orders(5)
    assert (np.sort(all_five) == np.arange(10)).all()
    assert len({tuple(order) for order in all_five}) == 5
    np.testing.assert_array_equal(orders(5, done=2), all_five[2:])
    assert (orders(5, seed=4) != all_five).any()


class Killed(BaseException):
    """Stands for the end of the process: nothing here catches it."""


def at_call(number, function, *, before=False, halve=False):
    """Make the function end the run at one of its calls."""
    calls = []

    def dying(*args, **options):
        calls.append(args)
        if before and len(calls) == number:
            raise Killed
        result = function(*args, **options)
        if len(calls) == number:
            if halve:
                path = Path(args[1] if len(args) > 1 else options["filepath"])
                path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
            raise Killed
        return result

    return dying


save_weights = keras.Model.save_weights
# Each starts where the one before has ended. The head has three epochs,
# fine-tuning has two.
WORST_MOMENTS = [
    (finetune, "save_features", {"number": 2, "before": True}),
    (keras.Model, "save_weights", {"number": 2}),  # the epoch's number is old
    (Path, "rename", {"number": 1, "before": True}),
    (Path, "rename", {"number": 2}),  # two backups are whole, the head is done
    (keras.Model, "save_weights", {"number": 2, "halve": True}),
    (Path, "rename", {"number": 1}),
    (keras.Model, "save", {"number": 1, "halve": True}),
    (Path, "unlink", {"number": 1}),  # all is written, and being cleared away
]


@eagerly()
def test_end_at_the_worst_moments(
    folder, finished, tmp_path, monkeypatch, capsys
):
    out = tmp_path / "model.keras"
    for where, name, how in WORST_MOMENTS:
        assert not out.exists()
        dying = at_call(function=getattr(where, name), **how)
        with monkeypatch.context() as patch:
            patch.setattr(where, name, dying)
            with pytest.raises(Killed):
                run(folder, out)
    assert capsys.readouterr().out.count("Going on") == len(WORST_MOMENTS) - 1
    assert out.with_suffix(".work").exists()
    assert_same_weights(out, finished.out)
    assert run(folder, out) == 0
    assert "starting anew" in capsys.readouterr().out
    assert_same_weights(out, finished.out)
    assert curve(out) == curve(finished.out)
    assert not out.with_suffix(".work").exists()


def killed_after(epochs, stage, arguments, work):
    """Start a process and kill it once a stage has backups of so many."""
    command = [sys.executable, "-m", "cnn_course.finetune", *arguments]
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as process:
        end = time.monotonic() + 120
        while not any(
            int(path.name[-7:]) >= epochs
            for path in (work / stage).glob("epoch_*")
        ):
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.001)
        process.kill()
        assert process.stderr.read() == b""
    assert process.returncode == -signal.SIGKILL


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_killed_in_both_stages(folder, tmp_path):
    work, out = tmp_path / "model.work", tmp_path / "model.keras"
    long = ("--head-epochs", "30", "--epochs", "8")
    assert run(folder, tmp_path / "whole.keras", *long) == 0
    arguments = [str(folder), *SHORT, *long, "--out", str(out)]
    killed_after(3, "head", arguments, work)
    assert not (work / "fine-tuning").exists()
    killed_after(2, "fine-tuning", arguments, work)
    assert not out.exists()
    assert main(arguments) == 0
    assert_same_weights(out, tmp_path / "whole.keras")
    assert curve(out) == curve(tmp_path / "whole.keras")
    assert not work.exists()


def write_padded(picture, path):
    """Write a file of always the same size and time."""
    Image.fromarray(picture[..., 0]).save(path)
    path.write_bytes(path.read_bytes().ljust(5000, b"\0"))
    os.utime(path, (1e9, 1e9))


@eagerly()
def test_keyboard_then_other_arguments_and_pictures(
    tmp_path, monkeypatch, capsys
):
    def interrupted(*args):
        raise KeyboardInterrupt

    mine, out = tmp_path / "mine", tmp_path / "model.keras"
    crops = datasets.surfaces(per_class=4)
    datasets.save_as_folder(crops, mine)
    anew = "had other arguments or pictures: starting anew"
    with monkeypatch.context() as patch:
        patch.setattr(finetune, "fine_tune", interrupted)
        assert run(mine, out, "--seed", "5") == 130
        printed = capsys.readouterr().out
        assert "Interrupted. The same command goes on" in printed
        assert run(mine, out) == 130
        assert anew in capsys.readouterr().out
        write_padded(crops.images[0], mine / "brick" / "00000.png")
        assert run(mine, out) == 130
        assert anew in capsys.readouterr().out
    write_padded(255 - crops.images[0], mine / "brick" / "00000.png")
    assert run(mine, out) == 0
    assert (
        "Going on" in capsys.readouterr().out
    )  # the pixels tell, all the same
    assert run(mine, tmp_path / "whole.keras") == 0
    assert_same_weights(out, tmp_path / "whole.keras")
    assert curve(out) == curve(tmp_path / "whole.keras")


def test_somebody_s_folder_is_left_alone(folder, tmp_path, capsys):
    work = tmp_path / "model.work"
    work.mkdir()
    (work / "thesis.txt").write_text("chapter 1")
    error = refused(
        [str(folder), *SHORT, "--out", str(tmp_path / "model.keras")], capsys
    )
    assert "must be free for unfinished work" in error
    assert (work / "thesis.txt").read_text() == "chapter 1"


# --- refusals -----------------------------------------------------------------


def refused(argv, capfd):
    """Run what must be refused; return the one line it says."""
    capfd.readouterr()
    assert main(argv) == 2
    error = capfd.readouterr().err
    assert error.startswith("finetune: ")
    assert error.count("\n") == 1
    assert error.endswith("\n")
    return error


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
        (no_pictures, [], "too few pictures"),
        (loose_pictures, [], "too few pictures"),
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

    monkeypatch.setattr(finetune, "save_features", full)
    out = ["--out", str(tmp_path / "model.keras")]
    assert "No space left" in refused([str(folder), *SHORT, *out], capfd)


def test_weights_that_cannot_be_had(folder, tmp_path, capfd, monkeypatch):
    def fail(*args, **options):
        raise Exception("URL fetch failure on here: None -- no network")

    monkeypatch.setattr(file_utils, "get_file", fail)
    out = ["--out", str(tmp_path / "model.keras")]
    error = refused([str(folder), "--image-size", "32", *out], capfd)
    assert "connect to the internet once, or set KERAS_HOME" in error
    assert not (tmp_path / "model.work").exists()


def test_exit_status_of_the_command(capfd, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["finetune", "nowhere"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("cnn_course.finetune", run_name="__main__")
    assert caught.value.code == 2
    said = capfd.readouterr()
    assert re.fullmatch("finetune: .*'nowhere' is not a folder.\n", said.err)
    assert said.out == ""


# --- the official weights -----------------------------------------------------


@needs_weights
def test_imagenet_on_photographs_in_colour(tmp_path):
    (tmp_path / "home").mkdir()
    home = link_weights(tmp_path / "home")
    crops = datasets.surfaces(per_class=8, size=96, grey=False)
    datasets.save_as_folder(crops, tmp_path / "photos", suffix=".jpg")
    command = ["-m", "cnn_course.finetune", "photos", "--image-size", "96"]
    command += ["--epochs", "1", "--unfreeze", "4", "--head-epochs", "20"]
    done = fresh(command, tmp_path, KERAS_HOME=home)
    assert (done.returncode, done.stderr) == (0, "")
    tuned = float(re.search(r"([\d.]+)% fine-tuned", done.stdout)[1])
    assert tuned > 60  # chance: 17
    model = keras.models.load_model(tmp_path / "model.keras")
    test = datasets.surfaces("test", per_class=5, size=96, grey=False)
    predicted = model.predict(test.images, verbose=0).argmax(axis=-1)
    assert (predicted == test.labels).mean() > 0.4
