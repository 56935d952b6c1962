"""What did the network look at? Grad-CAM and occlusion, for any Keras model.

TensorFlow only: its tape gives the gradients.
"""

import contextlib

import keras
import numpy as np

from cnn_course.geometry import whole_number
from cnn_course.transfer import leaves

_PIXELS_AT_ONCE = 2**18  # bounds the memory that the maps take


def _is_map(layer):
    shape = getattr(layer.output, "shape", ()) if layer._inbound_nodes else ()
    return len(shape) == 4 and all(side != 1 for side in shape[1:3])


def _find(model, layer):
    """The layer that is meant: by itself, by name, or the last with maps."""
    parts = list(leaves(model))
    inner = [
        part for part in parts if not isinstance(part, keras.layers.InputLayer)
    ]
    if layer is None:
        maps = [part for part in inner if _is_map(part)]
        if not maps:
            raise ValueError(
                "The model has no layer with maps (height and width above 1), "
                "so there is no place to show."
            )
        return maps[-1]
    if isinstance(layer, str):
        named = [part for part in inner if part.name == layer]
        if not named:
            raise ValueError(
                f"No layer is called {layer!r}; there are "
                f"{', '.join(part.name for part in inner)}."
            )
        layer = named[0]
    elif not all(part in parts for part in leaves(layer)):
        raise ValueError(
            f"layer must be one of the model's own; got {layer.name!r} of "
            "another model."
        )
    if not _is_map(layer):
        shape = tuple(layer.output.shape)
        raise ValueError(
            f"The layer {layer.name!r} has no maps: its output is {shape}, and "
            "(batch, height, width, channels) is needed, with height and "
            "width above 1. Take an earlier layer, a convolution say."
        )
    return layer


@contextlib.contextmanager
def _calling(layer, call):
    """While it lasts, the layer computes `call` instead."""
    layer.call = call
    try:
        yield
    finally:
        del layer.call  # the class's own is visible again


def _output_layer(model):
    layer = model.outputs[0]._keras_history.operation
    return _output_layer(layer) if isinstance(layer, keras.Model) else layer


@contextlib.contextmanager
def _without_squashing(model):
    """While it lasts, the scores are those before the softmax or sigmoid."""
    last = _output_layer(model)
    activation = getattr(last, "activation", None)
    if isinstance(last, keras.layers.Softmax):
        with _calling(last, lambda x, mask=None: x):
            yield
    elif activation in (keras.activations.softmax, keras.activations.sigmoid):
        last.activation = keras.activations.linear
        try:
            yield
        finally:
            last.activation = activation
    else:
        yield


def _check_scores(scores):
    """The number of classes; one number says "class 1" or "class 0"."""
    parts = keras.tree.flatten(scores)
    if len(parts) != 1:
        raise ValueError(
            f"model must have one output; got {len(parts)}, of "
            f"{', '.join(str(tuple(part.shape)) for part in parts)}. Explain "
            "one of them: keras.Model(model.inputs, model.outputs[0]), say."
        )
    shape = tuple(parts[0].shape)
    if len(shape) != 2:
        raise ValueError(
            "model must give a row of scores for each picture, (batch, "
            f"classes); got {shape}. If it gives a row for each place, take "
            "the mean over those that you ask about, by GlobalAveragePooling2D "
            "say."
        )
    return max(shape[1], 2)


def _of_two(model, scores):
    """A single score, that of class 1, gets class 0 beside it."""
    if scores.shape[-1] > 1:
        return scores
    activation = getattr(_output_layer(model), "activation", None)
    is_sigmoid = activation is keras.activations.sigmoid
    opposite = 1 - scores if is_sigmoid else -scores
    return np.concatenate([opposite, scores], axis=-1)


def _check_classes(name, classes, count):
    classes = np.asarray(classes)
    if (
        classes.dtype.kind not in "iu"
        or not np.isin(classes, np.arange(count)).all()
    ):
        raise ValueError(
            f"{name} must be ints from 0 to {count - 1}; got {classes!r:.200}."
        )
    return classes


