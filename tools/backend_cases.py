"""Every layer and op of our networks, small: what tools/backends.py runs.

`python tools/backend_cases.py OUT.npz DTYPE ...` computes all cases on the
backend that KERAS_BACKEND names, in each data type, and stores the outputs
and, for outputs weighed by fixed numbers and summed, the gradients with
respect to inputs and weights.

All values are exact in bfloat16, so that only the arithmetic differs.
"""

import itertools
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import keras
import numpy as np
from keras import layers, ops


def distinct(rng, shape):
    """Odd multiples of 1/32, none twice: no ties, and no kink of a function."""
    count = int(np.prod(shape))
    values = 2 * rng.permutation(count) + 1 - count - count % 2
    return values.reshape(shape) / 32


def ties(rng, shape):
    """Whole numbers from -4 to 7: many are equal, many lie on a kink."""
    return rng.integers(-4, 8, shape)


def ones(rng, shape):
    """Ones, for sums of many."""
    return np.ones(shape)


def fractions(rng, shape):
    """Sixteenths from -1 to 1, for weights."""
    return rng.integers(-16, 17, shape) / 16


def options(**choices):
    """Every combination of the choices, each a dict."""
    return [
        dict(zip(choices, values, strict=True))
        for values in itertools.product(*choices.values())
    ]


ODD, EVEN = (1, 13, 9, 2), (1, 8, 12, 2)
WIDE = (1, 64, 64, 2)
BOTH = ("same", "valid")
ACTIVATIONS = (
    "hard_sigmoid",
    "hard_swish",
    "relu",
    "sigmoid",
    "softmax",
    "softplus",
    "swish",
    "tanh",
)
# (layer, its options, shapes of its inputs, kinds of values).
LAYERS = [
    (
        "Conv2D",
        [
            *options(
                filters=[4],
                kernel_size=[1, 2, 3, 5, 7],
                strides=[1, 2],
                padding=BOTH,
            ),
            *options(
                filters=[4],
                kernel_size=[4, (1, 3), (3, 1), (1, 7), (7, 1)],
                padding=BOTH,
            ),
            *options(filters=[4], kernel_size=[8], strides=[4], padding=BOTH),
            *options(
                filters=[4], kernel_size=[3], dilation_rate=[2], padding=BOTH
            ),
            *options(filters=[4], kernel_size=[3], groups=[2], padding=BOTH),
        ],
        [[ODD], [EVEN]],
        [distinct],
    ),
    ("Conv2D", options(filters=[1], kernel_size=[1, 3]), [[WIDE]], [ones]),
    (
        "DepthwiseConv2D",
        [
            *options(kernel_size=[3, 5], strides=[1, 2], padding=BOTH),
            *options(kernel_size=[3], dilation_rate=[2], padding=BOTH),
        ],
        [[ODD], [EVEN]],
        [distinct],
    ),
    ("DepthwiseConv2D", options(kernel_size=[3, 7]), [[WIDE]], [ones]),
    (
        "Conv2DTranspose",
        options(
            filters=[3], kernel_size=[2, 3, 4], strides=[1, 2], padding=BOTH
        ),
        [[ODD], [EVEN]],
        [distinct],
    ),
    (
        "MaxPooling2D",
        options(pool_size=[2, 3], strides=[1, 2], padding=BOTH),
        [[ODD], [EVEN]],
        [distinct, ties],
    ),
    (
        "AveragePooling2D",
        [
            *options(pool_size=[2, 3], strides=[1, 2], padding=BOTH),
            *options(pool_size=[5], strides=[3], padding=BOTH),
            *options(pool_size=[4], strides=[2], padding=["same"]),
        ],
        [[ODD], [EVEN]],
        [distinct],
    ),
    ("AveragePooling2D", options(pool_size=[28]), [[WIDE]], [ones]),
    ("GlobalAveragePooling2D", options(keepdims=[True]), [[ODD]], [distinct]),
    ("GlobalAveragePooling2D", [{}], [[WIDE]], [ones]),
    ("BatchNormalization", options(scale=[True, False]), [[ODD]], [distinct]),
    ("BatchNormalization", [{}], [[WIDE]], [ones]),
    (
        "Resizing",
        [
            *options(height=[27, 5], width=[17, 4]),
            *options(height=[7], width=[5], interpolation=["nearest"]),
        ],
        [[ODD], [EVEN]],
        [distinct],
    ),
    ("UpSampling2D", [{}], [[ODD]], [distinct]),
    (
        "ZeroPadding2D",
        options(padding=[1, ((0, 1), (2, 3))]),
        [[ODD]],
        [distinct],
    ),
    ("Dense", options(units=[3]), [[(5, 7)]], [distinct]),
    ("ReLU", options(max_value=[None, 6.0]), [[(9, 14)]], [distinct, ties]),
    (
        "Activation",
        options(activation=ACTIVATIONS),
        [[(9, 14)]],
        [distinct, ties],
    ),
    ("Softmax", [{}], [[(9, 14)]], [distinct]),
    ("Rescaling", options(scale=[1 / 127.5], offset=[-1]), [[ODD]], [distinct]),
    ("Normalization", options(mean=[0.5], variance=[3]), [[ODD]], [distinct]),
    ("UnitNormalization", [{}], [[(9, 14)]], [distinct]),
    ("Dropout", options(rate=[0.5]), [[(9, 14)]], [distinct]),
    ("Flatten", [{}], [[ODD]], [distinct]),
    ("Reshape", options(target_shape=[(-1, 4)]), [[EVEN]], [distinct]),
    ("Add", [{}], [[ODD, ODD]], [distinct]),
    ("Multiply", [{}], [[ODD, (1, 1, 1, 2)]], [distinct]),
    ("Concatenate", [{}], [[ODD, ODD]], [distinct]),
]

