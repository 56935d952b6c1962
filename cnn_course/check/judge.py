"""The judge behind every exercise: ✓, ✗ with a fitting hint, or not started.

An exercise is data: the right answer, the inputs to try, and the mistakes that
people make, each written as a wrong answer with its hint. A learner's answer
that agrees with one of those wrong answers, everywhere or at least wherever
it fails, gets that hint.
"""

import contextlib
import copy
import itertools
import warnings
from dataclasses import dataclass
from numbers import Real

import numpy as np

from cnn_course.check.answers import (
    Raised,
    Verdict,
    calls_into,
    line_of,
    no_function,
    sentences,
    show,
    untouched,
)

_COMMON_ERRORS = {  # words of the error: what is wrong
    "as a data type": "a shape is one argument: put its sides in brackets, as "
    "in np.zeros((rows, columns)).",
    "zero-size array": "a window is empty, for it starts outside of the "
    "array: height and width each have a number of windows of their own.",
    "for ^": "in Python ^ is no power; write **.",
    "Cannot cast ufunc": "your array holds whole numbers, perhaps since "
    "zeros_like took the kind of numbers from its argument: "
    "np.zeros(shape) holds fractions.",
}
# Where convolutions, normalisations and their gradients are ready-made.
LIBRARIES = (
    "cnn_course.scratch.",
    "keras.src.layers.",
    "keras.src.ops.nn.",
    "tensorflow.python.eager.backprop.",
    "tensorflow.python.ops.nn",
)


def _as_numbers(value):
    """The value as a float array, or None if it is not made of numbers."""
    with contextlib.suppress(Exception):  # ragged, symbolic, too large, ...
        array = np.asarray(value)
        # As floats, "3" would be 3 and None would be nan.
        if array.dtype.kind in "biuf" or all(
            isinstance(number, Real) for number in array.flat
        ):
            return array.astype(float)
    return None


def _same(got, expected):
    if isinstance(got, Raised) and isinstance(expected, Raised):
        return type(got.error) is type(expected.error)
    numbers, wanted = _as_numbers(got), _as_numbers(expected)
    if wanted is None and isinstance(expected, tuple):  # of several shapes
        return _as_many(got, expected) and all(map(_same, got, expected))
    if numbers is None and wanted is None:  # None, text, names in a list
        return type(got) is type(expected) and repr(got) == repr(expected)
    if numbers is None or wanted is None or numbers.shape != wanted.shape:
        return False
    # A count must be exact; a measure may come as float32.
    rtol = 1e-9 if np.asarray(expected).dtype.kind in "iu" else 1e-6
    return np.allclose(numbers, wanted, rtol=rtol, atol=1e-9, equal_nan=True)


def _as_many(got, expected):
    """Whether an answer has as many results as it should."""
    return isinstance(got, list | tuple) and len(got) == len(expected)


def _form_hint(got, expected):
    """What is wrong with an answer before its numbers are; "" if nothing."""
    numbers, wanted = _as_numbers(got), _as_numbers(expected)
    if wanted is None and isinstance(expected, tuple):
        parts = got if isinstance(got, list | tuple) else [got]
        if all(_as_numbers(part) is not None for part in parts):
            count = len(expected)
            return f"return {count} arrays with a comma between them."
    if numbers is None:
        lengths = set()
        with contextlib.suppress(Exception):  # rows without a length
            if isinstance(got, list | tuple):
                lengths = {len(row) for row in got if not isinstance(row, str)}
        if len(lengths) > 1:
            return f"all rows must be equally long, not {sorted(lengths)}."
        quotes = ", not text in quotes" if isinstance(got, str) else ""
        return f"the answer must be made of numbers{quotes}."
    if numbers.shape == wanted.shape:
        return ""
    if not wanted.shape:
        return f"one number is asked for, not the shape {numbers.shape}."
    return f"the shape must be {wanted.shape}, not {numbers.shape}."


