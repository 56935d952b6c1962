"""Several devices: the same step as on one.

Each case has a process of its own: devices are chosen before TensorFlow and
JAX compute for the first time.
"""

import json
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from fresh_process import cpu_only
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_course.parallel import Group, join, share


def fresh(code, backend):
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=cpu_only(backend),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()[-1]


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
