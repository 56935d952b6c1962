"""Answers to the exercises of notebook 25: right ones and wrong ones."""

import keras
import numpy as np
import tensorflow as tf

from cnn_course.applications import adversarial, explain


def cam(maps, gradient):
    heat = np.zeros(maps.shape[:2])
    for k in range(maps.shape[2]):
        heat += maps[..., k] * np.mean(gradient[..., k])
    return np.where(heat > 0, heat, 0)


def below_zero(maps, gradient):
    return maps @ gradient.mean(axis=(0, 1))


def by_place(maps, gradient):
    return np.maximum((maps * gradient).sum(axis=2), 0)


def summed(maps, gradient):
    return np.maximum(maps @ gradient.sum(axis=(0, 1)), 0)


def weights_cut(maps, gradient):
    return maps @ np.maximum(gradient.mean(axis=(0, 1)), 0)


def over_channels(maps, gradient):
    weights = gradient.mean(axis=2)[..., None]
    return np.maximum((maps * weights).sum(axis=2), 0)


def heat_map(model, image, label):
    """Watch the picture, choose the score by a sum, weigh by a product."""
    pixels = tf.constant(image)[None]
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        maps, scores = model(pixels)
        score = tf.reduce_sum(scores * tf.one_hot([label], 3))
    weights = tf.reduce_mean(tape.gradient(score, maps), (1, 2))
    return tf.nn.relu(tf.einsum("nijk,nk->nij", maps, weights))[0]


def with_keras(model, image, label):
    with tf.GradientTape() as tape:
        maps, scores = model(keras.ops.expand_dims(image, 0), training=False)
        score = scores[0, label]
    slopes = keras.ops.mean(tape.gradient(score, maps), axis=[1, 2])
    return keras.ops.relu(keras.ops.sum(maps * slopes, axis=-1))[0]


def map_of(model, image, pick, finish=tf.nn.relu, axes=(1, 2)):
    with tf.GradientTape() as tape:
        maps, scores = model(image[None])
        score = pick(scores)
    weights = tf.reduce_mean(tape.gradient(score, maps), axes, keepdims=True)
    return finish(tf.reduce_sum(weights * maps, axis=-1))[0]


def not_cut_map(model, image, label):
    return map_of(model, image, lambda s: s[0, label], finish=lambda x: x)


def of_the_best(model, image, label):
    return map_of(model, image, lambda s: tf.reduce_max(s))


def of_all(model, image, label):
    return map_of(model, image, lambda s: s)


def of_probability(model, image, label):
    return map_of(model, image, lambda s: tf.nn.softmax(s)[0, label])


def place_by_place(model, image, label):
    return map_of(model, image, lambda s: s[0, label], axes=())


def mean_over_channels(model, image, label):
    return map_of(model, image, lambda s: s[0, label], axes=-1)


def outside_the_tape(model, image, label):
    maps, scores = model(image[None])
    with tf.GradientTape() as tape:
        score = scores[0, label]
    return tf.reduce_mean(tape.gradient(score, maps)) * maps[0, ..., 0]


def without_batch(model, image, label):
    with tf.GradientTape():
        maps, _ = model(image)
    return maps


def packaged_map(model, image, label):
    return explain.grad_cam(model, image[None], classes=[label])[0]


def fgsm_step(picture, gradient, epsilon):
    moved = picture + np.where(gradient > 0, epsilon, 0)
    moved = moved - np.where(gradient < 0, epsilon, 0)
    return np.minimum(np.maximum(moved, 0), 1)


def not_cut(picture, gradient, epsilon):
    return picture + epsilon * np.sign(gradient)


def without_sign(picture, gradient, epsilon):
    return np.clip(picture + epsilon * gradient, 0, 1)


def downhill(picture, gradient, epsilon):
    return np.clip(picture - epsilon * np.sign(gradient), 0, 1)


def no_epsilon(picture, gradient, epsilon):
    return np.clip(picture + np.sign(gradient), 0, 1)


def only_the_change(picture, gradient, epsilon):
    return epsilon * np.sign(gradient)


def of_length_one(picture, gradient, epsilon):
    gradient = gradient / np.sqrt((gradient**2).sum())
    return np.clip(picture + epsilon * gradient, 0, 1)


def attack(model, images, labels, epsilon):
    """One picture after the other, with the loss written out."""
    attacked = []
    for image, label in zip(images, labels, strict=True):
        pixels = tf.constant(image[None])
        with tf.GradientTape() as tape:
            tape.watch(pixels)
            scores = model(pixels)[0]
            loss = tf.reduce_logsumexp(scores) - scores[label]
        up = tape.gradient(loss, pixels)[0] > 0
        attacked.append(tf.where(up, image + epsilon, image - epsilon))
    return tf.clip_by_value(attacked, 0, 1)


def attack_by(model, images, labels, loss, step):
    x = tf.Variable(images)
    with tf.GradientTape() as tape:
        value = loss(labels, model(x))
    return step(x, tape.gradient(value, x)).numpy()


def mean_loss(labels, scores):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return loss(labels, scores)


