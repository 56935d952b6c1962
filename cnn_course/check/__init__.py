"""Checks for the exercises: `check.same_padding(my_function)`.

Each says ✓, or ✗ with the first failing case and a hint that fits the mistake,
or that the exercise is not started. The names are the notebooks' own.
"""

from cnn_course.check.foundations import (
    conv_parameters,
    convolve,
    dense_weights,
    dilated_span,
    flattened,
    flip,
    global_average_pool,
    layer_shape,
    leaky_relu_gradient,
    max_pool,
    max_pool_backward,
    output_size,
    pool_parameters,
    receptive_field,
    same_output,
    same_padding,
    softmax,
    valid_layers,
    zero_pad,
)

__all__ = [
    "conv_parameters",
    "convolve",
    "dense_weights",
    "dilated_span",
    "flattened",
    "flip",
    "global_average_pool",
    "layer_shape",
    "leaky_relu_gradient",
    "max_pool",
    "max_pool_backward",
    "output_size",
    "pool_parameters",
    "receptive_field",
    "same_output",
    "same_padding",
    "softmax",
    "valid_layers",
    "zero_pad",
]
