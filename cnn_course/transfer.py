"""Reuse a trained network: freeze it, thaw its last layers; a small one."""

import keras
from keras import layers

from cnn_course.datasets.bundled import data_folder


def course_backbone(*, pretrained=True):
    """Make the course's small network for grey pictures, without a top.

    Four convolutions; data/pretrain.py trained it to tell 32×32 crops of 14
    photographs apart, none of them one of `datasets.SURFACES`. Each picture
    is first brought to mean 0 and variance 1, so any range of grey will do.

    Args:
        pretrained: bool; False starts from random weights.

    Returns:
        keras.Model, grey pictures (batch, height, width, 1) of any size from
        8 pixels on -> features (batch, 128).

    Raises:
        FileNotFoundError: data/ is missing.
    """
    inputs = x = keras.Input((None, None, 1))
    x = layers.GroupNormalization(1, center=False, scale=False)(x)
    for i, filters in enumerate((32, 64, 128, 128), start=1):
        if i > 1:
            x = layers.MaxPooling2D(name=f"pool{i - 1}")(x)
        x = layers.Conv2D(
            filters, 3, padding="same", use_bias=False, name=f"conv{i}"
        )(x)
        x = layers.BatchNormalization(momentum=0.9, name=f"bn{i}")(x)
        x = layers.ReLU(name=f"relu{i}")(x)
    x = layers.GlobalAveragePooling2D(name="features")(x)
    model = keras.Model(inputs, x, name="course_backbone")
    if pretrained:
        weights = data_folder("weights") / "course_backbone.weights.h5"
        model.load_weights(weights)
    return model


def _check_freezes(base):
    for layer in leaves(base, wrappers=True):
        if isinstance(layer, layers.SpectralNormalization):
            raise ValueError(
                f"Layer {layer.name!r} cannot be frozen: in fit, a "
                "SpectralNormalization rescales its kernel all the same. Take "
                "its inner layer, which has the kernel: .layer."
            )


def freeze(base):
    """Freeze a network: no weight and no statistic of it moves in `fit`.

    Compile afterwards, or the change does not count.

    Args:
        base: keras.Model, on its own or inside another model.

    Raises:
        ValueError: a layer moves its kernel in `fit` though it is frozen, as
            SpectralNormalization does (Keras 3.15); the message names it.
    """
    _check_freezes(base)
    base.trainable = False


def leaves(layer, *, wrappers=False):
    """Go through the layers of a model and of the models in it, in order.

    Args:
        layer: keras.Model or layer.
        wrappers: bool; True yields the layers around others, too.

    Yields:
        keras layers that have no layers themselves.
    """
    if not layer._layers or wrappers:
        yield layer
    for part in layer._layers:
        yield from leaves(part, wrappers=wrappers)


def unfreeze_last(base, n):
    """Let the last n layers of a network train, but no batch normalisation.

    A batch normalisation that trains also moves its mean and variance, and
    few new pictures spoil what many have taught it. Calling the base with
    `training=False` does not prevent that (Keras 3.15): in `fit`, only the
    layer's own `trainable = False` does. Compile afterwards, or the change
    does not count.

    Args:
        base: keras.Model, on its own or inside another model.
        n: int from 0 to the number of layers with weights to train, batch
            normalisations not counted.

    Returns:
        list of str, the names of the layers that will train, in their order.

    Raises:
        ValueError: n is out of range, or a layer cannot be frozen, as for
            `freeze`.
    """
    _check_freezes(base)
    # Down and up again: what is True already is not handed on to the layers.
    base.trainable = False
    base.trainable = True
    parts = list(leaves(base))
    can_train = [
        layer
        for layer in parts
        if layer.trainable_weights
        and not isinstance(layer, layers.BatchNormalization)
    ]
    if not isinstance(n, int) or not 0 <= n <= len(can_train):
        base.trainable = False
        raise ValueError(
            f"n must be an int from 0 to {len(can_train)}, the layers of "
            f"{base.name!r} that have weights to train besides batch "
            f"normalisation; got {n!r}."
        )
    for layer in parts:
        layer.trainable = False
    for layer in can_train[len(can_train) - n :]:
        layer.trainable = True
    return [layer.name for layer in can_train[len(can_train) - n :]]
