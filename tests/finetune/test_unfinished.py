import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import pytest
from eager_fits import eagerly
from finetune_runs import (
    SHORT,
    assert_same_weights,
    curve,
    refused,
    run,
)
from fresh_process import environment
from PIL import Image

from cnn_course import datasets
from cnn_course.finetune import main, recipe


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


# Each starts where the one before has ended. The head has three epochs,
# fine-tuning has two.
WORST_MOMENTS = [
    (recipe, "save_features", {"number": 2, "before": True}),
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


needs_sigkill = pytest.mark.skipif(
    sys.platform == "win32", reason="needs SIGKILL"
)
LONG = (*SHORT, "--head-epochs", "12", "--epochs", "6")


@pytest.fixture(scope="module")
def whole(folder, tmp_path_factory):
    """A longer run that nothing has interrupted."""
    out = tmp_path_factory.mktemp("whole") / "model.keras"
    assert main([str(folder), *LONG, "--out", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def killed_in_the_head(folder, tmp_path_factory):
    """A killed run; has the model's path and the stages begun until then."""
    out = tmp_path_factory.mktemp("killed") / "model.keras"
    work = out.with_suffix(".work")
    killed_after(3, "head", [str(folder), *LONG, "--out", str(out)], work)
    return out, {path.name for path in work.iterdir() if path.is_dir()}


@pytest.fixture(scope="module")
def killed_in_both_stages(folder, killed_in_the_head):
    """The same, killed again; has the model's path."""
    out, _ = killed_in_the_head
    arguments = [str(folder), *LONG, "--out", str(out)]
    killed_after(2, "fine-tuning", arguments, out.with_suffix(".work"))
    return out


@needs_sigkill
def test_killed_in_the_head(killed_in_the_head):
    assert killed_in_the_head[1] == {"head"}


@needs_sigkill
def test_killed_in_both_stages(killed_in_both_stages):
    assert not killed_in_both_stages.exists()


@needs_sigkill
def test_killed_twice_it_ends_with_the_same_model(
    folder, whole, killed_in_both_stages
):
    out = killed_in_both_stages
    assert main([str(folder), *LONG, "--out", str(out)]) == 0
    assert_same_weights(out, whole)
    assert curve(out) == curve(whole)
    assert not out.with_suffix(".work").exists()


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
        patch.setattr(recipe, "fine_tune", interrupted)
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
