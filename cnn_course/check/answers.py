"""What every judge says of an answer, and what it sees of one that runs."""

import contextlib
import dis
import html
import re
import sys
from dataclasses import dataclass

import numpy as np

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


@dataclass(frozen=True)
class Raised:
    """An exception that a function raised; one that it returned is a value."""

    error: Exception
    where: str

    @property
    def kind(self):
        return type(self.error).__name__


def show(value):
    """Write a value in the fewest characters that still say what it is."""
    if isinstance(value, Raised):
        return f"{value.kind}: {value.error}"
    if hasattr(value, "shape"):
        with contextlib.suppress(Exception):  # a symbolic tensor has no values
            value = np.asarray(value)
    if isinstance(value, tuple) and any(hasattr(v, "shape") for v in value):
        return "\n".join(map(show, value))
    if isinstance(value, np.ndarray) and value.ndim:
        if value.size > 64:
            return f"array of shape {value.shape}"
        text = np.array2string(value, precision=4, suppress_small=True)
        return f"\n{text}" if "\n" in text else text
    if isinstance(value, float | np.floating):
        return f"{float(value):.10g}"
    return str(value) if isinstance(value, np.generic) else repr(value)


def sentences(*hints):
    """Join hints; what follows a full stop begins with a capital."""
    first, *others = [hint for hint in hints if hint]
    for hint in others:
        # A plain word only: code and formulas stay as they are.
        if re.match(r"(a|[a-z]{2,})[ ,:](?!=)", hint):
            hint = hint[0].upper() + hint[1:]
        first += f" {hint}"
    return first


def line_of(error, function):
    """Say "in line 3 " of the function; "" if the error arose elsewhere."""
    code, step = getattr(function, "__code__", None), error.__traceback__
    lines = []
    while step is not None:
        if step.tb_frame.f_code is code:
            lines.append(f"in line {step.tb_lineno} ")
        step = step.tb_next
    return lines[-1] if lines else ""


def is_untouched(function):
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


def untouched(name):
    """Say that an exercise waits to be started."""
    return Verdict(
        "untouched",
        f"{name}: not started yet. Replace the ... and run the cell again.",
    )


def no_function(name, answer):
    """The verdict on what is no function, or not written yet; else None."""
    if answer is ... or is_untouched(answer):
        return untouched(name)
    if callable(answer):
        return None
    return Verdict(
        "failed",
        f"{name}: hand over the function itself, without calling it; got "
        f"{show(answer)}.",
    )


@contextlib.contextmanager
def calls_into(*starts):
    """List the functions that are called meanwhile, as module.function.

    Args:
        starts: starts of the names of the modules that are meant.
    """
    called = []

    def note(frame, event, _):
        where = f"{frame.f_globals.get('__name__')}."
        if event == "call" and where.startswith(starts):
            called.append(where + frame.f_code.co_name)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield called
    finally:
        sys.setprofile(before)