def grad_cam(model, images, *, layer=None, classes=None):
    """Show which places of the pictures speak for a class.

    The maps of one layer, each weighted with the mean gradient of the class's
    score (before a softmax or sigmoid) with respect to it, summed; what speaks
    against the class is cut off.

    Args:
        model: built keras.Model, Functional, Sequential or with models inside;
            one output, (batch, classes). A single number, with a sigmoid or
            before it, speaks for class 1, and its negative for class 0.
        images: array (batch, height, width, channels), as the model wants
            them.
        layer: a layer or its name; None: the last one that puts out maps.
        classes: int array (batch,), the classes to explain; None: those with
            the best scores.

    Returns:
        float32 array (batch, height, width), >= 0, enlarged bilinearly to the
        pictures' size; in units of the score.

    Raises:
        ValueError: no such layer in the model, or one without maps; several
            outputs, or one that is no row of scores; no such class.

    Source: Selvaraju et al. 2017 (Grad-CAM), equations 1 and 2.
    """
    import tensorflow as tf

    layer = _find(model, layer)
    images = tf.convert_to_tensor(images)
    seen, compute = [], layer.call

    def watched(*args, **kwargs):
        maps = compute(*args, **kwargs)
        tape.watch(maps)
        seen.append(maps)
        return maps

    with tf.GradientTape(watch_accessed_variables=False) as tape:
        with _calling(layer, watched), _without_squashing(model):
            scores = model(images, training=False)
        count = _check_scores(scores)
        if scores.shape[1] == 1:
            scores = tf.concat([-scores, scores], axis=1)
        if classes is None:
            classes = tf.argmax(scores, axis=1)
        else:
            classes = _check_classes("classes", classes, count)
        chosen = tf.gather(scores, classes, axis=1, batch_dims=1)
    maps = seen[-1]
    gradient = tape.gradient(chosen, maps)
    weights = tf.reduce_mean(gradient, axis=(1, 2), keepdims=True)
    heat = tf.nn.relu(tf.reduce_sum(weights * maps, axis=-1, keepdims=True))
    return tf.image.resize(heat, images.shape[1:3])[..., 0].numpy()


def occlusion_map(model, image, *, size, stride=1, fill=None, label=None):
    """Cover the picture place by place, and see where the score drops most.

    Args:
        model: built keras.Model that gives a score to each class, or a single
            number for class 1: then class 0 has 1 less it after a sigmoid,
            else its negative.
        image: array (height, width, channels), as the model wants it.
        size: int >= 1, pixels along the side of the square that covers.
        stride: int >= 1, pixels from one place to the next.
        fill: what covers: a number or (channels,); None: the picture's mean.
        label: int, the class; None: the one with the best score.

    Returns:
        float array (rows, columns): by how much the class's score drops when
        the square covers this place; its upper left corner is at
        (row · stride, column · stride).

    Raises:
        ValueError: the square does not fit into the picture; several outputs,
            or one that is no row of scores; no such class.

    Source: Zeiler and Fergus 2014, section 4.2.
    """
    size = whole_number("size", size, 1)
    stride = whole_number("stride", stride, 1)
    image = np.asarray(image)
    height, width = image.shape[:2]
    if size > min(height, width):
        raise ValueError(
            f"size must be at most the picture's sides, {height}×{width}; "
            f"got {size}."
        )
    if fill is None:
        fill = image.mean(axis=(0, 1))
    rows, columns = (
        range(0, side - size + 1, stride) for side in (height, width)
    )

    def scores_of(images):
        scores = model(images, training=False)
        _check_scores(scores)
        return _of_two(model, np.array(scores))

    score = scores_of(image[None])[0]
    if label is None:
        label = score.argmax()
    label = int(_check_classes("label", label, len(score)))
    places = [(row, column) for row in rows for column in columns]
    at_once = max(1, _PIXELS_AT_ONCE // (height * width))
    drops = []
    for start in range(0, len(places), at_once):
        some = places[start : start + at_once]
        covered = np.repeat(image[None], len(some), axis=0)
        for copy, (row, column) in zip(covered, some, strict=True):
            copy[row : row + size, column : column + size] = fill
        scores = scores_of(covered)
        drops.extend(score[label] - scores[:, label])
    return np.reshape(drops, (len(rows), len(columns)))
