"""The judge of a classifier that a learner has trained.

It looks at what the model does, not at how it is made: shapes, parameters, and
how many test pictures it reads right. What the model does with the training
pictures tells why it is not enough.
"""

from dataclasses import dataclass

import numpy as np

from cnn_course.check.answers import Verdict, untouched


def _load(name, split):
    """Load bundled pictures; Pillow comes along, so not before it is needed."""
    from cnn_course.datasets import load

    return load(name, split, full=False)


def _share_right(model, pictures, scale=1):
    """The share of pictures whose largest output is at their class."""
    images = np.asarray(pictures.images * scale, "float32")
    outputs = model.predict(images, verbose=0)
    return (np.argmax(outputs, axis=1) == pictures.labels).mean()


def _largest_layer(model):
    return max(model.layers, key=lambda layer: layer.count_params())


@dataclass(frozen=True)
class ClassifierExercise:
    """An exercise whose answer is a trained model.

    Attributes:
        name: the name the learner's model has in the notebook.
        data: name of a data set for `datasets.load`; its test pictures count.
        max_parameters: int, how many parameters are allowed.
        accuracy: the share of test pictures to be read right, from 0 to 1.
    """

    name: str
    data: str
    max_parameters: int
    accuracy: float

    def __call__(self, answer):
        """Judge a learner's model."""
        if answer is ... or answer is None:
            return untouched(self.name)
        test = _load(self.data, "test")
        hint = self._form_hint(answer, test) or self._reading_hint(answer, test)
        if hint:
            return Verdict("failed", f"{self.name}: not yet.\nHint: {hint}")
        return Verdict(
            "passed",
            f"{self.name}: right. It has {answer.count_params():,} parameters "
            f"and reads {_share_right(answer, test):.1%} of the test pictures.",
        )

    def _form_hint(self, answer, test):
        """What is wrong before anything is read; "" if nothing."""
        if not hasattr(answer, "predict"):
            kind = type(answer).__name__
            return (
                f"a trained model is asked for; this is a {kind}. Hand over "
                "the model itself: `fit` trains it and returns its history."
            )
        two = test.images[:2].astype("float32")
        try:
            shape = np.shape(answer.predict(two, verbose=0))
        except Exception as error:  # whatever a learner's model does
            takes = getattr(answer, "input_shape", "unknown")
            return (
                f"it must take pictures of the shape {two.shape[1:]}; with "
                f"them it stops with {type(error).__name__}. Its input is "
                f"{takes}, the batch axis first."
            )
        classes = len(test.class_names)
        if shape != (2, classes):
            return (
                f"one number for each of {classes} classes is asked for, so "
                f"two pictures give the shape (2, {classes}); yours gives "
                f"{shape}."
            )
        count = answer.count_params()
        if count > self.max_parameters:
            layer = _largest_layer(answer)
            return (
                f"it has {count:,} parameters, and {self.max_parameters:,} are "
                f"allowed. {layer.count_params():,} of them are in "
                f"{layer.name!r}. How many numbers does it get, and how many "
                "does it put out?"
            )
        return ""

    def _reading_hint(self, model, test):
        """Why too few test pictures are read right; "" if enough are."""
        share = _share_right(model, test)
        if share >= self.accuracy:
            return ""
        if any(np.isnan(weight).any() for weight in model.get_weights()):
            return (
                "its weights are nan: the steps were so long that the numbers "
                "overflowed. Build it anew, and take a smaller learning rate."
            )
        if _share_right(model, test, 1 / 255) >= self.accuracy:
            return (
                "right for pixels from 0 to 1. Here they come as they are "
                "stored, from 0 to 255: let the model begin with "
                "layers.Rescaling(1 / 255)."
            )
        said = (
            f"it reads {share:.1%} of the test pictures right, and "
            f"{self.accuracy:.0%} are asked for."
        )
        if share < 2 / len(test.class_names):
            return f"{said} That is little more than guessing: was it trained?"
        train = _share_right(model, _load(self.data, "train"))
        if train >= self.accuracy:
            return (
                f"{said} Of those that it has learned from it reads "
                f"{train:.1%}, so it has them by heart. Show it other ones: "
                "what does RandomTranslation do?"
            )
        return (
            f"{said} It reads no more than {train:.1%} of those that it has "
            "learned from, so it has not learned enough: train for longer, or "
            "with another learning rate."
        )
