"""The table of backends: complete, true of JAX, and blind to no difference."""

import importlib
import re
from dataclasses import replace
from pathlib import Path

import backend_cases
import backends
import keras
import numpy as np
import pytest
from fresh_process import for_once
from keras import layers, ops
from nets import copied
from nets.examples import BLOCKS

PACKAGE = Path(__file__).resolve().parents[2] / "cnn_course"
ROOMS = ("nets", "detection", "applications")
# What makes, moves or converts numbers and computes none; and what finds and
# repeats, whose parts are in the table.
NO_ARITHMETIC = {
    "arange",
    "array",
    "broadcast_to",
    "cast",
    "convert_to_numpy",
    "convert_to_tensor",
    "extend",
    "eye",
    "fori_loop",
    "logical_and",
    "logical_or",
    "reshape",
    "shape",
    "stop_gradient",
    "zeros",
    "zeros_like",
}
# Inputs and base classes, and what passes its input on.
NO_LAYERS = {"Identity", "InputLayer", "Layer"}
PAGE = backends.PAGE.read_text(encoding="utf-8")


def named(word):
    """The names behind "layers." or "ops." in the rooms with networks."""
    texts = [
        path.read_text(encoding="utf-8")
        for room in ROOMS
        for path in (PACKAGE / room).rglob("*.py")
    ]
    return set(re.findall(rf"\b{word}\.(\w+)", "\n".join(texts)))


def listed(backend, dtype):
    """The differences in the page: {(case, "output" or "gradient")}."""
    row = rf"\| `(.+)` \| {backends.BACKENDS[backend]} \| {dtype} \| (\w+) "
    return set(re.findall(row, PAGE))


@pytest.fixture(scope="module")
def truth():
    return backends.run(
        "tensorflow", "float64", environment=for_once("tensorflow")
    )


def test_every_layer_and_op_is_in_the_table():
    cases = {case.name for case in backend_cases.cases()}
    assert named("layers") - NO_LAYERS <= cases
    assert {f"ops.{name}" for name in named("ops") - NO_ARITHMETIC} <= cases


def geometry(layer):
    """Class and window of a layer; None for one that has no window."""
    config = layer.get_config()
    window = config.get("kernel_size", config.get("pool_size"))
    names = ("strides", "padding", "dilation_rate", "groups")
    return window and (
        type(layer).__name__,
        window,
        *(config.get(name) for name in names),
    )


def test_every_window_of_a_block_is_in_the_table():
    compared = {
        geometry(getattr(layers, layer)(**options))
        for layer, all_options, *_ in backend_cases.LAYERS
        for options in all_options
    }
    for name, (shape, options, *_) in BLOCKS.items():
        file, function = name.split(".")
        module = importlib.import_module(f"cnn_course.nets.{file}")
        x = keras.Input(shape)
        model = keras.Model(x, getattr(module, function)(x, **options))
        used = {geometry(layer) for layer in model.layers}
        assert used <= compared, (name, used - compared)


@pytest.mark.parametrize("backend", ["tensorflow", *copied.OTHERS])
def test_the_page_is_true_of_each_backend_that_is_installed(backend, truth):
    found = backends.run(backend, "float32", environment=for_once(backend))
    compared = backends.differences(found, truth, "float32")
    assert f" {len(compared)} outputs and gradients" in PAGE
    differing = set(backends.apart(compared, "float32"))
    assert differing == listed(backend, "float32"), "see tools/backends.py"


@pytest.mark.parametrize("dtype", backends.EQUAL)
@pytest.mark.parametrize("backend", backends.BACKENDS)
def test_the_page_counts_what_it_lists(backend, dtype):
    count = len(listed(backend, dtype))
    assert f"| {backends.BACKENDS[backend]}, {dtype} | {count} |" in PAGE


def results(case, dtype):
    """What one case gives here, as `backends.run` has it."""
    found = backend_cases.compute(case, dtype)
    return {f"{case.text}; {dtype}; {part}": found[part] for part in found}


def counts_padding(x):
    """Average 3x3 with stride 2, and count the zeros around the map."""
    x = ops.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]])
    return ops.average_pool(x, 3, 2)


def old_hard_sigmoid(x):
    """Keras 2's: 0.2 x + 0.5, not x / 6 + 0.5."""
    return ops.clip(0.2 * x + 0.5, 0, 1)


def gives_ties_to_the_second(x, y):
    """The maximum, but its gradient."""
    return ops.where(x > y, x, y)


@pytest.mark.parametrize(
    ("text", "planted", "differing"),
    [
        (
            "AveragePooling2D(pool_size=3, strides=2, padding='same') of "
            "1×13×9×2, distinct",
            counts_padding,
            {"output", "gradient"},
        ),
        (
            "Activation(activation='hard_sigmoid') of 9×14, distinct",
            old_hard_sigmoid,
            {"output", "gradient"},
        ),
        (
            "ops.maximum of 5×9 and 5×9, ties",
            gives_ties_to_the_second,
            {"gradient"},
        ),
    ],
)
def test_a_planted_difference_is_found(text, planted, differing):
    (case,) = (one for one in backend_cases.cases() if one.text == text)
    faulty = replace(case, prepare=lambda dtype: (planted, []))
    truth = results(case, "float64")
    for one, expected in (case, set()), (faulty, differing):
        found = results(one, "float32")
        compared = backends.differences(found, truth, "float32")
        wrong = backends.apart(compared, "float32")
        assert {part for _, part in wrong} == expected


@pytest.mark.parametrize(
    ("found", "truth", "far"),
    [
        ([1.0, 2.0], [1.0, 2.0], 0),
        ([1.0, 2.5], [1.0, 2.0], 0.25),
        ([1.0, np.nan], [1.0, 2.0], np.inf),
        ([1.0, 2.0], [1.0, np.nan], np.inf),
        ([1.0, np.inf], [1.0, np.inf], 0),
        ([1.0], [1.0, 2.0], np.inf),
        ([0.5], [0.0], 0.5),
    ],
)
def test_distance(found, truth, far):
    assert backends.distance(np.array(found), np.array(truth)) == far


def test_what_is_refused_is_infinitely_far():
    truth = {"a; float64; output 0": np.ones(2)}
    found = {"a; float32; refused": np.array("no such kernel")}
    compared = backends.differences(found, truth, "float32")
    assert compared == {("a", "output"): np.inf}
