"""The judge behind every exercise: ✓, ✗ with a fitting hint, or not started.

An exercise is data: the right answer, the inputs to try, and the mistakes that
people make, each written as a wrong answer with its hint. A learner's answer
that agrees with one of those wrong answers, wherever it fails, gets that hint.
"""

import copy
import dis
import html
from dataclasses import dataclass

import numpy as np

_RTOL = 1e-6
_MARKS = {"passed": "✓", "failed": "✗", "untouched": "○"}
_COLOURS = {"passed": "#2e7d32", "failed": "#c62828", "untouched": "#757575"}


@dataclass(frozen=True)
class Verdict:
    """What the judge says. Only a right answer is true.

    Attributes:
        status: "passed", "failed" or "untouched".
        text: what the learner reads.
    """

    status: str
    text: str

    @property
    def passed(self):
        """Whether the answer is right."""
        return self.status == "passed"

    def __bool__(self):
        return self.passed

    def __repr__(self):
        return f"{_MARKS[self.status]} {self.text}"

    def _repr_html_(self):
        return (
            f'<div style="border-left:4px solid {_COLOURS[self.status]};'
            'padding:4px 12px;white-space:pre-wrap">'
            f"<b>{_MARKS[self.status]}</b> {html.escape(self.text)}</div>"
        )


def _show(value):
    """Write a value in the fewest characters that still say what it is."""
    if isinstance(value, Exception):
        return f"{type(value).__name__}: {value}"
    if hasattr(value, "shape") and not isinstance(value, np.ndarray):
        value = np.asarray(value)
    if isinstance(value, np.ndarray) and value.ndim:
        if value.size > 64:
            return f"array of shape {value.shape}"
        text = np.array2string(value, precision=4, suppress_small=True)
        return f"\n{text}" if "\n" in text else text
    if isinstance(value, float | np.floating):
        return f"{float(value):.6g}"
    return str(value) if isinstance(value, np.generic) else repr(value)


def _as_numbers(value):
    """The value as a float array, or None if it is not made of numbers."""
    try:
        return np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return None


def _same(got, expected):
    if isinstance(got, Exception) or isinstance(expected, Exception):
        return type(got) is type(expected)
    got, expected = _as_numbers(got), _as_numbers(expected)
    if got is None or expected is None or got.shape != expected.shape:
        return False
    return np.allclose(got, expected, rtol=_RTOL, atol=1e-9, equal_nan=True)


def _answer_to(function, case):
    """What a function gives for a case; what it raises is an answer too."""
    try:
        return function(*copy.deepcopy(case))
    except Exception as error:
        return error


def _is_untouched(function):
    """Whether a function's body is still `...` (a docstring may stay)."""
    code = getattr(function, "__code__", None)
    return code is not None and all(
        step.opname in ("RESUME", "NOP", "RETURN_VALUE")
        or (
            step.opname in ("LOAD_CONST", "RETURN_CONST")
            and step.argval in (None, ...)
        )
        for step in dis.get_instructions(code)
    )


def _untouched(name):
    return Verdict(
        "untouched",
        f"{name}: not started yet. Replace the ... and run the cell again.",
    )


@dataclass(frozen=True)
class FunctionExercise:
    """An exercise whose answer is a function.

    Attributes:
        name: the name the learner's function has in the notebook.
        right: the right function.
        cases: tuples of arguments, the most telling first.
        mistakes: (wrong function, hint) pairs.
        hint: for any other wrong answer.
    """

    name: str
    right: object
    cases: tuple
    mistakes: tuple
    hint: str

    def __call__(self, answer):
        """Judge a learner's function."""
        if answer is ...:
            return _untouched(self.name)
        if not callable(answer):
            return Verdict(
                "failed",
                f"{self.name}: hand over the function itself, without "
                f"calling it; got {_show(answer)}.",
            )
        if _is_untouched(answer):
            return _untouched(self.name)
        tried = [
            (case, _answer_to(answer, case), _answer_to(self.right, case))
            for case in self.cases
        ]
        failed = [row for row in tried if not _same(row[1], row[2])]
        if not failed:
            count = len(self.cases)
            return Verdict(
                "passed", f"{self.name}: right in all {count} cases."
            )
        case, got, expected = failed[0]
        arguments = ", ".join(_show(argument) for argument in case)
        wanted = (
            f"raise {type(expected).__name__}"
            if isinstance(expected, Exception)
            else _show(expected)
        )
        return Verdict(
            "failed",
            f"{self.name}: not yet.\n"
            f"input:    {arguments}\n"
            f"expected: {wanted}\n"
            f"got:      {_show(got)}\n"
            f"Hint: {self._hint(failed)}",
        )

    def _hint(self, failed):
        if all(got is None for _, got, _ in failed):
            return "your function gives back None: is `return` missing?"
        for wrong, hint in self.mistakes:
            if all(
                _same(got, _answer_to(wrong, case)) for case, got, _ in failed
            ):
                return hint
        got, expected = failed[0][1:]
        if isinstance(got, Exception):
            return f"the call stops with {type(got).__name__}. {self.hint}"
        numbers, wanted = _as_numbers(got), _as_numbers(expected)
        if numbers is None:
            return f"the answer must be made of numbers. {self.hint}"
        if wanted is not None and numbers.shape != wanted.shape:
            return (
                f"the shape must be {wanted.shape}, not {numbers.shape}. "
                f"{self.hint}"
            )
        return self.hint


@dataclass(frozen=True)
class ValueExercise:
    """An exercise whose answer is a number or a small array.

    Attributes:
        name: the name the learner's variable has in the notebook.
        right: the right value.
        mistakes: (wrong value, hint) pairs.
        hint: for any other wrong answer.
    """

    name: str
    right: object
    mistakes: tuple
    hint: str

    def __call__(self, answer):
        """Judge a learner's value; the right one is not given away."""
        if answer is ... or answer is None:
            return _untouched(self.name)
        if _as_numbers(answer) is not None and _same(answer, self.right):
            return Verdict("passed", f"{self.name}: {_show(answer)} is right.")
        return Verdict(
            "failed",
            f"{self.name}: not yet.\ngot:  {_show(answer)}\n"
            f"Hint: {self._hint(answer)}",
        )

    def _hint(self, answer):
        numbers, wanted = _as_numbers(answer), np.asarray(self.right, float)
        if numbers is None:
            return f"the answer must be made of numbers. {self.hint}"
        for wrong, hint in self.mistakes:
            if _same(answer, wrong):
                return hint
        if numbers.shape != wanted.shape:
            return (
                f"the shape must be {wanted.shape}, not {numbers.shape}. "
                f"{self.hint}"
            )
        return self.hint
