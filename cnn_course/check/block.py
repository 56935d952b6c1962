"""The judge of an answer that builds Keras layers, from tensor to tensor.

It looks at what a block computes, not at how it is written. A block is right if
it has the right layers with weights, in any order and under any name, and gives
the right output from the same weights.
"""

import contextlib
import functools
import itertools
import math
import re
import sys
import warnings
import zlib
from collections import Counter
from dataclasses import dataclass
from inspect import signature

import numpy as np

from cnn_course.check.judge import (
    Verdict,
    _is_untouched,
    _line_of,
    _Raised,
    _sentences,
    _show,
    untouched,
)


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
class _Built:
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
        return _Raised(error, "")


def _build(function, case):
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
            return _Raised(error, _line_of(error, function))
        if not isinstance(output, keras.KerasTensor):
            return output
        try:
            model = keras.Model(inputs, output)
        except (AttributeError, ValueError):  # not computed from the inputs
            return output
        parts = _parts(model)
        for part in parts:
            part.fill(0)
        return _Built(model, arrays, parts)


@functools.cache
def _build_once(function, case):
    """Build what an exercise compares with; the learner may try often."""
    return _build(function, case)


@contextlib.contextmanager
def _calls_into(module):
    """List the functions of a module that are called meanwhile."""
    called = []

    def note(frame, event, _):
        where = f"{frame.f_globals.get('__name__')}."
        if event == "call" and module and where.startswith(f"{module}."):
            called.append(frame.f_code.co_name)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield called
    finally:
        sys.setprofile(before)


# --- Two answers to one case -------------------------------------------------


def _close(got, expected):
    """Where an output is right; nowhere if it was not computed."""
    if isinstance(got, _Raised) or isinstance(expected, _Raised):
        return np.array(False)
    if got.shape != expected.shape:  # whatever the block had promised
        return np.array(False)
    atol = 1e-4 * np.abs(expected).max()
    return np.isclose(got, expected, rtol=0, atol=atol)


def _message(error):
    """An error's message, or the shapes that do not fit in it.

    Keras's own names are left out, and a sum may be made by a layer or by +.
    """
    text = str(error).replace("None, ", "")
    if re.search("ncompatible shapes|broadcast|matching shapes", text):
        return frozenset(re.findall(r"[([]([\d, ]+)[])]", text))
    return re.sub(r"_\d+", "", text)


def _alike(got, other):
    """Whether two answers to a case fail, or compute, the same."""
    if isinstance(got, _Raised) and isinstance(other, _Raised):
        same_type = type(got.error) is type(other.error)
        return same_type and _message(got.error) == _message(other.error)
    if not isinstance(got, _Built) or not isinstance(other, _Built):
        return False
    return (
        got.shape == other.shape
        and got.keys == other.keys
        and got.frozen == other.frozen
        and _close(got.at_inference, other.at_inference).all()
        and _close(got.in_training, other.in_training).all()
    )


def _by_key(parts):
    groups = {}
    for part in parts:
        groups.setdefault(part.key, []).append(part)
    return groups


def _orders(parts):
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


def _right(got, expected):
    """Whether an answer to a case is right.

    So far the parts of one key had the same weights. Now all weights differ,
    and in some order of the answer's layers the outputs must agree.
    """
    if not _alike(got, expected):
        return False
    keys = list(expected.keys)
    orders = list(_orders(expected.parts))
    _fill(expected.parts, keys, orders[0])
    wanted = _run(expected.model, expected.inputs, training=False)
    for order in orders:
        _fill(got.parts, keys, order)
        came = _run(got.model, got.inputs, training=False)
        if _close(came, wanted).all():
            return True
    return False


# --- What differs, in words --------------------------------------------------


def _range(values):
    low, high = float(values.min()), float(values.max())
    return f"values from {low:.3g} to {high:.3g}"


def _facts(got, expected):
    """What was expected and what came, as far as the first difference."""
    if not isinstance(got, _Built):
        came = f"{_show(got)}\n".partition("\n")[0]
        if isinstance(got, list | tuple):
            came = f"a {type(got).__name__} of {len(got)}"
        return f"a tensor of shape {expected.shape}", came
    if got.shape != expected.shape:
        return f"shape {expected.shape}", f"shape {got.shape}"
    if got.keys != expected.keys or got.frozen != expected.frozen:
        return expected.summary, got.summary
    when, wanted, came = "at inference", expected.at_inference, got.at_inference
    if _close(came, wanted).all():
        when, wanted, came = (
            "in training",
            expected.in_training,
            got.in_training,
        )
    said = f"from the same weights, {when}: {_range(wanted)}"
    if isinstance(came, _Raised):
        return said, _show(came)
    share = _close(came, wanted).mean()
    return said, f"{_range(came)}; {share:.0%} of them are right"


def _tensor_hint(got):
    """What to say of an answer that is no tensor computed from the input."""
    import keras

    if got is None:
        return "your function gives back None: is `return` missing?"
    if isinstance(got, keras.KerasTensor):
        return "the output does not depend on the input: compute it from that."
    if isinstance(got, list | tuple):
        return f"one tensor is asked for; your function returns {len(got)}."
    if isinstance(got, keras.Model):
        return "return the output tensor, not a model."
    if isinstance(got, keras.Layer):
        return "that is a layer; call it on its input: layer(x)."
    if hasattr(got, "send"):
        return "your function has a `yield`; it must `return` the tensor."
    return f"a Keras tensor is asked for; that is a {type(got).__name__}."


