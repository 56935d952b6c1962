"""Runs of the command that are short, and what they leave."""

import csv
import subprocess
import sys

import keras
import numpy as np
from fresh_process import environment

from cnn_course.finetune import main

COUNTS = {"brick": 16, "coffee": 10, "cat": 5}
SHORT = ("--weights", "course", "--head-epochs", "3", "--epochs", "2")
SHORT += ("--batch-size", "16", "--unfreeze", "2")


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


def refused(argv, capfd):
    """Run what must be refused; return the one line it says."""
    capfd.readouterr()
    assert main(argv) == 2
    error = capfd.readouterr().err
    assert error.startswith("finetune: ")
    assert error.count("\n") == 1
    assert error.endswith("\n")
    return error
