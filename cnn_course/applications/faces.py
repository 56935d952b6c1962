"""Tell whether two pictures show the same person, or letter, from one example.

Siamese networks: one network turns each picture into a point (an embedding);
pictures of one class shall lie close together. Works for any pictures.
"""

import keras
import numpy as np
from keras import layers, ops
from PIL import Image

from cnn_course.datasets.downloads import failed, wants_full
from cnn_course.datasets.labelled import LabelledImages, check_split
from cnn_course.datasets.letters import make_glyphs
from cnn_course.geometry import whole_number

_ALPHABETS = {
    "train": ("digits", "latin", "greek", "cyrillic"),
    "test": ("armenian", "georgian"),
}
_CROSS_ENTROPY = "sparse_categorical_crossentropy"
_FAR = 1e9  # stands for "no such pair"; squared distances are at most 4


# --- Pictures of many classes -------------------------------------------------


def load(split="train", *, per_class=20, seed=0, full=None):
    """Load many classes with a few pictures each; test classes are other ones.

    Bundled: letters in random fonts and poses, of digits, Latin, Greek and
    Cyrillic for training, Armenian and Georgian for testing, without those
    that look like a letter of the training (an Armenian Օ). With full=True
    the Olivetti faces, 40 people with ten pictures each (the first 30 for
    training), downloaded once by scikit-learn and shrunk to 32×32; without
    scikit-learn or a network, a sentence and the letters.

    Args:
        split: "train" or "test".
        per_class: int >= 1, pictures of each letter.
        seed: int, for the letters.
        full: bool; None: True if CNN_COURSE_FULL=1 is in the environment.

    Returns:
        LabelledImages(images, labels, class_names), (n, 32, 32, 1).

    Raises:
        ValueError: split is unknown, or per_class out of range.
    """
    check_split(split)
    if wants_full(full):
        try:
            return _olivetti(split)
        except ImportError:
            why = "need scikit-learn, `pip install scikit-learn`"
        except Exception as error:
            if not failed(error):
                raise
            why = f"could not be downloaded ({error})"
        print(f"The Olivetti faces {why}: here are the letters instead.")
    is_test = split == "test"
    return make_glyphs(
        _ALPHABETS[split],
        per_class,
        unlike=_ALPHABETS["train"] if is_test else (),
        seed=2 * seed + is_test,
    )


def _olivetti(split):
    from sklearn.datasets import fetch_olivetti_faces

    people = fetch_olivetti_faces()
    chosen = (people.target < 30) == (split == "train")
    images = np.rint(255 * people.images[chosen]).astype(np.uint8)
    pictures = [
        np.asarray(Image.fromarray(image).resize((32, 32))) for image in images
    ]
    names, labels = np.unique(people.target[chosen], return_inverse=True)
    names = tuple(f"person {number + 1}" for number in names)
    return LabelledImages(np.array(pictures)[..., None], labels, names)


# --- The network --------------------------------------------------------------


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
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
        x = layers.MaxPooling2D()(x)
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


# --- Losses on a batch of labelled points -------------------------------------


def squared_distances(points1, points2):
    """Squared Euclidean distances of all pairs, (n, d) and (m, d) -> (n, m)."""
    squares1 = ops.sum(points1**2, axis=1)[:, None]
    squares2 = ops.sum(points2**2, axis=1)[None]
    product = ops.matmul(points1, ops.transpose(points2))
    return ops.maximum(squares1 + squares2 - 2 * product, 0.0)


def _pairs(labels):
    """Which pairs are of one class (without itself), which of two."""
    labels = ops.reshape(labels, (-1,))
    same = labels[:, None] == labels[None]
    itself = ops.eye(ops.shape(labels)[0], dtype="bool")
    return ops.logical_and(same, ~itself), ~same


