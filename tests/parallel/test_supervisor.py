"""Several processes train what one trains, and end if they are left alone."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest
from fresh_process import cpu_only

from cnn_course import datasets, parallel


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Pictures of which 80 are to train on: whole batches of 16."""
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
        *("--weights", "course", "--batch-size", "16", "--unfreeze", "2"),
        *("--head-epochs", "30", "--epochs", "10", "--out", str(out), *more),
    ]


class Pair:
    """Two processes of one training, which end if they are left alone."""

    def __init__(self, folder, out, second=()):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        self.work = Path(out).with_suffix(".work")
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


def assert_left(said, log):
    status, _, wrong = said
    assert status == parallel.LOST
    assert wrong.startswith("finetune: ended before its time: another process")
    assert wrong.count("\n") == 1
    assert "go on from the last whole epoch" in wrong
    assert log.name in wrong
    assert log.stat().st_size > 0


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_one_dies_and_all_go_on_from_the_last_epoch(folder, trained, tmp_path):
    out = tmp_path / "model.keras"
    logs = [out.with_suffix(f".process_{i}.log") for i in (0, 1)]
    epochs = []
    for stage, count, victim, how in [
        ("head", 3, 1, signal.SIGSTOP),  # as if its cable were cut
        ("fine-tuning", 2, 0, signal.SIGKILL),
    ]:
        with Pair(folder, out) as pair:
            pair.wait_for(stage, count)
            pair.signal(victim, how)
            start = time.monotonic()
            said = pair.ended(1 - victim)
            assert time.monotonic() - start < 3 * parallel.PATIENCE
            assert_left(said, logs[1 - victim])
            if how == signal.SIGSTOP:
                pair.signal(victim, signal.SIGKILL)
            pair.ended(victim)
        assert not out.exists()
        backups = (out.with_suffix(".work") / stage).glob("epoch_*")
        epochs.append(max(int(path.name[-7:]) for path in backups))
    with Pair(folder, out) as pair:
        for i in 0, 1:
            status, _, wrong = pair.ended(i)
            assert (status, wrong) == (0, "")
    assert epochs[0] >= 3
    assert epochs[1] >= 2
    assert difference(out, trained) == 0
    histories = [
        path.with_suffix(".history.csv").read_text() for path in (out, trained)
    ]
    assert histories[0] == histories[1]
    assert not any(log.exists() for log in logs)
    assert not out.with_suffix(".work").exists()


def test_processes_with_other_arguments(folder, tmp_path):
    out = tmp_path / "model.keras"
    with Pair(folder, out, second=("--seed", "1")) as pair:
        status, _, wrong = pair.ended(1)
        assert status == 2
        assert "same arguments and pictures; process 1's differ" in wrong
        assert wrong.count("\n") == 1
        assert pair.ended(0)[0] == parallel.LOST


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
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