def _shape_hint(got, expected):
    if len(got) != len(expected):
        return f"the output must have {len(expected)} axes, not {len(got)}."
    if got[-1] != expected[-1]:
        return f"the output must have {expected[-1]} channels, not {got[-1]}."
    sides, yours = expected[1:-1], got[1:-1]
    return f"the sides must be {sides}, not {yours}: look at strides, padding."


def _parts_hint(got, expected):
    """What is wrong with the layers that have weights."""
    shared = [p for p in got.parts if len(p.layer._inbound_nodes) > 1]
    if shared:
        return (
            f"a {shared[0].kind} is called more than once, so its weights "
            "are the same at all places. Make a new layer for each place."
        )
    bare, wanted = (
        Counter(
            tuple(entry for entry in part.key if entry[0] != "bias")
            for part in built.parts
        )
        for built in (got, expected)
    )
    if bare == wanted:
        said = (
            f"your layers with a bias: {got.biases}; expected: "
            f"{expected.biases}."
        )
        if (
            got.biases > expected.biases
            and expected.kinds["batch normalisation"]
        ):
            said += (
                " Batch normalisation has its own; the convolution before it "
                "takes use_bias=False."
            )
        return said
    for kind in expected.kinds | got.kinds:
        mine, right = got.kinds[kind], expected.kinds[kind]
        if mine != right:
            return f"number of layers, {kind}: {right} expected, not {mine}."
    extra, missing = (
        next(p for p in built.parts if built.keys[p.key] > other.keys[p.key])
        for built, other in ((got, expected), (expected, got))
    )
    return f"yours has {extra.words}; expected is {missing.words}."


@dataclass(frozen=True)
class BlockExercise:
    """An exercise whose answer is a function from Keras tensors to one.

    Attributes:
        name: the name the learner's function has in the notebook.
        right: the right function; nothing in it is random.
        cases: tuples of hashable arguments, the most telling first. A `Shape`
            among them becomes a tensor. Keep them small, and few layers alike:
            all orders of like layers are tried.
        mistakes: (wrong function, hint) pairs.
        hint: for any other wrong output.
        without: a module that the answer must not call, such as
            "cnn_course.nets"; "" for none.
    """

    name: str
    right: object
    cases: tuple
    mistakes: tuple
    hint: str
    without: str = "cnn_course.nets"

    def __call__(self, answer):
        """Judge a learner's function."""
        if answer is ...:
            return untouched(self.name)
        if not callable(answer):
            return Verdict(
                "failed",
                f"{self.name}: hand over the function itself, without "
                f"calling it; got {_show(answer)}.",
            )
        if _is_untouched(answer):
            return untouched(self.name)
        build = functools.cache(functools.partial(_build, answer))
        for case in self.cases:
            with _calls_into(self.without) as called:
                got = build(case)
            if called:
                return Verdict(
                    "failed",
                    f"{self.name}: not yet.\nHint: {called[0]} is the "
                    "package's own. Build the block yourself, from Keras's "
                    "layers.",
                )
            expected = _build_once(self.right, case)
            if not _right(got, expected):
                return self._failed(build, case, expected)
        parameters = _build_once(self.right, self.cases[0]).model.count_params()
        return Verdict(
            "passed",
            f"{self.name}: right in all {len(self.cases)} cases: shapes, "
            "parameters, and the outputs from the same weights. The first has "
            f"{parameters:,} parameters.",
        )

    def _failed(self, build, case, expected):
        got = build(case)
        wanted, came = _facts(got, expected)
        hint = self._hint_of_mistake(build, case)
        return Verdict(
            "failed",
            f"{self.name}: not yet.\n"
            f"input:    {self._arguments(case)}\n"
            f"expected: {wanted}\n"
            f"got:      {came}\n"
            f"Hint: {hint or self._hint(got, expected)}",
        )

    def _arguments(self, case):
        names = signature(self.right).parameters
        return ", ".join(
            f"{name} of shape {(None, *value)}"
            if isinstance(value, Shape)
            else f"{name}={value}"
            for name, value in zip(names, case, strict=False)
        )

    def _hint_of_mistake(self, build, failed):
        """The hint of the mistake that agrees in most cases; "" if none."""
        agreed, best = 0, ""
        for wrong, hint in self.mistakes:
            if _alike(build(failed), _build_once(wrong, failed)):
                agree = sum(
                    _alike(build(case), _build_once(wrong, case))
                    for case in self.cases
                )
                if agree == len(self.cases):
                    return hint
                if agree > agreed:
                    agreed, best = agree, hint
        return best

    def _hint(self, got, expected):
        if isinstance(got, _Raised):
            return self._stop_hint(got)
        if not isinstance(got, _Built):
            return _tensor_hint(got)
        if got.shape != expected.shape:
            return _shape_hint(got.shape, expected.shape)
        if got.keys != expected.keys:
            return _parts_hint(got, expected)
        if got.frozen != expected.frozen:
            return "all of the block's layers are to be trained, none frozen."
        if isinstance(got.at_inference, _Raised):
            return self._stop_hint(got.at_inference)
        same = _close(got.at_inference, expected.at_inference).all()
        if same and not _alike(got, expected):
            return "right at inference, but not in training."
        return self.hint

    def _stop_hint(self, raised):
        said = f"the call stops {raised.where}with {raised.kind}."
        if isinstance(_message(raised.error), frozenset):
            return f"{said} Two tensors that meet there have unequal shapes."
        if "KerasTensor" in str(raised.error):
            return (
                f"{said} The tensor has no numbers yet: use Keras's layers and "
                "keras.ops, not NumPy or tf."
            )
        return _sentences(said, self.hint)
