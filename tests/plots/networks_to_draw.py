"""Networks for the tests of diagrams."""

import keras
from keras import layers


def branches():
    """A model with a fork, a long way round and each kind of box."""
    x = keras.Input((9, 8, 4))
    y = layers.ZeroPadding2D(1)(x)
    y = layers.Conv2D(6, 3, strides=2, activation="relu")(y)
    y = layers.BatchNormalization()(y)
    y = layers.Activation("hard_silu")(y)
    y = layers.DepthwiseConv2D(3, padding="same")(y)
    z = layers.Conv2D(6, 1, strides=2)(x)
    y = layers.Add()([z, y])
    p = layers.MaxPooling2D(3, 2, "same")(x)
    y = layers.Concatenate()([y, p])
    y = layers.GlobalAveragePooling2D()(y)
    return keras.Model(x, layers.Dense(3, activation="softmax")(y))
