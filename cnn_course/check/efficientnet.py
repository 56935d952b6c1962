"""The exercises of notebook 12."""

import math

from cnn_course.check.judge import FunctionExercise, ValueExercise


def _excite(channels, expansion):
    wide, few = expansion * channels, max(1, channels // 4)
    return 2 * wide * few + few + wide


excite_parameters = FunctionExercise(
    "excite_parameters",
    right=_excite,
    cases=((32, 1), (16, 6), (3, 4), (114, 6)),
    mistakes=(
        (
            lambda channels, expansion: (
                2 * expansion * channels * max(1, channels // 4)
            ),
            "those are the weights; each unit of the two layers has a bias "
            "as well.",
        ),
        (
            lambda channels, expansion: (
                2 * expansion * channels * (expansion * channels // 4)
                + expansion * channels // 4
                + expansion * channels
            ),
            "the first layer has a quarter of the block's *input* channels, "
            "before they are expanded.",
        ),
        (
            lambda channels, expansion: (
                2 * channels * max(1, channels // 4)
                + max(1, channels // 4)
                + channels
            ),
            "the maps that are weighed are the expanded ones: there are "
            "expansion · channels of them.",
        ),
        (
            lambda channels, expansion: (
                2 * expansion * channels * (channels // 4)
                + channels // 4
                + expansion * channels
            ),
            "with fewer than four channels, a quarter rounds down to nothing; "
            "one unit is the least.",
        ),
        (
            lambda channels, expansion: (
                2 * expansion * channels * channels / 4
                + channels / 4
                + expansion * channels
            ),
            "a layer has a whole number of units: round the quarter down, to "
            "1 at least.",
        ),
        (
            lambda channels, expansion: (
                2 * expansion * channels * math.ceil(channels / 4)
                + math.ceil(channels / 4)
                + expansion * channels
            ),
            "the quarter is rounded down, not up.",
        ),
    ),
    hint="two layers: E maps to R units and back, R·E weights each, and a bias "
    "for each unit; E = expansion · channels, R = a quarter of channels.",
)

scaling_cost = FunctionExercise(
    "scaling_cost",
    right=lambda depth, width, resolution: depth * width**2 * resolution**2,
    cases=((1.2, 1.1, 1.15), (2, 1, 1), (1, 2, 1), (1, 1, 2), (1.8, 1.4, 1.7)),
    mistakes=(
        (
            lambda depth, width, resolution: depth * width * resolution,
            "twice the filters means twice the inputs and twice the outputs "
            "of each layer; twice the side, four times the pixels.",
        ),
        (
            lambda depth, width, resolution: depth * width * resolution**2,
            "a layer's weights are input channels times filters, and width "
            "multiplies both.",
        ),
        (
            lambda depth, width, resolution: depth * width**2 * resolution,
            "a picture has height times width pixels, and resolution "
            "multiplies both.",
        ),
        (
            lambda depth, width, resolution: (
                depth**2 * width**2 * resolution**2
            ),
            "twice the layers cost twice as much: depth is not squared.",
        ),
        (
            lambda depth, width, resolution: depth + width**2 + resolution**2,
            "the three factors multiply.",
        ),
    ),
    hint="double one axis at a time: which of them makes it twice, which four "
    "times as dear?",
)

compound_scale = FunctionExercise(
    "compound_scale",
    right=lambda phi: (1.2**phi, 1.1**phi, 1.15**phi),
    cases=((1,), (0,), (2,), (0.5,), (7,)),
    mistakes=(
        (
            lambda phi: (1.2 * phi, 1.1 * phi, 1.15 * phi),
            "φ is an exponent: α^φ, not α · φ. With φ = 0 the network must "
            "stay as it is.",
        ),
        (
            lambda phi: (1.1**phi, 1.2**phi, 1.15**phi),
            "depth grows by 1.2 and width by 1.1, and depth comes first.",
        ),
        (
            lambda phi: (1.15**phi, 1.1**phi, 1.2**phi),
            "the order is depth, width, resolution: 1.2, 1.1, 1.15.",
        ),
        (
            lambda phi: (1.2**phi, 1.1 ** (2 * phi), 1.15 ** (2 * phi)),
            "those are the costs; the coefficients themselves are not squared.",
        ),
        (
            lambda phi: (phi**1.2, phi**1.1, phi**1.15),
            "the other way round: α is the base and φ the exponent.",
        ),
    ),
    hint="three numbers, α^φ, β^φ and γ^φ.",
)

blocks_of_b3 = ValueExercise(
    "blocks_of_b3",
    right=26,
    mistakes=(
        (16, "that is B0; multiply each stage's blocks by 1.4."),
        (19, "each stage is rounded up, not down."),
        (22, "each stage is rounded up, not to the nearest number."),
        (23, "round each stage by itself, not their sum."),
        (22.4, "half a block cannot be built: round each stage up."),
        (27, "27 with the stem or the top; only the blocks count."),
    ),
    hint="blocks in the seven stages of B0: 1, 2, 2, 3, 3, 4, 1.",
)
