"""Processes that leave each other: when one has died, the others say so."""

import contextlib
import os
import subprocess
import sys
import threading
import traceback

_SUPERVISED = "CNN_COURSE_SUPERVISED"  # the log of a process with a supervisor
PATIENCE = 20  # seconds without a sign of life, then a process counts as dead
LOST = 3  # the exit status of a process that another one has left alone


def supervised():
    """Tell whether this process was started by `supervise`."""
    return _SUPERVISED in os.environ


def supervise(command, log, name):
    """Run a process of a group, and say so if it ends because of another.

    Its last words may be a C++ stack trace: they go to a file.

    Args:
        command: list of str, which calls `obey` first.
        log: path of that file, which is removed if all goes well.
        name: str, what messages begin with.

    Returns:
        int, the exit status: the command's, or LOST after a message.
    """
    environment = {**os.environ, _SUPERVISED: str(log)}
    pipe = subprocess.PIPE  # never written to: its end is our end
    with subprocess.Popen(command, env=environment, stdin=pipe) as process:
        try:
            status = process.wait()
        except KeyboardInterrupt:  # it gets one, too, but may not hear it
            try:
                status = process.wait(PATIENCE)
            except (KeyboardInterrupt, subprocess.TimeoutExpired):
                process.kill()
                status = 130
    if 0 <= status < LOST or status == 130:
        with contextlib.suppress(FileNotFoundError):
            os.remove(log)
        return status
    print(
        f"{name}: ended before its time: another process has died or cannot "
        f"be reached (one is given up after {PATIENCE} seconds), or this one "
        f"failed. Its last words are in {log}. Start all processes again with "
        "the same commands: they go on from the last whole epoch.",
        file=sys.stderr,
    )
    return LOST


def obey(work):
    """Run work as a process with a supervisor, then end this process.

    It ends at once, without a word to the others: so they notice.

    Args:
        work: function without arguments that returns an exit status.
    """
    log = os.open(os.environ[_SUPERVISED], os.O_WRONLY | os.O_CREAT, 0o644)
    os.ftruncate(log, 0)
    sys.stdout = os.fdopen(os.dup(1), "w", buffering=1)
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    for c_plus_plus_s_own in 1, 2:
        os.dup2(log, c_plus_plus_s_own)
    threading.Thread(target=_end_with_supervisor, daemon=True).start()
    try:
        status = work()
    except BaseException:  # JAX's own way out would wait for the others
        os.write(log, traceback.format_exc().encode())
        status = LOST
    sys.stdout.flush()
    os._exit(status)


def _end_with_supervisor():
    os.read(0, 1)
    os._exit(LOST)
