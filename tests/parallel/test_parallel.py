"""Several devices, several processes: the same model as one.

Each case has processes of its own: devices are chosen before TensorFlow and
JAX compute for the first time.
"""

import contextlib
import json
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
import tensorflow as tf
from fresh_process import environment
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_course import datasets, parallel
from cnn_course.parallel import Group, join, share


def on(backend):
    return environment(KERAS_BACKEND=backend, CUDA_VISIBLE_DEVICES="")


def fresh(code, backend):
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=on(backend),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()[-1]


# --- a step on one device and on several --------------------------------------

STEP = """
import contextlib, json
import cnn_course.console.quiet
import keras, numpy as np
from cnn_course.parallel import join

group = join({devices})
rng = np.random.default_rng(0)
x = rng.random((24, 8, 8, 1), dtype="float32")
y = rng.integers(0, 3, 24)

def after_one_step(scope, optimizer):
    keras.utils.set_random_seed(0)
    with scope():
        model = keras.Sequential([
            keras.Input((8, 8, 1)),
            keras.layers.Conv2D(4, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(3, activation="softmax"),
        ])
        before = model.get_weights()
        model.compile(optimizer(0.1), "sparse_categorical_crossentropy")
        model.fit(x, y, batch_size=24, epochs=1, shuffle=False, verbose=0)
    return before, model.get_weights()

def difference(a, b):
    return float(max(np.abs(p - q).max() for p, q in zip(a, b)))

found = []
for optimizer in keras.optimizers.SGD, keras.optimizers.Adam:
    start, one = after_one_step(contextlib.nullcontext, optimizer)
    same, many = after_one_step(group.scope, optimizer)
    assert difference(start, same) == 0
    found.append([difference(start, one), difference(one, many)])
print(json.dumps([group.devices, found]))
"""


@pytest.mark.parametrize(
    ("backend", "devices"), [("tensorflow", 2), ("jax", 2), ("jax", 3)]
)
def test_one_step_on_several_devices_is_one_step(backend, devices):
    counted, found = json.loads(fresh(STEP.format(devices=devices), backend))
    assert counted == devices
    assert len(found) == 2
    for moved, apart in found:
        assert moved > 1e-2
        assert apart < 1e-5


def test_one_device_needs_nothing():
    group = join()
    assert (group.devices, group.processes, group.process_id) == (1, 1, 0)
    with group.scope():
        assert tf.distribute.get_strategy().num_replicas_in_sync == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"devices": 0}, "devices must be an int >= 1; got 0"),
        ({"processes": 1.5}, "processes must be an int >= 1; got 1.5"),
        ({"process_id": -1}, "process_id must be an int >= 0; got -1"),
        ({"process_id": 1}, "process_id must be below processes=1; got 1"),
    ],
)
def test_bad_groups(options, words):
    with pytest.raises(ValueError, match=words):
        join(**options)


def test_too_late():
    tf.ones(1)
    with pytest.raises(RuntimeError, match="before the first computation"):
        join(2)


def test_more_gpus_than_there_are(monkeypatch):
    monkeypatch.setattr(
        tf.config, "list_physical_devices", lambda kind: ["a GPU", "another"]
    )
    with pytest.raises(ValueError, match=r"at most the 2 GPUs .*, got 3"):
        join(3)


def test_processes_need_jax():
    with pytest.raises(ValueError, match="KERAS_BACKEND=jax"):
        join(1, coordinator="127.0.0.1:5000", processes=2)


@settings(deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 6))
def test_shares_are_a_partition_in_order(processes, each, batch):
    devices = processes * each
    rows = tf.range(devices * batch)
    parts = [
        share(rows, Group(devices=devices, processes=processes, process_id=i))
        for i in range(processes)
    ]
    assert {len(part) for part in parts} == {each * batch}
    np.testing.assert_array_equal(np.concatenate(parts), rows)


# --- finetune on two processes ------------------------------------------------


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
                env=on("jax"),
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
        env=on("jax"),
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
