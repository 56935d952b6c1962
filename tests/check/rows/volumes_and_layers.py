"""Answers to the exercises of notebook 04: right ones and wrong ones."""

import numpy as np
import tensorflow as tf
from rows_shared import floor_not_imported, side

from cnn_course import scratch


def conv_layer(x, kernel, bias, stride, padding):
    """A learner's loops over rows, columns and filters."""
    x = np.pad(x, [(padding, padding), (padding, padding), (0, 0)])
    f, filters = kernel.shape[0], kernel.shape[3]
    rows = (x.shape[0] - f) // stride + 1
    columns = (x.shape[1] - f) // stride + 1
    y = np.zeros((rows, columns, filters))
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            window = x[top : top + f, left : left + f]
            for k in range(filters):
                z = np.sum(window * kernel[..., k]) + bias[k]
                y[i, j, k] = z if z > 0 else 0
    return y


def conv_layer_weight_by_weight(x, kernel, bias, stride, padding):
    f, channels = len(kernel), x.shape[2]
    height, width, _ = x.shape
    framed = np.zeros((height + 2 * padding, width + 2 * padding, channels))
    framed[padding : padding + height, padding : padding + width] = x
    rows, columns = (side(n, f, padding, stride) for n in (height, width))
    y = np.tile(bias, (rows, columns, 1)).astype(float)
    for u in range(f):
        for v in range(f):
            met = framed[u : u + stride * rows : stride][:rows]
            met = met[:, v : v + stride * columns : stride][:, :columns]
            y += met @ kernel[u, v]
    return y.clip(min=0)


def conv_layer_views(x, kernel, bias, stride, padding):
    x = np.pad(x, [(padding,) * 2, (padding,) * 2, (0, 0)])
    f = len(kernel)
    windows = np.lib.stride_tricks.sliding_window_view(x, (f, f), (0, 1))
    z = np.einsum("ijcuv,uvck->ijk", windows[::stride, ::stride], kernel)
    return np.where(z + bias > 0, z + bias, 0).tolist()


def conv_layer_by_the_package(x, kernel, bias, stride, padding):
    options = {"strides": stride, "padding": padding}
    return np.maximum(0, scratch.conv2d(x[None], kernel, bias, **options))[0]


def conv_layer_by_tensorflow(x, kernel, bias, stride, padding):
    x = np.pad(x, [(padding,) * 2, (padding,) * 2, (0, 0)])[None] * 1.0
    return tf.nn.relu(tf.nn.conv2d(x, kernel, stride, "VALID") + bias)[0]


def conv_layer_with(
    start=lambda x, shape: np.zeros(shape),
    corner=lambda i, stride: i * stride,
    value=lambda window, weights, b: max((window * weights).sum() + b, 0),
):
    """A learner's loops with one of the steps put in."""

    def conv_layer(x, kernel, bias, stride, padding):
        x = np.pad(x, [(padding,) * 2, (padding,) * 2, (0, 0)])
        f, filters = kernel.shape[0], kernel.shape[3]
        sides = [side(n, f, 0, stride) for n in x.shape[:2]]
        y = start(x, (*sides, filters))
        for i, j, k in np.ndindex(*sides, filters):
            top, left = corner(i, stride), corner(j, stride)
            window = x[top : top + f, left : left + f]
            y[i, j, k] = value(window, kernel[..., k], bias[k])
        return y

    return conv_layer


def conv_layer_square(x, kernel, bias, stride, padding):
    y = conv_layer(x, kernel, bias, stride, padding)
    return y[: min(y.shape[:2]), : min(y.shape[:2])]


def conv_layer_pads_channels(x, kernel, bias, stride, padding):
    return conv_layer(np.pad(x, padding), kernel, bias, stride, 0)


def layer_shape_two_slips(n, c_in, filters, f, p, s):
    m = (n + p - f) // s + 1
    return m, m, c_in


def receptive_field(layers):
    size, jump = 1, 1
    for kernel_size, stride in layers:
        size += (kernel_size - 1) * jump
        jump *= stride
    return size


def receptive_field_own_stride(layers):
    size, jump = 1, 1
    for kernel_size, stride in layers:
        jump *= stride
        size += (kernel_size - 1) * jump
    return size


def receptive_field_last_stride(layers):
    size, jump = 1, 1
    for kernel_size, stride in layers:
        size += (kernel_size - 1) * jump
        jump = stride
    return size