def contrastive_loss(labels, points, margin=1.0):
    """Pull points of one class together, push others a margin apart.

    d² for a pair of one class, max(0, margin − d)² for another; the mean over
    all pairs of the batch.

    Args:
        labels: (n,) or (n, 1), class numbers.
        points: (n, d), embeddings.
        margin: float > 0, a distance.

    Returns:
        Scalar.

    Source: Hadsell, Chopra and LeCun 2006, equation 4, there with a half.
    """
    same, other = _pairs(labels)
    squares = squared_distances(points, points)
    # The root's slope is infinite at 0, hence the small number.
    gap = ops.maximum(margin - ops.sqrt(squares + 1e-12), 0.0)
    zero = ops.zeros_like(squares)
    losses = ops.where(same, squares, zero) + ops.where(other, gap**2, zero)
    pairs = ops.cast(ops.logical_or(same, other), losses.dtype)
    return ops.sum(losses) / ops.maximum(ops.sum(pairs), 1.0)


def _anchor_losses(labels, points, choose, margin):
    """Mean of max(0, d²(a, p) − d²(a, n) + margin) over all a and p."""
    same, other = _pairs(labels)
    squares = squared_distances(points, points)
    negatives = choose(squares, other)  # (n, n): for each anchor and positive
    losses = ops.maximum(squares - negatives + margin, 0.0)
    count = ops.sum(ops.cast(same, losses.dtype))
    losses = ops.where(same, losses, ops.zeros_like(losses))
    return ops.sum(losses) / ops.maximum(count, 1.0)


def triplet_loss(labels, points, margin=0.2):
    """Triplet loss with semi-hard negatives: farther than the positive.

    For each anchor and each positive of its class, the negative is the nearest
    one that is farther away than the positive; if there is none, the farthest.

    Args:
        labels: (n,) or (n, 1), class numbers; at least two of each class.
        points: (n, d), embeddings.
        margin: float > 0, a squared distance.

    Returns:
        Scalar, mean over all pairs of anchor and positive.

    Source: Schroff, Kalenichenko and Philbin 2015 (FaceNet), equation 3 and
    section 3.2.
    """
    return _anchor_losses(labels, points, _semi_hard, margin)


def _semi_hard(squares, other):
    """Squared distance of the semi-hard negative for each anchor, positive."""
    candidates = squares[:, None, :]  # anchor, positive, negative
    farther = ops.logical_and(
        other[:, None, :], candidates > squares[:, :, None]
    )
    nearest = ops.min(ops.where(farther, candidates, _FAR), axis=2)
    farthest = ops.max(ops.where(other, squares, 0.0), axis=1, keepdims=True)
    return ops.where(nearest < _FAR, nearest, farthest)


def random_triplet_loss(labels, points, margin=0.2):
    """Triplet loss with negatives drawn at random.

    Arguments and result as for `triplet_loss`.
    """
    return _anchor_losses(labels, points, _drawn, margin)


def _drawn(squares, other):
    n = ops.shape(squares)[0]
    luck = keras.random.uniform((n, n, n))
    luck = ops.where(other[:, None, :], luck, -1.0)
    chosen = ops.argmax(luck, axis=2)
    return ops.take_along_axis(squares, chosen, axis=1)


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


