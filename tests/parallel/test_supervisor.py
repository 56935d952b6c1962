"""Several processes train what one trains, and end if they are left alone."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
from fresh_process import cpu_only

from cnn_course import datasets, parallel

needs_signals = pytest.mark.skipif(
    sys.platform == "win32", reason="needs signals"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Pictures of which 80 are to train on: whole batches of 40."""
    folder = tmp_path_factory.mktemp("data") / "surfaces"
    made = datasets.surfaces(per_class=17)
    chosen = slice(0, 100)
    made = datasets.LabelledImages(
        made.images[chosen], made.labels[chosen], made.class_names
    )
    datasets.save_as_folder(made, folder)
    return folder


def command(folder, out, *more):
    return [
        *(sys.executable, "-m", "cnn_course.finetune", str(folder)),
        *("--weights", "course", "--batch-size", "40", "--unfreeze", "2"),
        *("--head-epochs", "10", "--epochs", "6", "--out", str(out), *more),
    ]


class Pair:
    """Two processes of one training, which end if they are left alone."""

    def __init__(self, folder, out, second=()):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        self.out = out
        self.work = out.with_suffix(".work")
        self.said = {}
        self.older = set(self.work.glob("*/epoch_*"))
        group = ("--coordinator", address, "--processes", "2")
        self.processes = [
            subprocess.Popen(
                command(folder, out, *group, "--process-id", str(i), *more),
                env=cpu_only("jax"),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            for i, more in enumerate([(), second])
        ]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for i in 0, 1:
            if i not in self.said:
                with contextlib.suppress(ProcessLookupError):
                    self.signal(i, signal.SIGKILL)
            self.ended(i)

    def wait_for(self, stage, epochs):
        end = time.monotonic() + 200
        while not any(
            int(path.name[-7:]) >= epochs
            for path in set((self.work / stage).glob("epoch_*")) - self.older
        ):
            assert [one.poll() for one in self.processes] == [None, None]
            assert time.monotonic() < end
            time.sleep(0.002)

    def signal(self, i, number):
        """To the process and its supervisor."""
        os.killpg(self.processes[i].pid, number)

    def log(self, i):
        return self.out.with_suffix(f".process_{i}.log")

    def ended(self, i, seconds=300):
        """Its exit status, and what it has said."""
        if i not in self.said:
            self.said[i] = self.processes[i].communicate(timeout=seconds)
        return self.processes[i].returncode, *self.said[i]


def weights(out):
    return keras.models.load_model(out).get_weights()


def difference(a, b):
    pairs = zip(weights(a), weights(b), strict=True)
    return max(np.abs(x - y).max() for x, y in pairs)


@pytest.fixture(scope="module")
def trained(folder, tmp_path_factory):
    """Trained by two processes that nobody disturbed."""
    out = tmp_path_factory.mktemp("trained") / "model.keras"
    with Pair(folder, out) as pair:
        for i in 0, 1:
            status, printed, wrong = pair.ended(i)
            assert (status, wrong) == (0, "")
            assert ("fine-tuned" in printed) == (i == 0)
            assert ("Process 0 writes" in printed) == (i == 1)
    assert {path.suffix for path in out.parent.iterdir()} == {
        ".keras",
        ".json",
        ".csv",
        ".png",
    }
    return out


def test_two_processes_train_what_one_trains(folder, trained, tmp_path):
    """80 pictures are whole batches: nothing is there twice."""
    out = tmp_path / "one.keras"
    subprocess.run(
        command(folder, out),
        env=cpu_only("jax"),
        check=True,
        capture_output=True,
    )
    assert difference(out, trained) < 1e-5


def end_left_alone(pair, i):
    """Wait for the end of a process whose partner has just died."""
    start = time.monotonic()
    status, _, wrong = pair.ended(i)
    assert time.monotonic() - start < 3 * parallel.PATIENCE
    assert status == parallel.LOST
    assert wrong.startswith("finetune: ended before its time: another process")
    assert wrong.count("\n") == 1
    assert "go on from the last whole epoch" in wrong
    log = pair.log(i)
    assert log.name in wrong
    assert log.stat().st_size > 0


def last_backup(out, stage):
    """The number of the last epoch that a run which has not ended kept."""
    assert not out.exists()
    backups = (out.with_suffix(".work") / stage).glob("epoch_*")
    return max(int(path.name[-7:]) for path in backups)


@pytest.fixture(scope="module")
def silent(folder, tmp_path_factory):
    """Process 1 fell silent in the head's training, as if its cable were cut.

    Has the model's path, the pair and the future of `end_left_alone` for
    process 0: other tests run while it is patient.
    """
    out = tmp_path_factory.mktemp("left") / "model.keras"
    with Pair(folder, out) as pair, ThreadPoolExecutor() as pool:
        pair.wait_for("head", 3)
        pair.signal(1, signal.SIGSTOP)
        yield out, pair, pool.submit(end_left_alone, pair, 0)


@pytest.fixture(scope="module")
def cut_off(silent):
    """Process 0 has ended; the model's path and the head's last backup."""
    out, pair, waiting = silent
    waiting.result()
    pair.signal(1, signal.SIGKILL)
    pair.ended(1)
    return out, last_backup(out, "head")


@pytest.fixture(scope="module")
def killed(folder, cut_off):
    """Started again, process 0 died in the fine-tuning; the same two things."""
    out, _ = cut_off
    with Pair(folder, out) as pair:
        pair.wait_for("fine-tuning", 2)
        pair.signal(0, signal.SIGKILL)
        end_left_alone(pair, 1)
        pair.ended(0)
    return out, last_backup(out, "fine-tuning")


@needs_signals
def test_one_falls_silent_and_the_other_is_patient(silent):
    assert silent[1].processes[0].poll() is None


def test_processes_with_other_arguments(folder, tmp_path):
    out = tmp_path / "model.keras"
    with Pair(folder, out, second=("--seed", "1")) as pair:
        status, _, wrong = pair.ended(1)
        assert status == 2
        assert "same arguments and pictures; process 1's differ" in wrong
        assert wrong.count("\n") == 1
        assert pair.ended(0)[0] == parallel.LOST


@needs_signals
def test_ctrl_c_where_nothing_listens(folder, tmp_path):
    """Process 0 waits for a second that never comes."""
    # A process in a shell's background inherits that Ctrl-C is ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        pair = Pair(folder, tmp_path / "model.keras")
    finally:
        signal.signal(signal.SIGINT, before)
    with pair:
        pair.signal(1, signal.SIGKILL)
        out = pair.processes[0].stdout
        assert "Waiting for 2 processes at 127.0.0.1" in out.readline()
        pair.signal(0, signal.SIGINT)
        status, _, wrong = pair.ended(0, 3 * parallel.PATIENCE)
        assert (status, wrong) == (130, "")


@needs_signals
def test_one_was_silent_and_the_other_ends(cut_off):
    assert cut_off[1] >= 3


@needs_signals
def test_one_is_killed_and_the_other_ends(killed):
    assert killed[1] >= 2


@needs_signals
def test_all_go_on_from_the_last_epoch(folder, trained, killed):
    out, _ = killed
    with Pair(folder, out) as pair:
        for i in 0, 1:
            status, _, wrong = pair.ended(i)
            assert (status, wrong) == (0, "")
            assert not pair.log(i).exists()
    assert difference(out, trained) == 0
    histories = [
        path.with_suffix(".history.csv").read_text() for path in (out, trained)
    ]
    assert histories[0] == histories[1]
    assert not out.with_suffix(".work").exists()
