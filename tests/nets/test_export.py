"""Exported to LiteRT and to ONNX, blocks and networks compute the same."""

import importlib
import warnings

import keras
import numpy as np
import onnxruntime
import pytest
import tensorflow as tf
from nets.compare import randomise
from nets.examples import BLOCKS, NETS

# What tf2onnx 1.17 asks NumPy for.
pytestmark = pytest.mark.filterwarnings("ignore:In the future `np.object`")
# The others of NETS take up to two minutes each.
SMALL = ("lenet.lenet5", "unet.unet")


def load(name):
    """The function behind "file.function"."""
    file, function = name.split(".")
    return getattr(importlib.import_module(f"cnn_course.nets.{file}"), function)


def block(name):
    """A model of one block."""
    shape, options, *_ = BLOCKS[name]
    x = keras.Input(shape)
    return keras.Model(x, load(name)(x, **options))


def run_litert(path, x):
    """The outputs of a LiteRT file for a batch."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it moves to another package
        interpreter = tf.lite.Interpreter(path)
    (taken,) = interpreter.get_input_details()
    interpreter.resize_tensor_input(taken["index"], x.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(taken["index"], x)
    interpreter.invoke()
    given = interpreter.get_output_details()
    return [interpreter.get_tensor(one["index"]) for one in given]


def run_onnx(path, x):
    """The outputs of an ONNX file for a batch."""
    session = onnxruntime.InferenceSession(path)
    (taken,) = session.get_inputs()
    return session.run(None, {taken.name: x})


RUN = {"litert": (".tflite", run_litert), "onnx": (".onnx", run_onnx)}


def assert_exported_computes_the_same(model, form, folder):
    randomise(model)
    shape = [side or 32 for side in model.input_shape[1:]]
    x = np.random.default_rng(0).random((2, *shape), dtype="float32")
    expected = keras.tree.flatten(model(x, training=False))
    ending, run = RUN[form]
    path = str(folder / f"model{ending}")
    model.export(path, format=form, verbose=False)
    found = run(path, x)
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        other = np.asarray(other)
        np.testing.assert_allclose(one, other, atol=1e-4 * abs(other).max())


@pytest.mark.parametrize("form", RUN)
@pytest.mark.parametrize("name", BLOCKS)
def test_block(name, form, tmp_path):
    assert_exported_computes_the_same(block(name), form, tmp_path)


@pytest.mark.parametrize("form", RUN)
@pytest.mark.parametrize("name", SMALL)
def test_network(name, form, tmp_path):
    assert_exported_computes_the_same(load(name)(**NETS[name]), form, tmp_path)