def receptive_field_strides_add(layers):
    size, jump = 1, 1
    for kernel_size, stride in layers:
        size += (kernel_size - 1) * jump
        jump += stride
    return size


def receptive_field_not_added(layers):
    size, jump = 1, 1
    for kernel_size, stride in layers:
        size = (kernel_size - 1) * jump
        jump *= stride
    return size


def receptive_field_window_only(layers):
    size, jump = 1, 1
    for kernel_size, stride in layers:
        size = kernel_size * jump
        jump *= stride
    return size


def receptive_field_f_steps(layers):
    size, jump = 1, 1
    for kernel_size, stride in layers:
        size += kernel_size * jump
        jump *= stride
    return size


def receptive_field_not_reversed(layers):
    size = 1
    for kernel_size, stride in layers:
        size = size * stride + kernel_size - stride
    return size


def receptive_field_jump_zero(layers):
    size, jump = 1, 0
    for kernel_size, stride in layers:
        size += (kernel_size - 1) * jump
        jump *= stride
    return size


def receptive_field_no_start(layers):
    jump = 1
    for kernel_size, stride in layers:
        size += (kernel_size - 1) * jump  # noqa: F821
        jump *= stride
    return size


def receptive_field_from_zero(layers):
    size, jump = 0, 1
    for kernel_size, stride in layers:
        size += (kernel_size - 1) * jump
        jump *= stride
    return size


RIGHT = {
    "conv_layer": conv_layer,
    "conv_parameters": lambda f, c_in, c_out: f**2 * c_in * c_out + c_out,
    "layer_shape": lambda n, c_in, filters, f, p, s: [
        side(n, f, p, s),
        side(n, f, p, s),
        filters,
    ],
    "receptive_field": receptive_field,
}


ALSO_RIGHT = {
    "conv_layer": [conv_layer_weight_by_weight, conv_layer_views],
}

