"""Answers to the exercises of notebook 16: right ones and wrong ones."""

import math

import keras

from cnn_course.transfer import freeze, unfreeze_last


def gradient_steps(pictures, batch_size, epochs):
    return epochs * -(-pictures // batch_size)


def gradient_steps_floor(pictures, batch_size, epochs):
    return pictures // batch_size * epochs


def gradient_steps_rounds_at_the_end(pictures, batch_size, epochs):
    return math.ceil(pictures * epochs / batch_size)


def times_faster(base, top, epochs):
    return (base + top) * epochs / (base + top * epochs)


def times_faster_for_free(base, top, epochs):
    return 1 + base / top


def times_faster_upside_down(base, top, epochs):
    return 1 / times_faster(base, top, epochs)


def layers_to_train(kinds, n):
    found = []
    for place in reversed(range(len(kinds))):
        if len(found) < n and kinds[place] in ("conv", "dense"):
            found.insert(0, place)
    return found


def layers_to_train_any(kinds, n):
    return list(range(len(kinds) - n, len(kinds)))


def layers_to_train_with_bn(kinds, n):
    found = [
        i for i in range(len(kinds)) if kinds[i] in ("conv", "bn", "dense")
    ]
    return found[len(found) - n :]


def layers_to_train_minus_zero(kinds, n):
    return [i for i in range(len(kinds)) if kinds[i] in ("conv", "dense")][-n:]


def together(base, head, rate, loss="sparse_categorical_crossentropy"):
    model = keras.Sequential([base, head])
    model.compile(keras.optimizers.Adam(rate), loss)
    return model


def rate_of(stage):
    return (0.01, 0.001)[stage - 1]


def hold_norms(base):
    for layer in base.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False


def prepare(base, head, stage):
    """Functional, with SGD; thaws by walking from the end."""
    for layer in base.layers:
        layer.trainable = False
    base.trainable = stage == 2
    if stage == 2:
        found = False
        for layer in reversed(base.layers):
            layer.trainable = not found and "conv" in layer.name
            found = found or layer.trainable
    inputs = keras.Input(base.input_shape[1:])
    model = keras.Model(inputs, head(base(inputs, training=False)))
    model.compile(
        loss=keras.losses.SparseCategoricalCrossentropy(),
        optimizer=keras.optimizers.SGD(0.5 / 10**stage, momentum=0.9),
        metrics=["accuracy"],
    )
    return model


def in_stages(first, second, rate=rate_of):
    """Return a function that calls one of these two on the base."""

    def prepare(base, head, stage):
        (first, second)[stage - 1](base)
        return together(base, head, rate(stage))

    return prepare


def frozen(base):
    base.trainable = False


def thawed(base):
    base.trainable = True


def last_only(base):
    base.trainable = True
    for layer in base.layers:
        layer.trainable = layer.name == "last_conv"


def first_only(base):
    base.trainable = True
    for layer in base.layers:
        layer.trainable = layer.name == "first_conv"


def convolutions_only(base):
    base.trainable = True
    hold_norms(base)


def convolutions_frozen(base):
    for layer in base.layers:
        layer.trainable = "conv" not in layer.name


def last_four(base):
    base.trainable = True
    for layer in base.layers[:-4]:
        layer.trainable = False


def last_two(base):
    base.trainable = True
    for layer in base.layers[:-2]:
        layer.trainable = False


def whole_model_frozen(base, head, stage):
    model = together(base, head, 0.01)
    model.trainable = False
    return model


def head_frozen_later(base, head, stage):
    (frozen, last_only)[stage - 1](base)
    head.trainable = stage == 1
    return together(base, head, rate_of(stage))


def new_head(base, head, stage):
    frozen(base)
    return together(base, keras.layers.Dense(3, activation="softmax"), 0.01)


def copied_base(base, head, stage):
    return together(keras.models.clone_model(base), head, 0.01)


def head_starts_anew(base, head, stage):
    (frozen, last_only)[stage - 1](base)
    head.set_weights([0.5 * weight for weight in head.get_weights()])
    return together(base, head, rate_of(stage))


def not_compiled(base, head, stage):
    frozen(base)
    return keras.Sequential([base, head])


def one_hot_loss(base, head, stage):
    frozen(base)
    return together(base, head, 0.01, "categorical_crossentropy")


def in_place(base, head, stage):
    base.trainable = stage == 2


def by_the_package(base, head, stage):
    if stage == 1:
        freeze(base)
    else:
        unfreeze_last(base, 1)
    return together(base, head, rate_of(stage))


RIGHT = {
    "head_parameters": (1280 + 1) * 3,
    "gradient_steps": gradient_steps,
    "times_faster": times_faster,
    "layers_to_train": layers_to_train,
    "prepare": prepare,
}

ALSO_RIGHT = {"prepare": [in_stages(frozen, last_only)]}

WRONG = {
    "head_parameters": [
        ("no_bias", 3840, "has a bias, too"),
        ("six", 7686, "for the six kinds above"),
        ("two_classes", 2562, "is a class as well"),
        ("one_unit", 1281, "one unit"),
        ("whole", 2257984 + 3843, "learns nothing"),
        ("four_biases", 5123, "biases are as many"),
        ("one_weight", 1283, "a weight for every feature"),
        ("other", 1280, "a unit of a dense layer"),
    ],
    "gradient_steps": [
        ("floor", gradient_steps_floor, "last batch of an epoch"),
        ("at_end", gradient_steps_rounds_at_the_end, "round up per epoch"),
        ("pictures", lambda n, batch, epochs: n * epochs, "for each batch"),
        (
            "one_more",
            lambda n, batch, epochs: epochs * (n // batch + 1),
            "one batch too many",
        ),
        (
            "floor_at_end",
            lambda n, batch, epochs: n * epochs // batch,
            "round up per epoch",
        ),
        (
            "added",
            lambda n, batch, epochs: math.ceil(n / batch) + epochs,
            "again: multiply",
        ),
        (
            "batch_size",
            lambda n, batch, epochs: epochs * batch,
            "how many batches are",
        ),
        ("other", lambda n, batch, epochs: batch, "how many batches does"),
    ],
    "times_faster": [
        ("for_free", times_faster_for_free, "computed once"),
        ("upside_down", times_faster_upside_down, "upside down"),
        ("ratio", lambda base, top, epochs: base / top, "whole trainings"),
        (
            "share_saved",
            lambda base, top, epochs: 1 - 1 / times_faster(base, top, epochs),
            "share of time saved",
        ),
        (
            "difference",
            lambda base, top, epochs: (epochs - 1) * base,
            "seconds saved",
        ),
        (
            "exchanged",
            lambda base, top, epochs: (
                epochs * (base + top) / (top + epochs * base)
            ),
            "the top in every epoch",
        ),
        ("epochs", lambda base, top, epochs: epochs, "top still runs"),
        ("other", lambda base, top, epochs: base, "write down the seconds"),
    ],
    "layers_to_train": [
        (
            "last_n_then_chosen",
            lambda kinds, n: [
                i
                for i, kind in enumerate(kinds)
                if i >= len(kinds) - n and kind in ("conv", "dense")
            ],
            "choose first, then take",
        ),
        ("any", layers_to_train_any, "layers of any kind"),
        ("bn", layers_to_train_with_bn, "has weights, but it stays frozen"),
        ("zero", layers_to_train_minus_zero, "mind n = 0"),
        (
            "from_one",
            lambda kinds, n: [i + 1 for i in layers_to_train(kinds, n)],
            "counted from 0",
        ),
        (
            "names",
            lambda kinds, n: [kinds[i] for i in layers_to_train(kinds, n)],
            "are asked for",
        ),
        (
            "reversed",
            lambda kinds, n: layers_to_train(kinds, n)[::-1],
            "keep their order",
        ),
        (
            "no_dense",
            lambda kinds, n: [
                i for i, kind in enumerate(kinds) if kind == "conv"
            ][max(0, kinds.count("conv") - n) :],
            "a dense layer learns",
        ),
        ("other", lambda kinds, n: [0], "have weights of their own"),
    ],
    "prepare": [
        ("called", 3, "hand over the function"),
        ("in_place", in_place, "is `return` missing"),
        ("base", lambda base, head, stage: base, "does not hold the head"),
        ("layer", lambda base, head, stage: head, "a keras.Model is asked for"),
        ("new_head", new_head, "does not hold the head"),
        ("copied_base", copied_base, "does not hold the base"),
        ("not_compiled", not_compiled, "without being compiled"),
        ("one_hot", one_hot_loss, "the loss does not fit"),
        (
            "all_learn",
            in_stages(thawed, last_only),
            "first_conv/kernel has moved",
        ),
        (
            "norms_learn",
            in_stages(convolutions_frozen, last_only),
            "batch normalisation learns",
        ),
        ("whole_frozen", whole_model_frozen, "not even the head"),
        ("head_anew", head_starts_anew, "preparing stage 1 has changed head"),
        ("head_frozen", head_frozen_later, "the head does not learn"),
        ("all_thawed", in_stages(frozen, thawed), "as well: of the base"),
        ("both", in_stages(frozen, convolutions_only), "as well: of the base"),
        ("first", in_stages(frozen, first_only), "in place of the last"),
        (
            "norm_thawed",
            in_stages(frozen, last_four),
            "batch normalisation must",
        ),
        ("no_weights", in_stages(frozen, last_two), "nothing of the base"),
        (
            "same_rate",
            in_stages(frozen, last_only, lambda stage: 0.001),
            "long steps",
        ),
        ("package", by_the_package, "freeze is the package's own"),
        ("raises", lambda base, head, stage: base.no, "with AttributeError"),
    ],
}
