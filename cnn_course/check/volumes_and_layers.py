"""The exercises of notebook 04, Volumes and layers."""

import math

from cnn_course import geometry
from cnn_course.check.judge import FunctionExercise

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
    hint="c_out filters, each with f × f × c_in weights and one bias.",
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
            "(size − 1) · s + f is for the way down, from the last layer to "
            "the picture: reverse the list.",
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
