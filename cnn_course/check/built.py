"""Blocks that are built, filled with weights, and run beside each other."""

import functools
import itertools
import math
import re
import warnings
import zlib
from collections import Counter
from dataclasses import dataclass

import numpy as np

from cnn_course.check.answers import Raised, line_of


class Shape(tuple):
    """In a case, stands for a tensor of this shape (without the batch axis)."""


# --- What a block is made of -------------------------------------------------


@dataclass(frozen=True)
class _Part:
    """A layer and the weights that are its own, not its sublayers'."""

    layer: object
    weights: tuple

    @property
    def key(self):
        """The weights' roles and shapes: equal for parts that may be swapped.

        A dense layer is a 1x1 convolution, and a depthwise convolution is one
        in as many groups as there are channels.
        """
        return tuple((w.name, self._shape(w)) for w in self.weights)

    def _shape(self, weight):
        shape = tuple(weight.shape)
        if len(shape) != 4:
            return shape
        if hasattr(self.layer, "depth_multiplier"):
            return (*shape[:2], 1, shape[2] * shape[3])
        return shape[2:] if shape[:2] == (1, 1) else shape

    @property
    def kind(self):
        """What the layer is, in words."""
        shapes = dict(self.key)
        kernel = shapes.get("kernel", ())
        if "moving_mean" in shapes:
            return "batch normalisation"
        if len(kernel) == 2:
            return "1×1 convolution (or dense layer)"
        if len(kernel) == 4:
            groups = getattr(self.layer, "groups", 1)
            depthwise = hasattr(self.layer, "depth_multiplier") or groups > 1
            side = f"{kernel[0]}×{kernel[1]}"
            return f"{side} {'depthwise ' * depthwise}convolution"
        return type(self.layer).__name__

    @property
    def words(self):
        """The kind and the channels."""
        shape = self.key[0][1]
        if "depthwise" in self.kind or len(shape) == 1:
            return f"a {self.kind} of {shape[-1]} channels"
        if "convolution" in self.kind:
            return f"a {self.kind} from {shape[-2]} to {shape[-1]} channels"
        return f"a {self.kind} with weights of shape {shape}"

    def fill(self, number):
        """Set the weights to values that depend on key and number alone."""
        if hasattr(self.layer, "epsilon"):
            self.layer.epsilon = 1e-3  # an answer may choose another
        for weight, (role, shape) in zip(self.weights, self.key, strict=True):
            seed = zlib.crc32(repr((self.key, role, number)).encode())
            values = _values(role, shape, np.random.default_rng(seed))
            weight.assign(values.reshape(weight.shape))


def _values(role, shape, rng):
    """Weights as after a training: none is 0 or 1 by chance."""
    if "variance" in role:
        return rng.uniform(0.5, 2, shape)
    if role == "gamma":
        return rng.uniform(0.5, 1.5, shape) * rng.choice([-1, 1], shape)
    return rng.normal(size=shape) * math.sqrt(2 / max(1, math.prod(shape[:-1])))


def _parts(model):
    """All layers that have weights of their own, however deep they are."""
    parts = []
    for layer in model._flatten_layers(include_self=False):
        below = layer._flatten_layers(include_self=False)
        inner = {id(weight) for sub in below for weight in sub.weights}
        own = tuple(w for w in layer.weights if id(w) not in inner)
        if own:
            parts.append(_Part(layer, own))
    return parts


# --- One answer to one case --------------------------------------------------


@dataclass
class Built:
    """A block, built for one case; parts of one key have the same weights.

    Attributes:
        model: from the case's tensors to the block's output.
        inputs: list of random arrays for the model.
        parts: its layers with weights.
    """

    model: object
    inputs: list
    parts: list

    @functools.cached_property
    def at_inference(self):
        """The output, or what the block raises instead."""
        return _run(self.model, self.inputs, training=False)

    @functools.cached_property
    def in_training(self):
        """The output in training, which moves the statistics: to ask last."""
        return _run(self.model, self.inputs, training=True)

    @property
    def shape(self):
        return tuple(self.model.outputs[0].shape)

    @property
    def keys(self):
        return Counter(part.key for part in self.parts)

    @property
    def kinds(self):
        return Counter(part.kind for part in self.parts)

    @property
    def biases(self):
        return sum("bias" in dict(part.key) for part in self.parts)

    @property
    def frozen(self):
        return sum(not w.trainable for part in self.parts for w in part.weights)

    @property
    def summary(self):
        """Parameters and layers, in a line."""
        layers = ", ".join(f"{kind}: {n}" for kind, n in self.kinds.items())
        count = self.model.count_params()
        trained = sum(math.prod(w.shape) for w in self.model.trainable_weights)
        said = f"{count:,} parameters, {trained:,} of them trained"
        return f"{said} ({layers})" if layers else said


