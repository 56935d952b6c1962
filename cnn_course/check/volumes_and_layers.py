"""The exercises of notebook 04, Volumes and layers."""

import math

import numpy as np

from cnn_course import geometry
from cnn_course.check.judge import LIBRARIES, FunctionExercise
from cnn_course.check.samples import ramp

conv_parameters = FunctionExercise(
    "conv_parameters",
    right=lambda f, c_in, c_out: (f * f * c_in + 1) * c_out,
    cases=((3, 3, 10), (5, 3, 6), (1, 64, 16), (5, 6, 16)),
    mistakes=(
        (
            lambda f, c_in, c_out: f * f * c_in * c_out,
            "the biases are missing: one for each filter.",
        ),
        (
            lambda f, c_in, c_out: f * f * c_in * c_out + 1,
            "one bias for each filter, not one for the layer.",
        ),
        (
            lambda f, c_in, c_out: f * f * c_in * c_out + c_in,
            "one bias for each filter, not one for each input channel.",
        ),
        (
            lambda f, c_in, c_out: (f * f + 1) * c_in * c_out,
            "a filter has one bias in all, not one for each of its channels.",
        ),
        (
            lambda f, c_in, c_out: f * f * c_in + 1,
            "that is one filter; the layer has c_out of them.",
        ),
        (
            lambda f, c_in, c_out: (f * f + 1) * c_out,
            "a filter is as deep as its input: f × f × c_in weights.",
        ),
        (
            lambda f, c_in, c_out: (f * c_in + 1) * c_out,
            "a filter has f rows and f columns.",
        ),
    ),
    hint="count one filter first: how deep is it, and what does it add at the "
    "end? Then all of them.",
)


def _side(n, f, p, s):
    return (n + 2 * p - f) // s + 1


def _layer_shape(n, c_in, c_out, f, p, s):
    return _side(n, f, p, s), _side(n, f, p, s), c_out


