"""The exercises of notebook 12."""

import math
from functools import partial

from cnn_course.check.block import BlockExercise, Shape
from cnn_course.check.judge import FunctionExercise, ValueExercise


def _excite(channels, expansion, rounded=lambda n: max(1, int(n))):
    wide, few = expansion * channels, rounded(channels / 4)
    return 2 * wide * few + few + wide


excite_parameters = FunctionExercise(
    "excite_parameters",
    right=_excite,
    cases=((32, 1), (16, 6), (3, 4), (7, 6), (114, 6)),
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
        (
            lambda channels, expansion: _excite(
                channels, expansion, lambda n: max(1, round(n))
            ),
            "the quarter is rounded down, not to the nearest number.",
        ),
        (
            lambda channels, expansion: (
                18 * expansion * channels * max(1, channels // 4)
                + max(1, channels // 4)
                + expansion * channels
            ),
            "the two layers read one mean for each map, so there is no 3×3.",
        ),
        (
            lambda channels, expansion: (
                (expansion * channels) * (expansion * channels + 1)
                + max(1, channels // 4) * (max(1, channels // 4) + 1)
            ),
            "each layer's weights join both numbers: the first reads the maps "
            "and has the few units, the second the other way round.",
        ),
    ),
    hint="two dense layers: from the expanded maps' means to a few units, and "
    "back. How many inputs and units does each have?",
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
        (
            lambda phi: (1.2**phi, 1.15**phi, 1.1**phi),
            "the order is depth, width, resolution.",
        ),
        (
            lambda phi: (1.2**phi, 1.1**phi, 224 * 1.15**phi),
            "the factors are asked for, not the pixels of B0's pictures.",
        ),
        (
            lambda phi: tuple(round(base**phi, 2) for base in (1.2, 1.1, 1.15)),
            "do not round: return the factors as they come out.",
        ),
        (
            lambda phi: tuple(round(base**phi, 1) for base in (1.2, 1.1, 1.15)),
            "do not round: return the factors as they come out.",
        ),
        (
            lambda phi: tuple(int(base**phi) for base in (1.2, 1.1, 1.15)),
            "int cuts the fractions off: the factors are no whole numbers.",
        ),
        (
            lambda phi: 1.2**phi * 1.1**phi * 1.15**phi,
            "the three factors one by one, with commas between them.",
        ),
    ),
    hint="with φ = 1 the factors are α, β and γ themselves, and with φ = 0 "
    "nothing grows. What does φ do to each of them?",
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
        (28, "the stem and the top are no blocks."),
        (27, "27 with the stem or the top; only the blocks count."),
    ),
    hint="blocks in the seven stages of B0: 1, 2, 2, 3, 3, 4, 1.",
)


def _squeeze_excite(x, units, *, slip=""):
    """Build the block; a slip is what one of the mistakes does otherwise."""
    import keras
    from keras import layers

    channels = x.shape[-1]
    if slip == "quarter":
        units = max(1, channels // 4)
    squeezed = {
        "maximum": keras.ops.max,
        "sum": keras.ops.sum,
    }.get(slip, keras.ops.mean)(x, axis=(1, 2), keepdims=True)
    if slip == "no squeeze":
        squeezed = x
    if slip == "mean of channels":
        squeezed = keras.ops.mean(x, axis=-1, keepdims=True)
    first = {"relu": "relu", "linear": None, "sigmoid first": "sigmoid"}
    last = {"softmax": "softmax", "no sigmoid": None, "swish last": "swish"}
    y = squeezed
    if slip != "one layer":
        activation = first.get(slip, "swish")
        y = layers.Conv2D(
            units, 1, activation=activation, use_bias=slip != "no biases"
        )(y)
    gate = layers.Conv2D(
        1 if slip == "one gate" else channels,
        1,
        activation=last.get(slip, "sigmoid"),
        use_bias=slip != "no biases",
    )(y)
    if slip == "gate alone":
        return gate
    if slip == "adds":
        return x + gate
    if slip == "adds x":
        return x + x * gate
    if slip == "weighs the means":
        return squeezed * gate
    if slip == "concatenates":
        return layers.Concatenate()([x, x * gate])
    return x * gate


squeeze_excite = BlockExercise(
    "squeeze_excite",
    right=_squeeze_excite,
    cases=(
        (Shape((5, 4, 6)), 2),
        (Shape((3, 3, 4)), 1),
        (Shape((4, 4, 3)), 5),
    ),
    mistakes=tuple(
        (partial(_squeeze_excite, slip=slip), hint)
        for slip, hint in {
            "maximum": "squeeze takes each map's mean, not its maximum.",
            "sum": "squeeze takes each map's mean, not its sum.",
            "mean of channels": "squeeze takes the mean over height and width, "
            "one number for each map; yours is over the channels.",
            "no squeeze": "the squeeze is missing: one number for each map "
            "decides, its mean.",
            "relu": "the first of the two layers has swish, not ReLU.",
            "linear": "the first of the two layers has an activation, swish.",
            "sigmoid first": "the sigmoid belongs to the second layer; the "
            "first has swish.",
            "softmax": "softmax shares one between the maps; each map has a "
            "gate of its own, a sigmoid.",
            "no sigmoid": "what brings each weight between 0 and 1?",
            "swish last": "swish can be negative, and larger than 1; the "
            "weights must be between 0 and 1.",
            "one layer": "there are two small layers: to `units` and back.",
            "quarter": "the first layer has `units` units, whatever the number "
            "of channels.",
            "one gate": "each map has its own weight: as many as channels.",
            "no biases": "no batch normalisation follows here: both layers "
            "keep their biases.",
            "gate alone": "those are the weights; multiply the maps by them.",
            "weighs the means": "the maps are multiplied by their weights, not "
            "their means.",
            "adds": "the maps are multiplied by their weights, not added.",
            "adds x": "no shortcut here: the product alone.",
            "concatenates": "the weighed maps take the place of x; nothing is "
            "concatenated.",
        }.items()
    ),
    hint="squeeze each map to one number, send the numbers through two small "
    "layers, and multiply each map by what comes out.",
)