WITHOUT_GRADIENT = {"ops.any", "ops.argmax"}
X, PAIR = [(5, 9)], [(5, 9), (5, 9)]
WHICH = np.array([[2, 0, 8], [1, 1, 3], [0, 0, 0], [4, 5, 6], [7, 8, 2]])
# Name -> (function of tensors, their shapes, kinds of values).
OPS = {
    "abs": (ops.abs, X, [distinct, ties]),
    "any": (lambda x: ops.any(x > 4, axis=-1), X, [distinct]),
    "argmax": (lambda x: ops.argmax(x, axis=-1), X, [distinct, ties]),
    "binary_crossentropy": (
        lambda x: ops.binary_crossentropy(
            ops.cast(x > 0, x.dtype), ops.sigmoid(x)
        ),
        X,
        [distinct, ties],
    ),
    "clip": (lambda x: ops.clip(x, -1.0, 2.0), X, [distinct, ties]),
    "concatenate": (lambda *x: ops.concatenate(x, axis=1), PAIR, [distinct]),
    "depth_to_space": (
        lambda x: ops.depth_to_space(x, 2),
        [(1, 5, 3, 8)],
        [distinct],
    ),
    "einsum": (
        lambda x, y: ops.einsum("bsr,brcf->bscf", x, y),
        [(2, 3, 5), (2, 5, 4, 3)],
        [distinct],
    ),
    "exp": (ops.exp, X, [distinct]),
    "log": (lambda x: ops.log(ops.abs(x)), X, [distinct]),
    "matmul": (ops.matmul, [(5, 9), (9, 4)], [distinct]),
    "max": (lambda x: ops.max(x, axis=-1), X, [distinct, ties]),
    "maximum": (ops.maximum, PAIR, [distinct, ties]),
    "mean": (lambda x: ops.mean(x, axis=(1, 2)), [WIDE], [ones]),
    "min": (lambda x: ops.min(x, axis=-1), X, [distinct, ties]),
    "minimum": (ops.minimum, PAIR, [distinct, ties]),
    "sigmoid": (ops.sigmoid, X, [distinct]),
    "softmax": (ops.softmax, X, [distinct]),
    "softplus": (ops.softplus, X, [distinct, ties]),
    "split": (lambda x: ops.split(x, [2, 5], axis=1), X, [distinct]),
    "sqrt": (lambda x: ops.sqrt(ops.maximum(x, 0.0)), X, [distinct, ties]),
    "square": (ops.square, X, [distinct]),
    "stack": (lambda *x: ops.stack(x), PAIR, [distinct]),
    "sum": (lambda x: ops.sum(x, axis=(1, 2)), [WIDE], [ones]),
    "take_along_axis": (
        lambda x: ops.take_along_axis(x, WHICH, axis=1),
        X,
        [distinct],
    ),
    "top_k": (lambda x: ops.top_k(x, 4), X, [distinct, ties]),
    "transpose": (ops.transpose, X, [distinct]),
    "where": (lambda x, y: ops.where(x > y, x, y), PAIR, [distinct, ties]),
}


@dataclass(frozen=True)
class Case:
    """One computation: what it is, and how it is set up for a data type."""

    name: str  # of the layer or op
    text: str  # the whole case in words; no other has the same
    shapes: list  # of its inputs
    kind: Callable  # distinct, ties or ones: their values
    prepare: Callable  # data type -> (function of tensors, shapes of weights)


