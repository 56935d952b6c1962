"""Who is it? Distances, the ROC curve, one-shot accuracy, and a gallery."""

import numpy as np

from cnn_course.applications.faces.losses import squared_distances


def embed_all(embed, images, batch_size=256):
    """Embed many pictures, batch by batch; array (n, dimensions).

    `predict` does so too, but starts anew with each network.
    """
    starts = range(0, len(images), batch_size)
    batches = [images[start : start + batch_size] for start in starts]
    points = [np.array(embed(x, training=False)) for x in batches]
    return np.concatenate(points)


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
