"""The judge of an answer that is put to use: a pipeline, a training, a layer.

Such an answer has no value to compare. An exercise brings a function that uses
the answer and watches what comes of it.
"""

import warnings
from dataclasses import dataclass

from cnn_course.check.answers import (
    Verdict,
    calls_into,
    is_untouched,
    line_of,
    show,
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
        by_hand: starts of the names of modules whose functions the answer
            must not call, such as ("cnn_course.transfer.",).
    """

    name: str
    watch: object
    done: str
    by_hand: tuple = ()

    def __call__(self, answer):
        """Judge a learner's function, or a learner's layer."""
        body = getattr(answer, "call", answer)  # of a Keras layer
        if answer is ... or answer is None or is_untouched(body):
            return untouched(self.name)
        if not callable(answer):
            return Verdict(
                "failed",
                f"{self.name}: not yet.\nHint: hand over the function itself, "
                f"without calling it; got {show(answer)}.",
            )
        with calls_into(*self.by_hand) as called:
            hint = self._hint(answer, body)
        if called and not hint:
            name = called[0].rpartition(".")[2]
            hint = (
                f"it does what is asked, but {name} is the package's own: "
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
                    f"the call stops {line_of(error, body)}with "
                    f"{type(error).__name__}: {_last_line(error)}"
                )
