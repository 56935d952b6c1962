"""Run the copies of the files of nets/ that lie in the working folder.

`python standalone.py OUTPUT.npz NAME...`, where cnn_course cannot be imported:
runs examples of examples.py forward from fixed weights, and a gradient step for
each block and, on TensorFlow, for the first network of each file; writes the
outputs.
"""

import ast
import gc
import importlib
import inspect
import os
import sys
import textwrap
from pathlib import Path
from unittest import mock

sys.modules["cnn_course"] = None  # any import of it fails
sys.modules["sklearn"] = None  # for which Keras would look: a second
sys.path.insert(0, os.getcwd())

import keras  # noqa: E402
import numpy as np  # noqa: E402
from compare import randomise  # noqa: E402
from examples import BLOCKS, NETS  # noqa: E402


def paste(file, function):
    """Execute a file's imports and one function of it, nothing else."""
    source = Path(f"{file}.py").read_text(encoding="utf-8")
    imports = [
        ast.unparse(node)
        for node in ast.parse(source).body
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    module = importlib.import_module(file)
    code = textwrap.dedent(inspect.getsource(getattr(module, function)))
    pasted = {}
    exec("\n".join([*imports, code]), pasted)
    return pasted[function]


def build(function, *arguments, **options):
    """Call a function that builds layers, whose first values nobody needs.

    JAX would compile, for each shape, random values that `forward` replaces;
    TensorFlow, which cannot do without any, gets zeros.
    """
    if keras.backend.backend() == "jax":
        with keras.StatelessScope(initialize_variables=False):
            return function(*arguments, **options)
    with mock.patch.object(
        keras.initializers.VarianceScaling,
        "__call__",
        lambda self, shape, dtype=None: keras.ops.zeros(shape, dtype),
    ):
        return function(*arguments, **options)


def forward(model):
    """Give the first output from fixed weights.

    JAX compiles once for all layers, TensorFlow need not compile at all.
    """
    randomise(model)
    for variable in model.variables:  # what has no value yet gets its first
        variable.assign(variable.value)
    if keras.backend.backend() == "jax":
        outputs = model.predict(picture(model), verbose=0)
    else:
        outputs = model(picture(model), training=False)
    return keras.ops.convert_to_numpy(keras.tree.flatten(outputs)[0])


def picture(model):
    """Draw two fixed pictures of a model's input size."""
    rng = np.random.default_rng(0)
    return rng.uniform(0, 1, (2, *model.input_shape[1:])).astype("float32")


def assert_learns(model):
    """Take a step of gradient descent; some weight must move."""
    before = [weight.copy() for weight in model.get_weights()]
    targets = [np.zeros((2, *y.shape[1:])) for y in model.outputs]
    eagerly = keras.backend.backend() != "jax"
    model.compile("sgd", "mse", run_eagerly=eagerly)
    model.train_on_batch(
        picture(model), targets if len(targets) > 1 else targets[0]
    )
    pairs = zip(before, model.get_weights(), strict=True)
    assert any((old != new).any() for old, new in pairs)


def block_model(name):
    """Paste one block out of its file; its example as a model."""
    shape, options, *_ = BLOCKS[name]
    x = keras.Input(shape)
    return keras.Model(x, build(paste(*name.split(".")), x, **options))


def network(name):
    """Import a file; the example of a network of it."""
    file, function = name.split(".")
    module = importlib.import_module(file)
    return build(getattr(module, function), **NETS[name])


def main(path, *names):
    """Run examples; write {name: output}."""
    gc.freeze()  # it would go through all of the backend again and again
    outputs, seen = {}, set()
    for name in names:
        model = block_model(name) if name in BLOCKS else network(name)
        outputs[name] = forward(model)
        file = name.split(".")[0]
        first = file not in seen and keras.backend.backend() == "tensorflow"
        seen.add(file)
        if model.trainable_weights and (name in BLOCKS or first):
            assert_learns(model)
    np.savez(path, **outputs)


if __name__ == "__main__":
    main(*sys.argv[1:])
