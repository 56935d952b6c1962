"""Answers to the exercises of notebook 12: right ones and wrong ones."""

import math

# --- Answers as learners write them -----------------------------------------


def excite_parameters(channels, expansion):
    maps = channels * expansion
    units = max(1, int(channels * 0.25))
    reduce = maps * units + units
    excite = units * maps + maps
    return reduce + excite


def excite_without_biases(channels, expansion):
    maps = channels * expansion
    units = max(1, int(channels * 0.25))
    return maps * units + units * maps


def excite_of_expanded(channels, expansion):
    maps = channels * expansion
    units = maps // 4
    return maps * units + units + units * maps + maps


def excite_not_expanded(channels, expansion):
    units = max(1, channels // 4)
    return channels * units + units + units * channels + channels


def excite_no_least(channels, expansion):
    maps = channels * expansion
    units = int(channels * 0.25)
    return maps * units + units + units * maps + maps


def excite_no_rounding(channels, expansion):
    maps = channels * expansion
    units = channels / 4
    return maps * units + units + units * maps + maps


def excite_rounded_up(channels, expansion):
    maps = channels * expansion
    units = math.ceil(channels / 4)
    return maps * units + units + units * maps + maps


def compound_scale(phi):
    return [1.2**phi, 1.1**phi, 1.15**phi]


def scaling_cost(depth, width, resolution):
    return depth * (width * resolution) ** 2


# --- The tables --------------------------------------------------------------

RIGHT = {
    "excite_parameters": excite_parameters,
    "scaling_cost": scaling_cost,
    "compound_scale": compound_scale,
    "blocks_of_b3": sum(math.ceil(1.4 * n) for n in (1, 2, 2, 3, 3, 4, 1)),
}

WRONG = {
    "excite_parameters": [
        ("biases", excite_without_biases, "each unit of the two layers"),
        ("expanded", excite_of_expanded, "before they are expanded"),
        ("not_expanded", excite_not_expanded, "are the expanded ones"),
        ("no_least", excite_no_least, "one unit is the least"),
        ("no_rounding", excite_no_rounding, "a whole number of units"),
        ("rounded_up", excite_rounded_up, "rounded down, not up"),
        ("other", lambda channels, expansion: channels, "two layers: E maps"),
    ],
    "scaling_cost": [
        ("no_squares", lambda d, w, r: d * w * r, "four times the pixels"),
        ("width", lambda d, w, r: d * w * r * r, "input channels times"),
        ("resolution", lambda d, w, r: d * w * w * r, "height times width"),
        ("all_squared", lambda d, w, r: (d * w * r) ** 2, "is not squared"),
        ("sum", lambda d, w, r: d + w * w + r * r, "multiply"),
        ("other", lambda d, w, r: d, "double one axis at a time"),
    ],
    "compound_scale": [
        ("times", lambda p: (1.2 * p, 1.1 * p, 1.15 * p), "is an exponent"),
        ("swapped", lambda p: (1.1**p, 1.2**p, 1.15**p), "depth comes first"),
        ("reversed", lambda p: (1.15**p, 1.1**p, 1.2**p), "the order is"),
        (
            "squared",
            lambda p: (1.2**p, 1.21**p, 1.3225**p),
            "those are the costs",
        ),
        ("powers", lambda p: (p**1.2, p**1.1, p**1.15), "other way round"),
        ("one_number", lambda p: 1.2**p, "the shape must be (3,)"),
    ],
    "blocks_of_b3": [
        ("b0", 16, "that is B0"),
        ("down", 19, "up, not down"),
        ("nearest", 22, "not to the nearest"),
        ("of_the_sum", math.ceil(1.4 * 16), "round each stage by itself"),
        ("product", 1.4 * 16, "half a block"),
        ("stem", 27, "only the blocks count"),
        ("other", 30, "blocks in the seven stages"),
    ],
}
