"""Small networks that stand among an exercise's cases.

A Keras model is built when an answer is first tried, not when the checks are
imported: that would load TensorFlow. Its weights are few quarters, so that
right answers agree to the last bit, in whatever order they add.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np


@dataclass(frozen=True)
class Network:
    """Stands in a case for a Keras model; a deep copy of it is that model.

    Attributes:
        build: function without arguments that makes the model.
        words: what the learner reads in its place.
    """

    build: object
    words: str

    def __deepcopy__(self, memo):
        model, weights = _built(self.build)
        model.set_weights(weights)  # an answer may have changed them
        return model

    def __repr__(self):
        return self.words


@cache
def _built(build):
    model = build()
    return model, model.get_weights()


def in_quarters(model, seed):
    """Set each weight to a multiple of 1/4 from -1/2 to 1/2.

    Args:
        model: built keras.Model.
        seed: int.

    Returns:
        The model.
    """
    rng = np.random.default_rng(seed)
    shapes = [weight.shape for weight in model.weights]
    model.set_weights([rng.integers(-2, 3, shape) / 4 for shape in shapes])
    return model
