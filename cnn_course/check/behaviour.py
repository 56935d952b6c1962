"""The judge of an answer that is put to use: a pipeline, a training, a layer.

Such an answer has no value to compare. An exercise brings a function that uses
the answer and watches what comes of it.
"""

import warnings
from dataclasses import dataclass

from cnn_course.check.block import _calls_into
from cnn_course.check.judge import (
    Verdict,
    _is_untouched,
    _line_of,
    _show,
    untouched,
)

NO_RETURN = "your function gives back None: is `return` missing?"


def _last_line(error):
    """An error's own words, without TensorFlow's and Keras's report on it."""
    lines = [line.strip() for line in str(error).splitlines()]
    own = [line for line in lines if line and not line.startswith("[[")]
    return own[-1].rpartition("}} ")[2][:200] if own else ""


@dataclass(frozen=True)
class BehaviourExercise:
    """An exercise whose answer is a function or a layer, judged in use.

    Attributes:
        name: the name that the learner's function has in the notebook.
        watch: function from an answer to the hint for the first thing that it
            does wrong; "" if there is none. What the answer raises may pass.
        done: what is said of a right answer.
        without: a module that the answer must not call, such as
            "cnn_course.transfer"; "" for none.
    """

    name: str
    watch: object
    done: str
    without: str = ""

    def __call__(self, answer):
        """Judge a learner's function, or a learner's layer."""
        body = getattr(answer, "call", answer)  # of a Keras layer
        if answer is ... or answer is None or _is_untouched(body):
            return untouched(self.name)
        if not callable(answer):
            return Verdict(
                "failed",
                f"{self.name}: not yet.\nHint: hand over the function itself, "
                f"without calling it; got {_show(answer)}.",
            )
        with _calls_into(self.without) as called:
            hint = self._hint(answer, body)
        if called and not hint:
            hint = (
                f"it does what is asked, but {called[0]} is the package's own: "
                "here you write that yourself."
            )
        if hint:
            return Verdict("failed", f"{self.name}: not yet.\nHint: {hint}")
        return Verdict("passed", f"{self.name}: right. {self.done}")

    def _hint(self, answer, body):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return self.watch(answer)
            except Exception as error:  # whatever a learner's code does
                return (
                    f"the call stops {_line_of(error, body)}with "
                    f"{type(error).__name__}: {_last_line(error)}"
                )
