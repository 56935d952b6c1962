"""The judge of an answer that builds Keras layers, from tensor to tensor.

It looks at what a block computes, not at how it is written. A block is right if
it has the right layers with weights, in any order and under any name, and gives
the right output from the same weights.
"""

import functools
from collections import Counter
from dataclasses import dataclass
from inspect import signature

from cnn_course.check.answers import (
    Raised,
    Verdict,
    calls_into,
    no_function,
    sentences,
    show,
)
from cnn_course.check.built import (
    Built,
    Shape,
    alike,
    build,
    build_once,
    close,
    is_right,
    message,
)

# --- What differs, in words --------------------------------------------------


def _range(values):
    low, high = float(values.min()), float(values.max())
    return f"values from {low:.3g} to {high:.3g}"


def _facts(got, expected):
    """What was expected and what came, as far as the first difference."""
    if not isinstance(got, Built):
        came = f"{show(got)}\n".partition("\n")[0]
        if isinstance(got, list | tuple):
            came = f"a {type(got).__name__} of {len(got)}"
        return f"a tensor of shape {expected.shape}", came
    if got.shape != expected.shape:
        return f"shape {expected.shape}", f"shape {got.shape}"
    if got.keys != expected.keys or got.frozen != expected.frozen:
        return expected.summary, got.summary
    when, wanted, came = "at inference", expected.at_inference, got.at_inference
    if close(came, wanted).all():
        when, wanted, came = (
            "in training",
            expected.in_training,
            got.in_training,
        )
    said = f"from the same weights, {when}: {_range(wanted)}"
    if isinstance(came, Raised):
        return said, show(came)
    share = close(came, wanted).mean()
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
    return f"a Keras tensor is asked for, not {type(got).__name__}."


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
        by_hand: starts of the names of modules whose functions the answer
            must not call.
    """

    name: str
    right: object
    cases: tuple
    mistakes: tuple
    hint: str
    by_hand: tuple = ("cnn_course.nets.",)

    def __call__(self, answer):
        """Judge a learner's function."""
        if (verdict := no_function(self.name, answer)) is not None:
            return verdict
        build_answer = functools.cache(functools.partial(build, answer))
        for case in self.cases:
            with calls_into(*self.by_hand) as called:
                got = build_answer(case)
            if called:
                name = called[0].rpartition(".")[2]
                return Verdict(
                    "failed",
                    f"{self.name}: not yet.\nHint: {name} is the package's "
                    "own. Build the block yourself, from Keras's layers.",
                )
            expected = build_once(self.right, case)
            if not is_right(got, expected):
                return self._failed(build_answer, case, expected)
        parameters = build_once(self.right, self.cases[0]).model.count_params()
        return Verdict(
            "passed",
            f"{self.name}: right in all {len(self.cases)} cases: shapes, "
            "parameters, and the outputs from the same weights. The first has "
            f"{parameters:,} parameters.",
        )

    def _failed(self, build_answer, case, expected):
        got = build_answer(case)
        wanted, came = _facts(got, expected)
        hint = self._hint_of_mistake(build_answer, case)
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

    def _hint_of_mistake(self, build_answer, failed):
        """The hint of the mistake that agrees in most cases; "" if none."""
        agreed, best = 0, ""
        for wrong, hint in self.mistakes:
            if alike(build_answer(failed), build_once(wrong, failed)):
                agree = sum(
                    alike(build_answer(case), build_once(wrong, case))
                    for case in self.cases
                )
                if agree == len(self.cases):
                    return hint
                if agree > agreed:
                    agreed, best = agree, hint
        return best

    def _hint(self, got, expected):
        if isinstance(got, Raised):
            return self._stop_hint(got)
        if not isinstance(got, Built):
            return _tensor_hint(got)
        if got.shape != expected.shape:
            return _shape_hint(got.shape, expected.shape)
        if got.keys != expected.keys:
            return _parts_hint(got, expected)
        if got.frozen != expected.frozen:
            return "all of the block's layers are to be trained, none frozen."
        if isinstance(got.at_inference, Raised):
            return self._stop_hint(got.at_inference)
        same = close(got.at_inference, expected.at_inference).all()
        if same and not alike(got, expected):
            return "right at inference, but not in training."
        return self.hint

    def _stop_hint(self, raised):
        said = f"the call stops {raised.where}with {raised.kind}."
        if isinstance(message(raised.error), frozenset):
            return f"{said} Two tensors that meet there have unequal shapes."
        if "KerasTensor" in str(raised.error):
            return (
                f"{said} The tensor has no numbers yet: use Keras's layers and "
                "keras.ops, not NumPy or tf."
            )
        return sentences(said, self.hint)