def _answer_to(function, case):
    """What a function gives for a case; what it raises is an answer too."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the mistakes divide by zero, too
        try:
            return function(*copy.deepcopy(case))
        except Exception as error:
            return Raised(error, line_of(error, function))


def _unchanged(given, case):
    """Whether an argument still has the numbers that it had."""
    if isinstance(case, np.ndarray):
        same_kind = isinstance(given, np.ndarray)
        return same_kind and given.tobytes() == case.tobytes()
    if isinstance(case, list | tuple):
        return len(given) == len(case) and all(map(_unchanged, given, case))
    return not isinstance(case, Real) or repr(given) == repr(case)


def _spoils(function, case):
    """Whether a function writes into its arguments."""
    given = copy.deepcopy(case)
    with warnings.catch_warnings(), contextlib.suppress(Exception):
        warnings.simplefilter("ignore")
        function(*given)
    return not _unchanged(given, case)


def _computed_by(modules, function, case):
    """The package of the first function that is called in some modules."""
    with calls_into(*modules) as called:
        _answer_to(function, case)
    return called[0].partition(".")[0] if called else ""


def _tells(value):
    """Whether two answers hardly have this value by chance."""
    numbers = _as_numbers(value)
    if numbers is None:
        return False
    return numbers.size > 2 or bool(np.any(abs(numbers) >= 100))


@dataclass(frozen=True)
class FunctionExercise:
    """An exercise whose answer is a function.

    Attributes:
        name: the name the learner's function has in the notebook.
        right: the right function.
        cases: tuples of arguments, the most telling first.
        mistakes: (wrong function, hint) pairs.
        hint: for any other wrong answer.
        without: what the answer should not call, such as "np.pad"; one that
            does passes all the same, and is asked for another.
        results: what the answer returns, by name, if it is several arrays.
        by_hand: starts of the names of modules whose functions the answer
            must not call, such as LIBRARIES; one that does does not pass.
    """

    name: str
    right: object
    cases: tuple
    mistakes: tuple
    hint: str
    without: str = ""
    results: tuple = ()
    by_hand: tuple = ()

    def __call__(self, answer):
        """Judge a learner's function."""
        if (verdict := no_function(self.name, answer)) is not None:
            return verdict
        tried = [
            (case, _answer_to(answer, case), _answer_to(self.right, case))
            for case in self.cases
        ]
        failed = [row for row in tried if not _same(row[1], row[2])]
        if not failed:
            unfair = self._unfair(answer)
            if unfair:
                return Verdict(
                    "failed", f"{self.name}: not yet.\nHint: {unfair}"
                )
            count = len(self.cases)
            name = getattr(answer, "__name__", self.name)
            name = name if name.isidentifier() else self.name
            said = f"{name}: right in all {count} cases."
            code = getattr(answer, "__code__", None)
            barred = self.without.rpartition(".")[2]
            if code is not None and barred in code.co_names:
                said += f" Now try it without {self.without}."
            return Verdict("passed", said)
        case, got, expected = failed[0]
        arguments = ", ".join(show(argument) for argument in case)
        wanted = (
            f"raise {expected.kind}"
            if isinstance(expected, Raised)
            else show(expected)
        )
        return Verdict(
            "failed",
            f"{self.name}: not yet.\n"
            f"input:    {arguments}\n"
            f"expected: {wanted}\n"
            f"got:      {show(got)}\n"
            f"Hint: {self._hint(tried, failed)}",
        )

    def _unfair(self, answer):
        """What an answer with the right numbers must not do; "" if nothing."""
        if any(_spoils(answer, case) for case in self.cases):
            return (
                "the numbers are right, but your function writes into what it "
                "was given, so the caller has lost it. Fill an array or a list "
                "of your own."
            )
        package = _computed_by(self.by_hand, answer, self.cases[0])
        if package:
            return (
                f"the numbers are right, but {package} has computed them. Do "
                "it yourself, in NumPy."
            )
        return ""

    def _hint(self, tried, failed):
        got, expected = failed[0][1:]
        if self.results and _as_many(got, expected):
            return self._hint_at_one_result(tried, failed)
        return self._hint_of(tried, failed, self.mistakes)

    def _hint_at_one_result(self, tried, failed):
        """The hint at the first of several results that is wrong."""
        names = ", ".join(self.results)
        got, expected = failed[0][1:]
        for order in itertools.permutations(range(len(got))):
            if _same(tuple(got[i] for i in order), expected):
                return f"the right results in another order: return {names}."
        at = next(i for i in range(len(got)) if not _same(got[i], expected[i]))

        if got[at] is None:
            return f"{self.results[at]} is None: compute it, too."

        def only(value):
            return value if isinstance(value, Raised) else value[at]

        tried, failed = (
            [
                (case, only(got), only(expected))
                for case, got, expected in rows
                if isinstance(got, Raised) or _as_many(got, expected)
            ]
            for rows in (tried, failed)
        )
        failed = [row for row in failed if not _same(row[1], row[2])]
        mistakes = [
            (lambda *case, wrong=wrong: wrong(*case)[at], hint)
            for wrong, hint in self.mistakes
        ]
        hint = self._hint_of(tried, failed, mistakes)
        return f"look at {self.results[at]} first: {hint}"

    def _hint_of(self, tried, failed, mistakes):
        # An answer with two mistakes agrees with one of them in some cases.
        first = [failed[:1]] if _tells(failed[0][1]) else []
        for rows in (tried, failed, *first):
            for wrong, hint in mistakes:
                if all(
                    _same(got, _answer_to(wrong, case)) for case, got, _ in rows
                ):
                    return hint
        return self._plain_hint(*failed[0][1:])

    def _plain_hint(self, got, expected):
        """The hint for a mistake that nobody thought of."""
        if isinstance(got, Raised):
            stop = f"the call stops {got.where}with {got.kind}"
            if isinstance(expected, Raised):
                stop += f"; here it must raise {expected.kind}"
            for words, hint in _COMMON_ERRORS.items():
                if words in str(got.error):
                    return sentences(f"{stop}.", hint)
            return sentences(f"{stop}.", self.hint)
        if isinstance(got, type) and issubclass(got, Exception):
            return f"your function returns {got.__name__}; `raise` it instead."
        if isinstance(got, Exception):
            return f"your function returns {got!r}; `raise` it instead."
        if isinstance(expected, Raised) and isinstance(got, str):
            return (
                f"that is a text; write `raise {expected.kind}(...)` instead."
            )
        if isinstance(expected, Raised):
            return self.hint
        if got is None:
            return "your function gives back None: is `return` missing?"
        return sentences(_form_hint(got, expected), self.hint)


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
            return untouched(self.name)
        if _same(answer, self.right):
            return Verdict("passed", f"{self.name}: right.")
        return Verdict(
            "failed",
            f"{self.name}: not yet.\ngot:  {show(answer)}\n"
            f"Hint: {self._hint(answer)}",
        )

    def _hint(self, answer):
        for wrong, hint in self.mistakes:
            if _same(answer, wrong):
                return hint
        return sentences(_form_hint(answer, self.right), self.hint)