WRONG = {
    "conv_layer": [
        (
            "no_relu",
            conv_layer_with(value=lambda w, k, b: (w * k).sum() + b),
            "the activation function is missing",
        ),
        (
            "no_bias",
            conv_layer_with(value=lambda w, k, b: max((w * k).sum(), 0)),
            "the bias is missing",
        ),
        (
            "bias_in_the_sum",
            conv_layer_with(value=lambda w, k, b: max((w * k + b).sum(), 0)),
            "added once to each output",
        ),
        (
            "relu_first",
            conv_layer_with(value=lambda w, k, b: max((w * k).sum(), 0) + b),
            "first the bias, then ReLU",
        ),
        (
            "one_channel",
            conv_layer_with(
                value=lambda w, k, b: max((w * k)[..., 0].sum() + b, 0)
            ),
            "only the first channel",
        ),
        (
            "flipped",
            conv_layer_with(
                value=lambda w, k, b: max((w * k[::-1, ::-1]).sum() + b, 0)
            ),
            "kernel is flipped",
        ),
        (
            "mean",
            conv_layer_with(value=lambda w, k, b: max((w * k).mean() + b, 0)),
            "mean of the products",
        ),
        (
            "stride_in_the_size_only",
            conv_layer_with(corner=lambda i, stride: i),
            "stand next to each other",
        ),
        (
            "whole_numbers",
            conv_layer_with(start=lambda x, shape: np.zeros(shape, int)),
            "your array holds whole numbers",
        ),
        (
            "kind_of_x",
            conv_layer_with(start=lambda x, shape: np.zeros(shape, x.dtype)),
            "your array holds whole numbers",
        ),
        ("square", conv_layer_square, "need not be square"),
        (
            "no_padding",
            lambda x, k, b, s, p: conv_layer(x, k, b, s, 0),
            "padding is missing",
        ),
        (
            "padded_channels",
            conv_layer_pads_channels,
            "around the channels, too",
        ),
        (
            "one_map",
            lambda *case: conv_layer(*case).sum(axis=-1),
            "do not add them up",
        ),
        (
            "channels_first",
            lambda *case: np.moveaxis(conv_layer(*case), -1, 0),
            "channels come last",
        ),
        (
            "two_slips",
            lambda x, k, b, s, p: conv_layer_with(
                corner=lambda i, s: i, value=lambda w, k, b: (w * k).sum() + b
            )(x, k, b, s, p),
            "activation function is missing",
        ),
        ("package", conv_layer_by_the_package, "cnn_course has computed them"),
        (
            "tensorflow",
            conv_layer_by_tensorflow,
            "tensorflow has computed them",
        ),
        (
            "generator",
            lambda *case: (row for row in conv_layer(*case)),
            "must be made of numbers",
        ),
    ],
    "conv_parameters": [
        ("no_bias", lambda f, c_in, c_out: f * f * c_in * c_out, "biases are"),
        (
            "one_bias",
            lambda f, c_in, c_out: f * f * c_in * c_out + 1,
            "not one for the layer",
        ),
        ("flat", lambda f, c_in, c_out: (f * f + 1) * c_out, "as deep as"),
        ("row", lambda f, c_in, c_out: (f * c_in + 1) * c_out, "f columns"),
        (
            "no_filters",
            lambda f, c_in, c_out: f * f * c_in + 1,
            "that is one filter",
        ),
    ],
    "layer_shape": [
        (
            "batch_axis",
            lambda n, c_in, k, f, p, s: (
                1,
                side(n, f, p, s),
                side(n, f, p, s),
                k,
            ),
            "leave the 1 out",
        ),
        (
            "plus_1_inside",
            lambda n, c_in, k, f, p, s: ((n + 2 * p - f + 1) // s,) * 2 + (k,),
            "after the division",
        ),
        (
            "no_plus_1",
            lambda n, c_in, k, f, p, s: ((n + 2 * p - f) // s,) * 2 + (k,),
            "one place more than steps",
        ),
        (
            "two_slips",
            layer_shape_two_slips,
            "as many channels as there are filters",
        ),
        (
            "texts_of_two_lengths",
            lambda *sizes: ["28", "28", "8"],
            "the answer must be made of numbers",
        ),
        (
            "channels_in",
            lambda n, c_in, filters, f, p, s: (
                side(n, f, p, s),
                side(n, f, p, s),
                c_in,
            ),
            "as many channels as there are filters",
        ),
        (
            "channels_multiply",
            lambda n, c_in, filters, f, p, s: (
                side(n, f, p, s),
                side(n, f, p, s),
                c_in * filters,
            ),
            "sums over all input channels",
        ),
        (
            "no_channels",
            lambda n, c_in, filters, f, p, s: (side(n, f, p, s),) * 2,
            "number of channels is missing",
        ),
        (
            "side_only",
            lambda n, c, k, f, p, s: side(n, f, p, s),
            "three numbers are asked for",
        ),
        ("floor", floor_not_imported, "floor division is //"),
        (
            "channels_first",
            lambda n, c_in, filters, f, p, s: (
                filters,
                side(n, f, p, s),
                side(n, f, p, s),
            ),
            "channels come last",
        ),
        (
            "no_floor",
            lambda n, c_in, filters, f, p, s: (
                (n + 2 * p - f) / s + 1,
                (n + 2 * p - f) / s + 1,
                filters,
            ),
            "round the side down",
        ),
        (
            "no_padding",
            lambda n, c_in, filters, f, p, s: (
                side(n, f, 0, s),
                side(n, f, 0, s),
                filters,
            ),
            "padding is missing",
        ),
    ],
    "receptive_field": [
        (
            "no_strides",
            lambda layers: 1 + sum(f - 1 for f, _ in layers),
            "strides below are missing",
        ),
        ("adds_f", lambda layers: sum(f for f, _ in layers), "overlap"),
        ("own_stride", receptive_field_own_stride, "after the size"),
        ("last_stride", receptive_field_last_stride, "the last stride only"),
        ("strides_add", receptive_field_strides_add, "strides multiply"),
        ("not_added", receptive_field_not_added, "+= instead of ="),
        ("window", receptive_field_window_only, "and it adds f − 1 steps"),
        ("f_steps", receptive_field_f_steps, "f − 1 steps, not f"),
        ("downwards", receptive_field_not_reversed, "list in reverse order"),
        (
            "reversed",
            lambda layers: receptive_field(layers[::-1]),
            "in reverse order",
        ),
        (
            "empty_0",
            lambda layers: receptive_field(layers) if layers else 0,
            "but for the empty list",
        ),
        (
            "product",
            lambda layers: np.prod([f for f, _ in layers]),
            "sizes do not multiply",
        ),
        (
            "own_stride_only",
            lambda layers: 1 + sum((f - 1) * s for f, s in layers),
            "not as its own stride",
        ),
        ("jump_0", receptive_field_jump_zero, "Is the jump 0?"),
        ("no_start", receptive_field_no_start, "UnboundLocalError. Go through"),
        ("from_0", receptive_field_from_zero, "start from 1"),
    ],
}
