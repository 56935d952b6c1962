"""Pictures changed by a trace so that a network errs; and a defence.

TensorFlow only: its tape gives the gradients. Models must end with a softmax:
from other scores this loss has hardly any gradient, and no attack would work.
"""

import keras
import numpy as np
import tensorflow as tf

from cnn_course.measure import check_probabilities


def _check(model, images, labels, epsilon, limits):
    """The pictures and labels as arrays, if an attack can do with them."""
    low, high = limits
    images, labels = np.asarray(images, "float32"), np.asarray(labels)
    if len(images) != len(labels):
        raise ValueError(
            f"images and labels must have the same length; got {len(images)} "
            f"and {len(labels)}."
        )
    if not epsilon >= 0:
        raise ValueError(f"epsilon must be >= 0; got {epsilon}.")
    if images.size and not low <= images.min() <= images.max() <= high:
        raise ValueError(
            f"images must lie within limits={limits}; got {images.min():g} "
            f"to {images.max():g}. Give the limits of your pictures."
        )
    if len(images):
        check_probabilities(model(images[:1], training=False), labels)
    return images, labels


@tf.function(reduce_retracing=True)  # one graph for all steps on a model
def _uphill(model, images, labels):
    """Sign of the loss's gradient with respect to each pixel."""
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        scores = model(images, training=False)
        loss = keras.losses.sparse_categorical_crossentropy(labels, scores)
    return tf.sign(tape.gradient(loss, images))


def _moved(model, images, labels, step):
    """Pictures after a step of this size up the loss; down if it is < 0."""
    signs = _uphill(model, tf.constant(images), tf.constant(labels))
    return images + step * signs.numpy()


def fgsm(model, images, labels, epsilon, *, limits=(0.0, 1.0)):
    """Move each pixel by epsilon, up or down, as makes the loss grow.

    Fast gradient sign method: one step.

    Args:
        model: keras.Model that ends with a softmax.
        images: array (batch, height, width, channels).
        labels: int array (batch,), the right classes.
        epsilon: float >= 0, in the unit of the pixels.
        limits: (lowest, highest) value of a pixel.

    Returns:
        float32 array as images, within epsilon of them and within the limits.

    Raises:
        ValueError: images beyond the limits, other lengths, epsilon < 0; the
            model's scores are no probabilities, or a label is no class.

    Source: Goodfellow, Shlens and Szegedy 2015, section 4.
    """
    images, labels = _check(model, images, labels, epsilon, limits)
    return np.clip(_moved(model, images, labels, epsilon), *limits)


def iterated_attack(
    model,
    images,
    labels,
    epsilon,
    *,
    steps=10,
    targeted=False,
    limits=(0.0, 1.0),
):
    """Do many small steps of `fgsm`, never farther than epsilon away.

    Args and Raises: as for `fgsm`.
        steps: int >= 1, each of 2.5 · epsilon / steps.
        targeted: bool, labels are what the pictures shall be taken for: the
            steps make the loss fall.

    Returns:
        float32 array as images.

    Source: Madry et al. 2018, section 2.1 (projected gradient descent);
    targeted as in Kurakin, Goodfellow and Bengio 2017, section 2.3.
    Differs: starts from the pictures themselves, not from a random place.
    """
    images, labels = _check(model, images, labels, epsilon, limits)
    low = np.clip(images - epsilon, *limits)
    high = np.clip(images + epsilon, *limits)
    step = (-1 if targeted else 1) * 2.5 * epsilon / steps
    found = images
    for _ in range(steps):
        found = np.clip(_moved(model, found, labels, step), low, high)
    return found


def adversarial_epoch(
    model, images, labels, epsilon, *, rng, batch_size=64, limits=(0.0, 1.0)
):
    """Train a compiled model once through, half on attacked pictures.

    Each batch is attacked with `fgsm` as the model is at that moment, and
    learned together with the clean one.

    Args:
        model: compiled keras.Model with a sparse cross-entropy.
        images: array (n, height, width, channels).
        labels: int array (n,).
        epsilon: float >= 0.
        rng: numpy Generator, for the order.
        batch_size: int >= 1, clean pictures in a batch.
        limits: as for `fgsm`.

    Source: Goodfellow, Shlens and Szegedy 2015, section 6, with α = 0.5.
    """
    images, labels = _check(model, images, labels, epsilon, limits)
    order = rng.permutation(len(images))
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        x, y = images[rows], labels[rows]
        attacked = fgsm(model, x, y, epsilon, limits=limits)
        model.train_on_batch(
            np.concatenate([x, attacked]), np.concatenate([y, y])
        )