def attack_step(model, images, labels, epsilon, loss=mean_loss, sign=1):
    return attack_by(
        model,
        images,
        labels,
        loss,
        lambda x, g: tf.clip_by_value(x + sign * epsilon * tf.sign(g), 0, 1),
    )


def attack_not_cut(model, images, labels, epsilon):
    return attack_by(
        model,
        images,
        labels,
        mean_loss,
        lambda x, g: x + epsilon * tf.sign(g),
    )


def attack_without_sign(model, images, labels, epsilon):
    return attack_by(
        model,
        images,
        labels,
        lambda *both: len(labels) * mean_loss(*both),
        lambda x, g: tf.clip_by_value(x + epsilon * g, 0, 1),
    )


def probabilities(labels, scores):
    return keras.losses.SparseCategoricalCrossentropy()(labels, scores)


def the_score(labels, scores):
    return tf.reduce_sum(tf.one_hot(labels, 3) * scores)


def unwatched(model, images, labels, epsilon):
    x = tf.constant(images)
    with tf.GradientTape() as tape:
        loss = mean_loss(labels, model(x))
    return x + epsilon * tf.sign(tape.gradient(loss, x))


def packaged_attack(model, images, labels, epsilon):
    return adversarial.fgsm(model, images, labels, epsilon)


RIGHT = {
    "cam": cam,
    "heat_map": heat_map,
    "fgsm_step": fgsm_step,
    "attack": attack,
    "largest_change": 1.568,
    "occlusion_passes": 7 * 5,
}

ALSO_RIGHT = {"heat_map": [with_keras], "attack": [attack_step]}

WRONG = {
    "cam": [
        ("below", below_zero, "nothing below 0"),
        ("place", by_place, "one weight"),
        ("sum", summed, "not its sum"),
        ("weights", weights_cut, "at the end"),
        ("mean", lambda m, g: cam(m, g) / m.shape[2], "sum over the channels"),
        ("channels", over_channels, "not for each place"),
        ("abs", lambda m, g: abs(below_zero(m, g)), "not turned"),
        ("other", lambda m, g: m[..., 0] * 0 + 7, "one number for all places"),
    ],
    "heat_map": [
        ("not cut", not_cut_map, "nothing below 0"),
        ("best", of_the_best, "asked about is `label`"),
        ("all", of_all, "pick the score"),
        ("probability", of_probability, "behind a softmax"),
        ("place", place_by_place, "one weight"),
        ("channels", mean_over_channels, "not for each place"),
        ("outside", outside_the_tape, "the score of `label`"),
        ("no batch", without_batch, "batch of one"),
        ("batch kept", lambda *a: heat_map(*a)[None], "(4, 4), not (1, 4, 4)"),
        ("package", packaged_map, "with ValueError"),
    ],
    "fgsm_step": [
        ("cut", not_cut, "within 0 and 1"),
        ("sign", without_sign, "whole epsilon"),
        ("down", downhill, "up the gradient"),
        ("epsilon", no_epsilon, "is missing"),
        ("change", only_the_change, "the change alone"),
        ("length one", of_length_one, "however small"),
        (
            "to 255",
            lambda x, g, epsilon: np.clip(x + epsilon * np.sign(g), 0, 255),
            "do not go to 255",
        ),
        ("other", lambda x, g, epsilon: x * 0, "How far may it move"),
    ],
    "attack": [
        ("not cut", attack_not_cut, "within 0 and 1"),
        ("no sign", attack_without_sign, "take the gradient's sign"),
        (
            "down",
            lambda *given: attack_step(*given, sign=-1),
            "up the gradient",
        ),
        (
            "probabilities",
            lambda *given: attack_step(*given, probabilities),
            "from_logits",
        ),
        (
            "score",
            lambda *given: attack_step(*given, the_score),
            "the class's score grow",
        ),
        (
            "score down",
            lambda *given: attack_step(*given, the_score, -1),
            "the other classes count",
        ),
        (
            "believed",
            lambda model, x, y, epsilon: attack_step(
                model, x, np.argmax(model(x), axis=1), epsilon
            ),
            "not those that the model believes",
        ),
        ("unwatched", unwatched, "must watch"),
        ("package", packaged_attack, "with ValueError"),
    ],
    "largest_change": [
        ("one", 0.002, "all 784 move"),
        ("weight", 784 * 0.02, "its weight"),
        ("zero", 0, "nothing"),
        ("noise", 28 * 0.002, "the root"),
        ("rounded", 1.57, "rounding"),
        ("by 1", 78.4, "move by 1"),
        ("other", 5, "one pixel add"),
    ],
    "occlusion_passes": [
        ("all", 8 * 6, "must fit"),
        ("zero", 6 * 4, "count the place at 0"),
        ("side", 4 * 3, "overlap"),
        ("pixels", 64 * 48, "not every pixel"),
        ("added", 7 + 5, "each column"),
        ("one side", 7, "along one side"),
        ("itself", 36, "not counted"),
        ("other", 1, "begin"),
    ],
}
