"""Pictures and kernels that the exercises of several notebooks try out."""

import math

import numpy as np


def ramp(*shape):
    """A small picture whose numbers are all different."""
    return np.arange(math.prod(shape), dtype=float).reshape(shape) ** 2 % 17
