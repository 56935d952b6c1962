"""Answers to the exercises of notebook 03: right ones and wrong ones."""

import math

from rows_shared import floor_not_imported, side

RIGHT = {
    "output_size": lambda n, f, p, s: len(range(0, n + 2 * p - f + 1, s)),
    "same_output": lambda n, s: math.ceil(n / s),
    "dilated_span": lambda f, d: f + (f - 1) * (d - 1),
}


WRONG = {
    "output_size": [
        ("no_floor", lambda n, f, p, s: (n + 2 * p - f) / s + 1, "round down"),
        (
            "ceil",
            lambda n, f, p, s: math.ceil((n + 2 * p - f) / s) + 1,
            "not up",
        ),
        ("one_p", lambda n, f, p, s: (n + p - f) // s + 1, "both ends"),
        ("no_plus_1", lambda n, f, p, s: (n + 2 * p - f) // s, "counts too"),
        (
            "one_less",
            lambda n, f, p, s: (n + 2 * p - f - 1) // s + 1,
            "n + 2p − f itself",
        ),
        ("brackets", lambda n, f, p, s: n + 2 * p - f // s + 1, "brackets"),
        ("floor", floor_not_imported, "NameError. The last window can"),
        (
            "squared",
            lambda n, f, p, s: side(n, f, p, s) ** 2,
            "side times side",
        ),
        ("no_idea", lambda n, f, p, s: n * s, "Floor division is //"),
    ],
    "same_output": [
        ("down", lambda n, s: n // s, "fewer than s pixels gets a window"),
        ("fraction", lambda n, s: n / s, "whole pixels only: math.ceil"),
        ("no_idea", lambda n, s: n * s, "math.ceil rounds up"),
        ("ignores_s", lambda n, s: n, "at stride 1 only"),
        ("plus_1", lambda n, s: n // s + 1, "where s divides n"),
        ("nearest", lambda n, s: round(n / s), "not to the nearest"),
    ],
    "dilated_span": [
        ("f_gaps", lambda f, d: d * f, "f − 1 gaps"),
        ("no_first", lambda f, d: d * (f - 1), "first weight"),
        ("sum", lambda f, d: f + d, "d pixels long"),
        ("one_gap", lambda f, d: f + d - 1, "one gap only"),
        ("d_between", lambda f, d: f + (f - 1) * d, "puts d − 1 pixels"),
        ("two", lambda f, d: 1 + 2 * d, "right for f = 3"),
        ("two_gaps", lambda f, d: f + 2 * d - 2, "right for f = 3"),
        ("gaps_only", lambda f, d: (d - 1) * (f - 1), "in the gaps only"),
    ],
}