def train_embedder(images, labels, loss, *, steps=300, seed=0, callbacks=()):
    """Train an embedder from random weights, on batches of 24 classes × 4.

    Args:
        images: array (n, height, width, channels), 0 to 255.
        labels: int array (n,), 0 to classes − 1.
        loss: a loss above; or "classifier": the embedder gets a softmax top
            and learns to name the classes, then the top is cut off.
        steps: int >= 10, batches, rounded down to tens: `fit` is told of
            ten epochs.
        seed: int, decides weights and batches.
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
    rate = keras.optimizers.schedules.CosineDecay(2e-3, steps)
    model.compile(keras.optimizers.Adam(rate), loss)
    batches = BalancedBatches(
        images, labels, classes=24, steps=steps // 10, seed=seed
    )
    model.fit(
        batches,
        epochs=10,
        shuffle=False,
        verbose=0,
        callbacks=list(callbacks),
    )
    return embed


def embed_all(embed, images, batch_size=256):
    """Embed many pictures, batch by batch; array (n, dimensions).

    `predict` does so too, but starts anew with each network.
    """
    starts = range(0, len(images), batch_size)
    batches = [images[start : start + batch_size] for start in starts]
    points = [np.array(embed(x, training=False)) for x in batches]
    return np.concatenate(points)


# --- Verification, recognition ------------------------------------------------


def pair_distances(points, labels):
    """Distances of all pairs of points, and whether they are of one class.

    Args:
        points: array (n, d).
        labels: array (n,).

    Returns:
        (float array, bool array), each (n · (n − 1) / 2,).
    """
    points, labels = np.asarray(points), np.asarray(labels).ravel()
    first, second = np.triu_indices(len(points), k=1)
    squares = np.array(squared_distances(points, points))[first, second]
    return np.sqrt(squares), labels[first] == labels[second]


def roc(distances, same):
    """Receiver operating characteristic: accept pairs up to each distance.

    Args:
        distances: array (n,).
        same: bool array (n,); both kinds must occur.

    Returns:
        (false alarm rates, hit rates, area): arrays from 0 to 1, one point
        for each distinct distance, and the area under the curve, which is the
        probability that a pair of one class is closer than another pair.

    Raises:
        ValueError: only one kind of pair.
    """
    distances, same = np.asarray(distances), np.asarray(same, bool)
    if not 0 < same.sum() < len(same):
        raise ValueError(
            f"same must hold both True and False; got {same.sum()} True "
            f"among {len(same)}."
        )
    order = np.argsort(distances, kind="stable")
    distances, same = distances[order], same[order]
    last = np.append(np.diff(distances) > 0, True)  # of equal distances
    hits = np.insert(np.cumsum(same)[last] / same.sum(), 0, 0)
    alarms = np.insert(np.cumsum(~same)[last] / (~same).sum(), 0, 0)
    return alarms, hits, float(np.trapezoid(hits, alarms))


def one_shot_accuracy(points, labels, *, ways=5, trials=2000, seed=0):
    """Share of trials where the one example of the right class is nearest.

    In a trial, `ways` classes show one picture each, and another picture of
    one of them is given to the nearest.

    Args:
        points: array (n, d), embeddings of pictures.
        labels: array (n,).
        ways: int >= 2, classes in a trial.
        trials: int >= 1.
        seed: int.

    Returns:
        float, 0 to 1; guessing gives 1/ways.
    """
    points, labels = np.asarray(points), np.asarray(labels).ravel()
    members = [np.flatnonzero(labels == k) for k in np.unique(labels)]
    if len(members) < ways or min(map(len, members)) < 2:
        raise ValueError(
            f"There must be at least ways={ways} classes with two pictures "
            f"each; got {len(members)} classes, the smallest with "
            f"{min(map(len, members), default=0)}."
        )
    rng = np.random.default_rng(seed)
    right = 0
    for _ in range(trials):
        chosen = rng.choice(len(members), ways, replace=False)
        asked, known = rng.choice(members[chosen[0]], 2, replace=False)
        others = [rng.choice(members[k]) for k in chosen[1:]]
        shown = points[[known, *others]]
        right += ((shown - points[asked]) ** 2).sum(axis=1).argmin() == 0
    return right / trials


class Gallery:
    """Names with one or more pictures each; tells who is on another picture.

    Args:
        embed: keras.Model, pictures (batch, …) -> embeddings.
        threshold: float, the largest distance at which a picture is taken for
            a known one; choose it by the ROC of other people's pictures.
    """

    def __init__(self, embed, threshold):
        self.embed, self.threshold = embed, threshold
        self.names, self._points = [], []

    def _point(self, image):
        image = np.asarray(image)
        expected = self.embed.input_shape[1:]
        if image.shape != expected:
            raise ValueError(
                f"image must have shape {expected}, as the network's input; "
                f"got {image.shape}."
            )
        return np.array(self.embed(image[None], training=False))[0]

    def add(self, name, image):
        """Add one picture (height, width, channels) of somebody."""
        self._points.append(self._point(image))
        self.names.append(name)

    def who(self, image):
        """Name the nearest, if it is near enough.

        Args:
            image: array (height, width, channels).

        Returns:
            (name or None, distance to the nearest); (None, inf) for an empty
            gallery.
        """
        point = self._point(image)
        if not self.names:
            return None, float("inf")
        distances = np.linalg.norm(np.array(self._points) - point, axis=1)
        nearest = distances.argmin()
        near = distances[nearest] <= self.threshold
        return self.names[nearest] if near else None, float(distances[nearest])