def _run(model, inputs, training):
    """A model's output, or what it raises."""
    try:
        return np.asarray(model(inputs, training=training))
    except Exception as error:  # whatever a learner's own layer does
        return Raised(error, "")


def build(function, case):
    """Build a block; what is no tensor computed from a case comes back."""
    import keras

    tensors = [keras.Input(a) if isinstance(a, Shape) else a for a in case]
    inputs = [a for a in tensors if isinstance(a, keras.KerasTensor)]
    rng = np.random.default_rng(0)
    arrays = [
        rng.normal(0, 3, (2, *a.shape[1:])).astype("float32") for a in inputs
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            output = function(*tensors)
        except Exception as error:
            return Raised(error, line_of(error, function))
        if not isinstance(output, keras.KerasTensor):
            return output
        try:
            model = keras.Model(inputs, output)
        except (AttributeError, ValueError):  # not computed from the inputs
            return output
        parts = _parts(model)
        for part in parts:
            part.fill(0)
        return Built(model, arrays, parts)


@functools.cache
def build_once(function, case):
    """Build what an exercise compares with; the learner may try often."""
    return build(function, case)


# --- Two answers to one case -------------------------------------------------


def close(got, expected):
    """Where an output is right; nowhere if it was not computed."""
    if isinstance(got, Raised) or isinstance(expected, Raised):
        return np.array(False)
    if got.shape != expected.shape:  # whatever the block had promised
        return np.array(False)
    atol = 1e-4 * np.abs(expected).max()
    return np.isclose(got, expected, rtol=0, atol=atol)


def message(error):
    """An error's message, or the shapes that do not fit in it.

    Keras's own names are left out, and a sum may be made by a layer or by +.
    """
    text = str(error).replace("None, ", "")
    if re.search("ncompatible shapes|broadcast|matching shapes", text):
        return frozenset(re.findall(r"[([]([\d, ]+)[])]", text))
    return re.sub(r"_\d+", "", text)


def alike(got, other):
    """Whether two answers to a case fail, or compute, the same."""
    if isinstance(got, Raised) and isinstance(other, Raised):
        same_type = type(got.error) is type(other.error)
        return same_type and message(got.error) == message(other.error)
    if not isinstance(got, Built) or not isinstance(other, Built):
        return False
    return (
        got.shape == other.shape
        and got.keys == other.keys
        and got.frozen == other.frozen
        and close(got.at_inference, other.at_inference).all()
        and close(got.in_training, other.in_training).all()
    )


def _by_key(parts):
    groups = {}
    for part in parts:
        groups.setdefault(part.key, []).append(part)
    return groups


def orders(parts):
    """Every way to number the parts of each key."""
    ways = [
        itertools.permutations(range(len(group)))
        for group in _by_key(parts).values()
    ]
    return itertools.product(*ways)


def _fill(parts, keys, order):
    """Fill the parts of each key in an order of numbers."""
    groups = _by_key(parts)
    for key, numbers in zip(keys, order, strict=True):
        for part, number in zip(groups[key], numbers, strict=True):
            part.fill(number)


def is_right(got, expected):
    """Whether an answer to a case is right.

    So far the parts of one key had the same weights. Now all weights differ,
    and in some order of the answer's layers the outputs must agree.
    """
    if not alike(got, expected):
        return False
    keys = list(expected.keys)
    ways = list(orders(expected.parts))
    _fill(expected.parts, keys, ways[0])
    wanted = _run(expected.model, expected.inputs, training=False)
    for order in ways:
        _fill(got.parts, keys, order)
        came = _run(got.model, got.inputs, training=False)
        if close(came, wanted).all():
            return True
    return False
