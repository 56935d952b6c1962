"""The exercises of notebook 03, Strides and dilation."""

import math

from cnn_course.check.judge import FunctionExercise

output_size = FunctionExercise(
    "output_size",
    right=lambda n, f, p, s: (n + 2 * p - f) // s + 1,
    cases=(
        (7, 3, 0, 2),
        (8, 3, 0, 2),
        (6, 3, 1, 1),
        (10, 4, 1, 3),
        (5, 5, 0, 4),
    ),
    mistakes=(
        (
            lambda n, f, p, s: (n + 2 * p - f) / s + 1,
            "round down: at a fraction the kernel would hang over the border. "
            "Floor division is //.",
        ),
        (
            lambda n, f, p, s: math.ceil((n + 2 * p - f) / s) + 1,
            "round down, not up: the kernel must lie wholly inside.",
        ),
        (
            lambda n, f, p, s: round((n + 2 * p - f) / s) + 1,
            "round down, not to the nearest: the kernel must lie inside.",
        ),
        (
            lambda n, f, p, s: (n + 2 * p - f) // s,
            "one too few: the last window can start at n + 2p − f itself, and "
            "the first one, at 0, counts too: + 1 after the division.",
        ),
        (
            lambda n, f, p, s: (n + p - f) // s + 1,
            "padding is added at both ends: 2p.",
        ),
        (
            lambda n, f, p, s: (n - f) // s + 1,
            "the padding is missing: p zeros at each end.",
        ),
        (
            lambda n, f, p, s: n + 2 * p - f + 1,
            "that is the size at stride 1; the filter moves by s pixels.",
        ),
        (
            lambda n, f, p, s: ((n + 2 * p - f) // s + 1) ** 2,
            "that counts the numbers of the whole output, side times side; "
            "give one side.",
        ),
        (
            lambda n, f, p, s: n + 2 * p - f // s + 1,
            "only f is divided by s: put n + 2p − f in brackets.",
        ),
        (
            lambda n, f, p, s: (n + 2 * p - f + 1) // s,
            "divide first, then add 1.",
        ),
    ),
    hint="the last window can start at n + 2p − f; count the multiples of s up "
    "to there, and do not forget 0. Floor division is //.",
)
same_output = FunctionExercise(
    "same_output",
    right=lambda n, s: -(-n // s),
    cases=((7, 2), (6, 2), (224, 4), (10, 3), (5, 1)),
    mistakes=(
        (
            lambda n, s: round(n / s),
            "round up, not to the nearest: one pixel too many still needs a "
            "window.",
        ),
        (
            lambda n, s: n // s,
            "round up, not down: a last piece of fewer than s pixels gets a "
            "window as well. math.ceil rounds up.",
        ),
        (lambda n, s: n / s, "whole pixels only: math.ceil rounds up."),
        (
            lambda n, s: n,
            '"same" keeps the size at stride 1 only.',
        ),
        (
            lambda n, s: n // s + 1,
            "one too many where s divides n: round n / s up.",
        ),
    ),
    hint="n / s, rounded up; math.ceil rounds up.",
)
dilated_span = FunctionExercise(
    "dilated_span",
    right=lambda f, d: d * (f - 1) + 1,
    cases=((3, 2), (3, 1), (5, 3), (1, 4)),
    mistakes=(
        (
            lambda f, d: d * f,
            "between f weights there are f − 1 gaps, not f.",
        ),
        (
            lambda f, d: d * (f - 1),
            "the first weight takes a pixel as well: + 1.",
        ),
        (
            lambda f, d: f + d,
            "each of the f − 1 steps from weight to weight is d pixels long.",
        ),
        (
            lambda f, d: f + d - 1,
            "that widens one gap only; there is one between any two "
            "neighbouring weights.",
        ),
        (
            lambda f, d: f + d * (f - 1),
            "dilation d puts d − 1 pixels between two weights, not d: at "
            "d = 1 the weights are neighbours.",
        ),
        (
            lambda f, d: f,
            "that is the number of weights; the gaps between them count too.",
        ),
        (
            lambda f, d: 2 * d + 1,
            "right for f = 3; the 2 in it is f − 1.",
        ),
        (
            lambda f, d: f + 2 * (d - 1),
            "right for f = 3; the 2 in it is f − 1.",
        ),
        (
            lambda f, d: (f - 1) * (d - 1),
            "those are the pixels in the gaps only; each of the f weights "
            "takes one as well.",
        ),
    ),
    hint="f − 1 steps of d pixels, and one pixel for the first weight.",
)
