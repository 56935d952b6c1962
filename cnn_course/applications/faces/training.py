"""The embedder, a Siamese network, and batches with several of each class."""

import keras
import numpy as np
from keras import layers, ops

from cnn_course.geometry import whole_number
from cnn_course.pipelines import build_for_fit

_CROSS_ENTROPY = "sparse_categorical_crossentropy"


def embedder(input_shape=(32, 32, 1), dimensions=64):
    """Make a small network from pictures to points on the unit sphere.

    Args:
        input_shape: (height, width, channels), at least 8×8; values 0 to 255.
        dimensions: int >= 1, numbers in an embedding.

    Returns:
        keras.Model, pictures (batch, height, width, channels) -> embeddings
        (batch, dimensions) of length 1.

    Source: Schroff, Kalenichenko and Philbin 2015 (FaceNet), section 3; its
    network is far larger.
    """
    inputs = keras.Input(input_shape)
    x = layers.Rescaling(1 / 255)(inputs)
    for filters in (32, 64, 128):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        # The pool comes first: what follows has a quarter of the pixels.
        x = layers.MaxPooling2D()(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
    x = layers.Flatten()(x)
    x = layers.Dense(dimensions)(x)
    x = layers.UnitNormalization(name="embedding")(x)
    return keras.Model(inputs, x, name="embedder")


def siamese(embed):
    """Put a learned similarity on two copies of one network.

    Args:
        embed: keras.Model, pictures -> embeddings.

    Returns:
        keras.Model, [pictures, other pictures] -> (batch, 1), the probability
        that both show the same class.

    Source: Taigman et al. 2014 (DeepFace), section 4.2: a weight for each
    coordinate's difference, and a bias. Both copies share their weights.
    """
    pair = [keras.Input(embed.input_shape[1:]) for _ in range(2)]
    one, other = (embed(x) for x in pair)
    difference = ops.abs(one - other)
    same = layers.Dense(1, activation="sigmoid", name="same")(difference)
    return keras.Model(pair, same, name="siamese")


class BalancedBatches(keras.utils.PyDataset):
    """Batches for these losses: some classes, some pictures of each.

    Args:
        images: array (n, height, width, channels).
        labels: int array (n,).
        classes: int >= 2, classes in a batch.
        per_class: int >= 2, pictures of each.
        steps: int >= 1, batches in an epoch.
        seed: int.

    Raises:
        ValueError: there are fewer classes, or a class with fewer pictures.
    """

    def __init__(
        self, images, labels, *, classes=16, per_class=4, steps=100, seed=0
    ):
        super().__init__()
        self.images, self.steps = images, whole_number("steps", steps, 1)
        self.classes = whole_number("classes", classes, 2)
        self.per_class = whole_number("per_class", per_class, 2)
        labels = np.asarray(labels).ravel()
        self.members = [np.flatnonzero(labels == k) for k in np.unique(labels)]
        self.labels, self.seed, self.epoch = labels, seed, 0
        fewest = min(map(len, self.members), default=0)
        if len(self.members) < classes or fewest < per_class:
            raise ValueError(
                f"There must be at least {classes} classes with {per_class} "
                f"pictures each; got {len(self.members)} classes, the "
                f"smallest with {fewest} pictures."
            )

    def __len__(self):
        return self.steps

    def __getitem__(self, step):
        rng = np.random.default_rng([self.seed, self.epoch, step])
        chosen = rng.choice(len(self.members), self.classes, replace=False)
        rows = np.concatenate(
            [
                rng.choice(self.members[k], self.per_class, replace=False)
                for k in chosen
            ]
        )
        return self.images[rows], self.labels[rows]

    def on_epoch_end(self):
        self.epoch += 1


def train_embedder(
    images, labels, loss, *, steps=300, seed=0, optimizer=None, callbacks=()
):
    """Train an embedder from random weights, on batches of 24 classes × 4.

    Args:
        images: array (n, height, width, channels), 0 to 255.
        labels: int array (n,), 0 to classes − 1.
        loss: a loss above; or "classifier": the embedder gets a softmax top
            and learns to name the classes, then the top is cut off.
        steps: int >= 10, batches, rounded down to tens: `fit` is told of
            ten epochs.
        seed: int, decides weights and batches.
        optimizer: keras.optimizers.Optimizer, a new one; None: Adam, at a rate
            that falls from 0.002 to 0 along a cosine.
        callbacks: for `fit`.

    Returns:
        keras.Model, the trained embedder.

    Raises:
        ValueError: steps is out of range, or there are too few pictures.
    """
    steps = whole_number("steps", steps, 10) // 10 * 10
    keras.utils.set_random_seed(seed)
    model = embed = embedder(images.shape[1:])
    if loss == "classifier":
        x = embed.get_layer("embedding").input  # before it gets length 1
        classes = len(np.unique(labels))
        x = layers.Dense(classes, activation="softmax")(x)
        model, loss = keras.Model(embed.input, x), _CROSS_ENTROPY
    if optimizer is None:
        rate = keras.optimizers.schedules.CosineDecay(2e-3, steps)
        optimizer = keras.optimizers.Adam(rate)
    model.compile(optimizer, loss)
    batches = BalancedBatches(
        images, labels, classes=24, steps=steps // 10, seed=seed
    )
    build_for_fit(model, batches)
    model.fit(
        batches,
        epochs=10,
        shuffle=False,
        verbose=0,
        callbacks=list(callbacks),
    )
    return embed