layer_shape = FunctionExercise(
    "layer_shape",
    right=_layer_shape,
    cases=(
        (6, 3, 2, 3, 0, 1),
        (39, 3, 10, 3, 0, 1),
        (37, 10, 20, 5, 0, 2),
        (32, 3, 6, 5, 2, 1),
        (8, 3, 4, 3, 0, 2),
    ),
    mistakes=(
        (
            lambda n, c_in, c_out, f, p, s: (
                1,
                *_layer_shape(n, c_in, c_out, f, p, s),
            ),
            "height, width and channels are right. The batch axis is not "
            "asked for: leave the 1 out.",
        ),
        (
            lambda n, c_in, c_out, f, p, s: (
                (n + 2 * p - f + 1) // s,
                (n + 2 * p - f + 1) // s,
                c_out,
            ),
            "the + 1 is the first place of the kernel, which no step leads to: "
            "add it after the division.",
        ),
        (
            lambda n, c_in, c_out, f, p, s: (
                (n + 2 * p - f) // s,
                (n + 2 * p - f) // s,
                c_out,
            ),
            "so many steps the kernel makes; it has one place more than steps.",
        ),
        (
            lambda n, c_in, c_out, f, p, s: (
                -((f - n - 2 * p) // s) + 1,
                -((f - n - 2 * p) // s) + 1,
                c_out,
            ),
            "round the side down: the kernel must lie inside. Floor division "
            "is //.",
        ),
        (
            lambda n, c_in, c_out, f, p, s: _layer_shape(
                n, c_in, c_in, f, p, s
            ),
            "the output has as many channels as there are filters; the "
            "input's channels are summed away.",
        ),
        (
            lambda n, c_in, c_out, f, p, s: _layer_shape(
                n, c_in, c_in * c_out, f, p, s
            ),
            "one filter sums over all input channels, so it makes one output "
            "channel, not c_in of them.",
        ),
        (
            lambda n, c_in, c_out, f, p, s: _side(n, f, p, s),
            "the side is right, but three numbers are asked for: height, "
            "width, channels.",
        ),
        (
            lambda n, c_in, c_out, f, p, s: _layer_shape(
                n, c_in, c_out, f, p, s
            )[:2],
            "height and width are right; the number of channels is missing.",
        ),
        (
            lambda n, c_in, c_out, f, p, s: _layer_shape(
                n, c_in, c_out, f, p, s
            )[::-1],
            "right numbers, wrong order: channels come last.",
        ),
        (
            lambda n, c_in, c_out, f, p, s: (
                (n + 2 * p - f) / s + 1,
                (n + 2 * p - f) / s + 1,
                c_out,
            ),
            "round the side down: the kernel must lie inside. Floor division "
            "is //.",
        ),
        (
            lambda n, c_in, c_out, f, p, s: _layer_shape(
                n + p, c_in, c_out, f, 0, s
            ),
            "padding is added at both ends: 2p.",
        ),
        (
            lambda n, c_in, c_out, f, p, s: _layer_shape(
                n, c_in, c_out, f, 0, s
            ),
            "the padding is missing.",
        ),
        (
            lambda n, c_in, c_out, f, p, s: _layer_shape(
                n, c_in, c_out, f, p, 1
            ),
            "the stride is missing.",
        ),
    ),
    hint="(side, side, channels), with the side as in notebook 03; floor "
    "division is //.",
)


def _field(
    layers,
    *,
    add=lambda size, f, jump: size + (f - 1) * jump,
    on=lambda jump, s: jump * s,
):
    """The receptive field, with a learner's two updates put in."""
    size = jump = 1
    for f, s in layers:
        size, jump = add(size, f, jump), on(jump, s)
    return size


def _field_downwards_formula(layers):
    size = 1
    for f, s in layers:
        size = (size - 1) * s + f
    return size


receptive_field = FunctionExercise(
    "receptive_field",
    right=lambda layers: geometry.receptive_field(layers)[0],
    cases=(
        ([(3, 1), (3, 1)],),
        ([(3, 2), (3, 1)],),
        ([(3, 2), (3, 2), (3, 2), (3, 1)],),
        ([(5, 1), (2, 2), (5, 1), (2, 2)],),
        ([(7, 2), (3, 2)],),
        ([],),
    ),
    mistakes=(
        (
            lambda layers: geometry.receptive_field(layers)[0] if layers else 0,
            "right, but for the empty list: without any layer a pixel sees "
            "itself, so the size is 1.",
        ),
        (
            lambda layers: math.prod(f for f, _ in layers),
            "sizes do not multiply: two 3×3 layers see 5 pixels, for a layer "
            "adds f − 1 steps to the size below it.",
        ),
        (
            lambda layers: 1 + sum((f - 1) * s for f, s in layers),
            "each layer's step is as long as the product of the strides "
            "*below* it, not as its own stride.",
        ),
        (
            lambda layers: 1 + sum(f - 1 for f, _ in layers),
            "the strides below are missing: after a stride of 2, one step in "
            "the layer above is two pixels of the picture.",
        ),
        (
            lambda layers: sum(f for f, _ in layers),
            "two 3×3 layers see 5 pixels, not 6: neighbouring windows overlap, "
            "so a layer adds f − 1.",
        ),
        (
            lambda layers: (
                1
                + sum(
                    (f - 1) * math.prod(s for _, s in layers[: i + 1])
                    for i, (f, _) in enumerate(layers)
                )
            ),
            "a layer's own stride widens the layers above it, not itself: "
            "update the jump after the size.",
        ),
        (
            lambda layers: _field(layers, on=lambda jump, s: s),
            "your jump knows the last stride only; it is the product of all "
            "strides below.",
        ),
        (
            lambda layers: _field(layers, on=lambda jump, s: jump + s),
            "strides multiply, they do not add: after two strides of 2 a step "
            "is 4 pixels long.",
        ),
        (
            lambda layers: _field(layers, add=lambda size, f, jump: f * jump),
            "a layer adds to the size that is there already, and it adds "
            "f − 1 steps.",
        ),
        (
            lambda layers: _field(
                layers, add=lambda size, f, jump: (f - 1) * jump
            ),
            "a layer adds to the size that is there already: += instead of =.",
        ),
        (
            lambda layers: _field(
                layers, add=lambda size, f, jump: size + f * jump
            ),
            "three pixels are two steps apart: a layer adds f − 1 steps, "
            "not f.",
        ),
        (
            _field_downwards_formula,
            "right for the list in reverse order. A jump is counted from the "
            "picture up, as the list stands; (size − 1) · s + f from the last "
            "layer down.",
        ),
        (
            lambda layers: 1,
            "your field does not grow. Is the jump 0? Without any layer, "
            "neighbouring pixels are 1 pixel apart.",
        ),
        (
            lambda layers: geometry.receptive_field(layers)[1],
            "that is the jump; the size of the field is asked for.",
        ),
        (
            lambda layers: geometry.receptive_field(layers)[0] - 1,
            "start from 1: with no layer at all, one pixel sees one pixel.",
        ),
        (
            geometry.receptive_field,
            "give the size only, without the jump.",
        ),
    ),
    hint="go through the layers from the picture up and keep two numbers: the "
    "size so far, and the jump. What are they before the first layer? Each "
    "layer changes both.",
)


def _layer(
    x,
    kernel,
    bias,
    stride,
    padding,
    *,
    window_of=lambda x, i, j, f, stride: x[
        i * stride : i * stride + f, j * stride : j * stride + f
    ],
    sum_of=lambda window, kernel: np.tensordot(window, kernel, 3),
    finish=lambda z, bias: np.maximum(z + bias, 0),
):
    """One layer on one picture, with a learner's three steps put in."""
    x = np.pad(x, ((padding, padding), (padding, padding), (0, 0)))
    f = len(kernel)
    rows, columns = ((side - f) // stride + 1 for side in x.shape[:2])
    z = np.array(
        [
            [
                sum_of(window_of(x, i, j, f, stride), kernel)
                for j in range(columns)
            ]
            for i in range(rows)
        ]
    )
    return finish(z, bias)


def _with(**change):
    return lambda *case: _layer(*case, **change)


def _one_end(x, kernel, bias, stride, padding):
    x = np.pad(x, ((padding, 0), (padding, 0), (0, 0)))
    return _layer(x, kernel, bias, stride, 0)


def _square(x, kernel, bias, stride, padding):
    side = min(x.shape[:2])
    return _layer(x[:side, :side], kernel, bias, stride, padding)


_KERNELS = (ramp(3, 3, 2, 3) - 6) / 4  # with signs and fractions
_WHOLE = (
    "the right numbers without their fractions: your array holds whole "
    "numbers. np.zeros(shape) holds fractions."
)
conv_layer = FunctionExercise(
    "conv_layer",
    right=_layer,
    cases=(
        (ramp(4, 4, 2), _KERNELS, np.array([1.5, -2.0, 40.25]), 1, 0),
        (ramp(4, 4, 2), _KERNELS, np.array([1.5, -2.0, 40.25]), 1, 1),
        (ramp(7, 5, 2) - 8, _KERNELS, np.array([0.0, 3.0, -1.0]), 2, 0),
        (ramp(5, 8, 3), ramp(2, 2, 3, 1) / 8 - 1, np.array([0.5]), 3, 1),
        (ramp(3, 4, 2).astype(int), _KERNELS / 4, np.ones(3), 1, 2),
    ),
    mistakes=(
        (
            _with(finish=lambda z, bias: z + bias),
            "the activation function is missing: ReLU makes 0 of what is "
            "below 0.",
        ),
        (
            _with(finish=lambda z, bias: np.maximum(z, 0)),
            "the bias is missing: one for each filter.",
        ),
        (
            _with(finish=lambda z, bias: z),
            "the convolution is right. Now add the bias and apply ReLU.",
        ),
        (
            _with(finish=lambda z, bias: np.maximum(z, 0) + bias),
            "first the bias, then ReLU: the bias decides what gets through.",
        ),
        (
            _with(finish=lambda z, bias: abs(z + bias)),
            "ReLU makes 0 of a negative number; you drop its sign.",
        ),
        (
            _with(finish=lambda z, bias: np.maximum(z - bias, 0)),
            "the bias is added, not subtracted.",
        ),
        (
            _with(finish=lambda z, bias: np.maximum(z + bias.sum(), 0)),
            "each filter has a bias of its own; you add all of them.",
        ),
        (
            _with(finish=lambda z, bias: np.maximum(z + bias[0], 0)),
            "each filter has a bias of its own; you add the first one "
            "everywhere.",
        ),
        *(
            (
                _with(
                    finish=lambda z, bias, times=times: np.maximum(
                        z + times * bias, 0
                    )
                ),
                "the bias is added once to each output, not once for every "
                "channel or product: add it after the sum.",
            )
            for times in (2, 9, 18)
        ),
        (
            _with(
                sum_of=lambda window, kernel: np.tensordot(
                    window, kernel[::-1, ::-1], 3
                )
            ),
            "the kernel is flipped; a layer's kernel is not (notebook 01).",
        ),
        (
            _with(
                sum_of=lambda window, kernel: np.tensordot(
                    window, kernel.swapaxes(0, 1), 3
                )
            ),
            "rows and columns of the kernel are swapped.",
        ),
        (
            _with(
                sum_of=lambda window, kernel: np.tensordot(
                    window[..., 0], kernel[:, :, 0], 2
                )
            ),
            "only the first channel counts: a filter sums over all channels "
            "of its window.",
        ),
        (
            _with(
                sum_of=lambda window, kernel: np.tensordot(window, kernel, 3)[
                    [0] * kernel.shape[3]
                ]
            ),
            "every output channel comes from filter 0: channel k belongs to "
            "kernel[..., k].",
        ),
        (
            _with(
                sum_of=lambda window, kernel: (
                    np.tensordot(window, kernel, 3) / window.size
                )
            ),
            "that is the mean of the products; add them up.",
        ),
        (
            lambda *case: _layer(*case).swapaxes(0, 1),
            "rows and columns of the output are swapped.",
        ),
        (
            lambda *case: _layer(*case).sum(axis=-1),
            "each filter has an output channel of its own; do not add them up.",
        ),
        (
            lambda *case: np.moveaxis(_layer(*case), -1, 0),
            "the right numbers, but the channels come last: (rows, columns, "
            "filters).",
        ),
        (
            lambda *case: _layer(*case)[None],
            "the right numbers, with a batch axis too many: one picture "
            "comes in, and one goes out.",
        ),
        (
            lambda x, kernel, bias, stride, padding: _layer(
                x, kernel, bias, stride, 0
            ),
            "the padding is missing: put zeros around the picture first.",
        ),
        (
            lambda x, kernel, bias, stride, padding: _layer(
                x, kernel, bias, stride, padding
            )[: _side(len(x), len(kernel), 0, stride)][
                :, : _side(x.shape[1], len(kernel), 0, stride)
            ],
            "the output's sides follow from those of the padded picture.",
        ),
        (
            lambda *case: _layer(*case)[:-1, :-1],
            "the last row and column are missing: the kernel has one place "
            "more than it makes steps.",
        ),
        (
            _one_end,
            "padding puts zeros at both ends of each side.",
        ),
        (
            lambda x, kernel, bias, stride, padding: _layer(
                np.pad(x, padding), kernel, bias, stride, 0
            ),
            "np.pad(x, padding) puts zeros around the channels, too. Give it "
            "a pair for each axis; that of the channels is (0, 0).",
        ),
        *(
            (
                lambda x, kernel, bias, stride, padding, mode=mode: _layer(
                    np.pad(
                        x,
                        ((padding, padding), (padding, padding), (0, 0)),
                        mode,
                    ),
                    kernel,
                    bias,
                    stride,
                    0,
                ),
                "zeros go around the picture, not copies of its pixels.",
            )
            for mode in ("edge", "reflect", "symmetric", "wrap")
        ),
        (
            lambda x, kernel, bias, stride, padding: _layer(
                x, kernel, bias, 1, padding
            ),
            "the stride is missing.",
        ),
        (
            _with(window_of=lambda x, i, j, f, stride: x[i : i + f, j : j + f]),
            "the shape is right, but the windows stand next to each other: "
            "that of output (i, j) starts at row i · stride, column "
            "j · stride.",
        ),
        (
            _square,
            "the picture need not be square: rows and columns each have a "
            "side of their own.",
        ),
        (
            lambda *case: np.trunc(_layer(*case)),
            _WHOLE,
        ),
        (
            lambda *case: np.maximum(
                np.trunc(_with(finish=lambda z, b: z)(*case)) + case[2], 0
            ),
            _WHOLE,
        ),
    ),
    hint="take one output by itself. Which window of the padded picture, which "
    "filter and which bias is it made of, and what comes last?",
    by_hand=LIBRARIES,
)
