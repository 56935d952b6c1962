"""Run the copies of the files of nets/ that lie in the working folder.

`python standalone.py`, where cnn_course cannot be imported, reads lines of
names: it runs these examples of examples.py forward from fixed weights, and a
gradient step for each block and, on TensorFlow, for the first network of each
file; it writes the outputs of a line to a file, whose name it prints.
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


def gradients_by_jax(model):
    """Compute the gradients of the mean square of all outputs in training.

    They alone compile in two thirds of the time of a step that uses them.
    """
    import jax  # of which TensorFlow knows nothing

    def loss(trained, others):
        outputs, _ = model.stateless_call(
            trained, others, picture(model), training=True
        )
        return sum(keras.ops.mean(y**2) for y in keras.tree.flatten(outputs))

    return jax.jit(jax.grad(loss))(
        [variable.value for variable in model.trainable_variables],
        [variable.value for variable in model.non_trainable_variables],
    )


def assert_learns(model):
    """Take a step of gradient descent, by which some weight must move."""
    if keras.backend.backend() == "jax":
        gradients = gradients_by_jax(model)
        assert any((np.asarray(one) != 0).any() for one in gradients)
        return
    before = [weight.copy() for weight in model.get_weights()]
    targets = [np.zeros((2, *y.shape[1:])) for y in model.outputs]
    model.compile("sgd", "mse", run_eagerly=True)
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


def run(names):
    """Run examples; return {name: output}."""
    outputs, seen = {}, set()
    for name in names:
        model = block_model(name) if name in BLOCKS else network(name)
        outputs[name] = forward(model)
        file = name.split(".")[0]
        first = file not in seen and keras.backend.backend() == "tensorflow"
        seen.add(file)
        if model.trainable_weights and (name in BLOCKS or first):
            assert_learns(model)
    return outputs


if __name__ == "__main__":
    gc.freeze()  # it would go through all of the backend again and again
    for number, line in enumerate(sys.stdin):
        np.savez(f"{number}.npz", **run(line.split()))
        print(f"{number}.npz", flush=True)
