"""Answers to the exercises of notebook 04: right ones and wrong ones."""

from rows_shared import floor_not_imported, side


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
    "conv_parameters": lambda f, c_in, c_out: f**2 * c_in * c_out + c_out,
    "layer_shape": lambda n, c_in, filters, f, p, s: [
        side(n, f, p, s),
        side(n, f, p, s),
        filters,
    ],
    "receptive_field": receptive_field,
}


WRONG = {
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
        ("downwards", receptive_field_not_reversed, "reverse the list"),
        ("jump_0", receptive_field_jump_zero, "Is the jump 0?"),
        ("no_start", receptive_field_no_start, "UnboundLocalError. Go through"),
        ("from_0", receptive_field_from_zero, "start from 1"),
    ],
}
