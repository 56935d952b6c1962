"""The devices that train together, and what their processes share.

With TensorFlow `tf.distribute.MirroredStrategy`, for the devices of one
machine; with JAX `keras.distribution.DataParallel`, for the devices of one
machine or, through `jax.distributed`, of many. Each device has all the weights
and a share of each batch; before each update the gradients are averaged.

A machine without GPUs lends its processor as several devices: nothing gets
faster, but the code is the same and can be tried.
"""

import contextlib
import hashlib
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from cnn_course.geometry import whole_number
from cnn_course.parallel.supervisor import PATIENCE


class Group(NamedTuple):
    """The devices that train together, and which of them are ours.

    scope makes a context manager: models made, compiled and trained inside are
    on all the devices. devices counts them all, over all the processes.
    """

    scope: Callable = contextlib.nullcontext
    devices: int = 1
    processes: int = 1
    process_id: int = 0


def join(devices=1, *, coordinator=None, processes=1, process_id=0):
    """Make a group; before this, nothing may have been computed.

    Args:
        devices: int >= 1, of this machine; all processes give the same.
        coordinator: "HOST:PORT" at which process 0 can be reached; None for
            one process.
        processes: int >= 1, more than one only on JAX.
        process_id: int from 0 to processes - 1.

    Returns:
        Group.

    Raises:
        ValueError: an argument is out of range, the machine has fewer GPUs
            than devices, or the backend is not made for this.
        RuntimeError: something has been computed already.
    """
    devices = whole_number("devices", devices, 1)
    processes = whole_number("processes", processes, 1)
    if whole_number("process_id", process_id, 0) >= processes:
        raise ValueError(
            f"process_id must be below processes={processes}; got {process_id}."
        )
    if devices == processes == 1:
        return Group()
    import keras

    backend = keras.backend.backend()
    if backend == "jax":
        scope = _data_parallel(devices, coordinator, processes, process_id)
    elif backend == "tensorflow" and processes == 1:
        scope = _mirrored(devices)
    else:
        raise ValueError(
            f"{processes} processes with {devices} devices each need Keras's "
            f"JAX backend, but this is {backend}: install jax and set the "
            "environment variable KERAS_BACKEND=jax before Python starts."
        )
    return Group(scope, devices * processes, processes, process_id)


def _enough(found, devices):
    if found < devices:
        raise ValueError(
            f"devices must be at most the {found} GPUs of this machine, got "
            f"{devices}."
        )


@contextlib.contextmanager
def _first():
    """Say what is wrong if something has been computed already."""
    try:
        yield
    except RuntimeError as error:
        raise RuntimeError(
            "Devices must be chosen before the first computation: do it in a "
            f"fresh process or kernel. ({error})"
        ) from None


def _mirrored(devices):
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        _enough(len(gpus), devices)
    else:
        cpu = tf.config.list_physical_devices("CPU")[0]
        parts = [tf.config.LogicalDeviceConfiguration()] * devices
        with _first():
            tf.config.set_logical_device_configuration(cpu, parts)
    tf.get_logger().setLevel("ERROR")  # it reports each all-reduce it makes
    kind = "GPU" if gpus else "CPU"
    names = [f"{kind}:{i}" for i in range(devices)]
    return tf.distribute.MirroredStrategy(names).scope


def _data_parallel(devices, coordinator, processes, process_id):
    import jax
    import keras

    with _first():
        jax.config.update("jax_num_cpu_devices", devices)
    if processes > 1:
        print(f"Waiting for {processes} processes at {coordinator}.")
        jax.distributed.initialize(
            coordinator,
            processes,
            process_id,
            local_device_ids=list(range(devices)),
            heartbeat_timeout_seconds=PATIENCE,
        )
        # Connect now, while all are here: later some may come too late.
        wait(Group(processes=processes))
        keras.utils.set_random_seed(0)  # weights must begin the same in all
    _enough(jax.local_device_count(), devices)
    names = keras.distribution.list_devices()[: devices * processes]
    return keras.distribution.DataParallel(
        devices=names, auto_shard_dataset=False
    ).scope


def share(rows, group):
    """Choose what one process reads of a batch.

    Args:
        rows: int tensor (n,), n a multiple of group.devices.
        group: Group.

    Returns:
        int tensor (n / group.processes,), of the same type.
    """
    import tensorflow as tf

    return tf.reshape(rows, [group.processes, -1])[group.process_id]


def gather(array, group):
    """Put the parts together that the processes have.

    Args:
        array: array (n, ...), the same shape in all.
        group: Group; all its processes must call this.

    Returns:
        array (group.processes * n, ...), process 0's part first.
    """
    if group.processes == 1:
        return array
    from jax.experimental import multihost_utils

    return multihost_utils.process_allgather(array).reshape(
        -1, *array.shape[1:]
    )


def wait(group):
    """Return when all the group's processes have called this."""
    if group.processes > 1:
        from jax.experimental import multihost_utils

        multihost_utils.sync_global_devices("wait")


def leave(group, weights):
    """Part from the group; all its processes must call this, trained.

    Args:
        group: Group.
        weights: list of arrays, which should be the same in all, to the bit.

    Returns:
        bool, whether they are; unlike devices may differ in the last one.
    """
    if group.processes == 1:
        return True
    import jax

    digest = hashlib.sha256(b"".join(array.tobytes() for array in weights))
    digests = gather(np.frombuffer(digest.digest(), np.uint8)[None], group)
    jax.distributed.shutdown()
    return bool((digests == digests[0]).all())
