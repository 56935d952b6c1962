"""Answers to the exercises of notebook 12: right ones and wrong ones."""

import math

import keras
from keras import layers

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


def excite_rounded(channels, expansion):
    maps = channels * expansion
    units = max(1, round(channels / 4))
    return (maps + 1) * units + (units + 1) * maps


def compound_scale(phi):
    return [1.2**phi, 1.1**phi, 1.15**phi]


def scaling_cost(depth, width, resolution):
    return depth * (width * resolution) ** 2


def squeeze_excite(x, units):
    s = layers.GlobalAveragePooling2D()(x)
    s = layers.Dense(units, activation="swish")(s)
    s = layers.Dense(x.shape[-1], activation="sigmoid")(s)
    return layers.Multiply()([x, s])


def squeeze_excite_by_convolutions(x, units):
    s = layers.AveragePooling2D(x.shape[1:3])(x)
    s = keras.ops.silu(layers.Conv2D(units, 1)(s))
    s = layers.Conv2D(x.shape[3], 1)(s)
    return keras.ops.sigmoid(s) * x


def excite(
    squeeze=layers.GlobalAveragePooling2D,
    first="swish",
    last="sigmoid",
    join=layers.multiply,
    use_bias=True,
):
    """A learner's block with one part put in otherwise."""

    def squeeze_excite(x, units):
        s = squeeze(keepdims=True)(x)
        s = layers.Dense(units, activation=first, use_bias=use_bias)(s)
        gates = layers.Dense(x.shape[-1], activation=last, use_bias=use_bias)(s)
        return join([x, gates])

    return squeeze_excite


def squeeze_excite_own_quarter(x, units):
    return squeeze_excite(x, max(1, x.shape[-1] // 4))


def squeeze_excite_without_squeeze(x, units):
    s = layers.Dense(units, activation="swish")(x)
    return x * layers.Dense(x.shape[-1], activation="sigmoid")(s)


def squeeze_excite_shapes_do_not_fit(x, units):
    s = layers.GlobalAveragePooling2D()(x)
    s = layers.Dense(units, activation="swish")(s)
    return x * layers.Dense(x.shape[-1], activation="sigmoid")(s)


def squeeze_excite_one_layer(x, units):
    s = layers.GlobalAveragePooling2D(keepdims=True)(x)
    return x * layers.Dense(x.shape[-1], activation="sigmoid")(s)


# --- The tables --------------------------------------------------------------

RIGHT = {
    "excite_parameters": excite_parameters,
    "scaling_cost": scaling_cost,
    "compound_scale": compound_scale,
    "blocks_of_b3": sum(math.ceil(1.4 * n) for n in (1, 2, 2, 3, 3, 4, 1)),
    "squeeze_excite": squeeze_excite,
}

ALSO_RIGHT = {"squeeze_excite": [squeeze_excite_by_convolutions]}

WRONG = {
    "excite_parameters": [
        ("biases", excite_without_biases, "each unit of the two layers"),
        ("expanded", excite_of_expanded, "before they are expanded"),
        ("not_expanded", excite_not_expanded, "are the expanded ones"),
        ("no_least", excite_no_least, "one unit is the least"),
        ("no_rounding", excite_no_rounding, "a whole number of units"),
        ("rounded_up", excite_rounded_up, "rounded down, not up"),
        ("rounded", excite_rounded, "not to the nearest"),
        ("other", lambda channels, expansion: channels, "two dense layers"),
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
        ("order", lambda p: (1.2**p, 1.15**p, 1.1**p), "width, resolution"),
        ("pixels", lambda p: (1.2**p, 1.1**p, 224 * 1.15**p), "not the pixels"),
        ("int", lambda p: [int(n**p) for n in (1.2, 1.1, 1.15)], "int cuts"),
        ("caret", lambda p: (1.2 ^ p, 1.1 ^ p, 1.15 ^ p), "write **"),
    ],
    "blocks_of_b3": [
        ("b0", 16, "that is B0"),
        ("down", 19, "up, not down"),
        ("nearest", 22, "not to the nearest"),
        ("of_the_sum", math.ceil(1.4 * 16), "round each stage by itself"),
        ("product", 1.4 * 16, "half a block"),
        ("stem", 27, "only the blocks count"),
        ("stem_and_top", 28, "are no blocks"),
        ("other", 30, "blocks in the seven stages"),
    ],
    "squeeze_excite": [
        ("maximum", excite(layers.GlobalMaxPooling2D), "not its maximum"),
        ("relu", excite(first="relu"), "has swish, not ReLU"),
        ("linear", excite(first=None), "has an activation"),
        ("softmax", excite(last="softmax"), "a gate of its own"),
        ("no_sigmoid", excite(last=None), "between 0 and 1"),
        ("adds", excite(join=layers.add), "weights, not added"),
        ("gates", excite(join=lambda pair: pair[1]), "multiply the maps"),
        ("no_biases", excite(use_bias=False), "keep their biases"),
        ("quarter", squeeze_excite_own_quarter, "whatever the number"),
        ("everywhere", squeeze_excite_without_squeeze, "squeeze is missing"),
        ("unequal", squeeze_excite_shapes_do_not_fit, "unequal shapes"),
        ("one_layer", squeeze_excite_one_layer, "two small layers"),
    ],
}
