"""Exercises that are judged in use, on answers that nobody expects."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from cnn_course import check
from cnn_course.check.behaviour import BehaviourExercise

EXERCISES = {
    name: exercise
    for name in check.__all__
    if isinstance(exercise := getattr(check, name), BehaviourExercise)
}
every_exercise = pytest.mark.parametrize("name", EXERCISES)

RESULTS = (
    0,
    "text",
    [1, [2, 3]],
    np.ones((2, 3)),
    keras.KerasTensor((2, 3)),
    keras.layers.Dense(2),
    tf.data.Dataset.range(3),
    ValueError("no"),
    ValueError,
    (letter for letter in "ab"),
)


def layer_that_returns(result):
    class Odd(keras.layers.Layer):
        def call(self, pictures, boxes, training=False):
            return result

    return Odd


@every_exercise
def test_whatever_comes_back_is_judged(name):
    for result in RESULTS:
        for answer in (
            lambda *arguments, result=result: result,
            layer_that_returns(result),
            result,
        ):
            verdict = EXERCISES[name](answer)
            assert verdict.status == "failed", result
            assert verdict.text.startswith(f"{name}: not yet.\nHint: "), result


def raises(*arguments):
    raise KeyError("side")


def raises_nothing_to_read(*arguments):
    raise ValueError


def recurses(*arguments):
    return recurses(*arguments)


@pytest.mark.parametrize("name", sorted(set(EXERCISES) - {"RandomMirror"}))
def test_what_an_answer_raises_stays_inside(name):
    for answer, said in (
        (raises, "with KeyError: 'side'"),
        (raises_nothing_to_read, "with ValueError: "),
        (recurses, "with RecursionError: "),
        (lambda: 1, "with TypeError: "),
    ):
        verdict = EXERCISES[name](answer)
        assert verdict.status == "failed"
        assert said in verdict.text


def test_an_error_names_its_line():
    line = raises.__code__.co_firstlineno + 1
    said = f"the call stops in line {line} with KeyError: 'side'"
    assert said in check.prepare(raises).text


def stub(*arguments):
    """Return the answer."""
    ...


class Untouched(keras.layers.Layer):
    def call(self, pictures, boxes, training=False): ...


@every_exercise
def test_stubs_wait(name):
    for answer in (stub, Untouched, lambda *arguments: ..., ..., None):
        verdict = EXERCISES[name](answer)
        assert verdict.status == "untouched"
        assert verdict.text.startswith(f"{name}: not started yet.")
