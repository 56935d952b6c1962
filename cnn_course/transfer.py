"""Freeze a trained network, and thaw its last layers: transfer learning."""

from keras import layers


def freeze(base):
    """Freeze a network: no weight and no statistic of it moves in `fit`.

    Compile afterwards, or the change does not count.

    Args:
        base: keras.Model, on its own or inside another model.
    """
    base.trainable = False


def _leaves(layer):
    """The layers of a model and of the models in it, in their order."""
    if not layer._layers:
        yield layer
    for part in layer._layers:
        yield from _leaves(part)


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
        ValueError: n is out of range.
    """
    # Down and up again: what is True already is not handed on to the layers.
    base.trainable = False
    base.trainable = True
    leaves = list(_leaves(base))
    can_train = [
        layer
        for layer in leaves
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
    for layer in leaves:
        layer.trainable = False
    for layer in can_train[len(can_train) - n :]:
        layer.trainable = True
    return [layer.name for layer in can_train[len(can_train) - n :]]