def prepare_layer(name, chosen, shapes, dtype):
    """A layer as a function of its inputs and its trainable weights."""
    layer = getattr(layers, name)(**chosen, dtype=dtype)
    inputs = [keras.KerasTensor(shape, dtype) for shape in shapes]
    layer(inputs if len(inputs) > 1 else inputs[0])
    fixed = [variable.value for variable in layer.non_trainable_variables]
    mode = {"training": True} if name == "BatchNormalization" else {}

    def function(*tensors):
        inputs, trained = tensors[: len(shapes)], tensors[len(shapes) :]
        inputs = list(inputs) if len(inputs) > 1 else inputs[0]
        return layer.stateless_call(trained, fixed, inputs, **mode)[0]

    return function, [tuple(one.shape) for one in layer.trainable_variables]


def prepare_op(function, dtype):
    """An op has the data type of its inputs, and no weights."""
    return function, []


def cases():
    """List all cases."""
    found = []
    for name, *choices in LAYERS:
        for chosen, shapes, kind in itertools.product(*choices):
            words = ", ".join(
                f"{key}={value!r}" for key, value in chosen.items()
            )
            text = f"{name}({words}) of {described(shapes, kind)}"
            prepare = partial(prepare_layer, name, chosen, shapes)
            found.append(Case(name, text, shapes, kind, prepare))
    for name, (function, shapes, kinds) in OPS.items():
        for kind in kinds:
            text = f"ops.{name} of {described(shapes, kind)}"
            prepare = partial(prepare_op, function)
            found.append(Case(f"ops.{name}", text, shapes, kind, prepare))
    return found


def described(shapes, kind):
    """Inputs in words, such as "1×13×9×2, ties"."""
    sizes = ["×".join(map(str, shape)) for shape in shapes]
    return f"{' and '.join(sizes)}, {kind.__name__}"


def weighed(outputs, kind):
    """The sum of all outputs that have gradients, each times a fixed number."""
    rng, total = np.random.default_rng(0), 0.0
    for output in outputs:
        dtype = keras.backend.standardize_dtype(output.dtype)
        if keras.backend.is_float_dtype(dtype):
            draw = ones if kind is ones else fractions
            weights = draw(rng, output.shape)
            weights = ops.convert_to_tensor(weights, dtype)
            total += ops.sum(output * weights)
    return total


def differentiate(function, inputs, kind):
    """The list of outputs, and that of the gradients of their weighed sum."""

    def loss(*inputs):
        outputs = keras.tree.flatten(function(*inputs))
        return weighed(outputs, kind), outputs

    if keras.backend.backend() == "jax":
        import jax

        every = range(len(inputs))
        both = jax.jit(jax.value_and_grad(loss, every, has_aux=True))(*inputs)
        return both[0][1], both[1]
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(inputs)
            total, outputs = loss(*inputs)
        return outputs, tape.gradient(total, inputs)
    inputs = [one.detach().requires_grad_() for one in inputs]
    total, outputs = loss(*inputs)
    total.backward()
    return [y.detach() for y in outputs], [one.grad for one in inputs]


def compute(case, dtype):
    """Run a case: {"output 0": array, ..., "gradient 0": array, ...}."""
    rng = np.random.default_rng(zlib.crc32(case.text.encode()))
    function, weights = case.prepare(dtype)
    values = [case.kind(rng, shape) for shape in case.shapes]
    draw = ones if case.kind is ones else fractions
    values += [draw(rng, shape) for shape in weights]
    inputs = [ops.convert_to_tensor(one, dtype) for one in values]
    if case.name in WITHOUT_GRADIENT:
        outputs, gradients = keras.tree.flatten(function(*inputs)), []
    else:
        outputs, gradients = differentiate(function, inputs, case.kind)
    return {
        f"{part} {i}": ops.convert_to_numpy(tensor).astype("float64")
        for part, tensors in (("output", outputs), ("gradient", gradients))
        for i, tensor in enumerate(tensors)
    }


def main(path, *dtypes):
    """Store what every case gives, and what a backend refuses to compute."""
    stored = {}
    for case, dtype in itertools.product(cases(), dtypes):
        try:
            found = compute(case, dtype)
        except Exception as error:  # what a backend refuses is a result, too
            found = {"refused": np.array(str(error))}
        for part, array in found.items():
            stored[f"{case.text}; {dtype}; {part}"] = array
    np.savez(path, **stored)


if __name__ == "__main__":
    main(*sys.argv[1:])
