"""ImageNet weights for the networks that have them: Keras's, or a package's."""

import re
from functools import partial

from cnn_course.datasets.downloads import failed
from cnn_course.pretrained.lite import LITES, lite_file, put_lite_weights

_OFFICIAL = {  # our name: Keras's
    "densenet121": "DenseNet121",
    **{f"efficientnet_b{n}": f"EfficientNetB{n}" for n in range(8)},
    "inception_resnet_v2": "InceptionResNetV2",
    "inception_v3": "InceptionV3",
    "mobilenet_v1": "MobileNet",
    "mobilenet_v2": "MobileNetV2",
    "mobilenet_v3_large": "MobileNetV3Large",
    "mobilenet_v3_small": "MobileNetV3Small",
    "resnet50": "ResNet50",
    "resnet101": "ResNet101",
    "resnet152": "ResNet152",
    "vgg16": "VGG16",
    "vgg19": "VGG19",
}
# The sizes that Keras has weights for, where it has more than one.
_SIDES = {
    "mobilenet_v1": (128, 160, 192),
    "mobilenet_v2": (96, 128, 160, 192),
}


def _name_and_width(model):
    """MobileNets carry their width in the name: "mobilenet_v2_0.35"."""
    name, alpha = re.fullmatch(r"(.*?)(?:_(\d+\.\d+))?", model.name).groups()
    if name not in _OFFICIAL:
        raise ValueError(
            "there are official ImageNet weights for "
            f"{', '.join(sorted((*_OFFICIAL, *LITES)))}; got a model named "
            f"{model.name!r}."
        )
    return name, alpha


def keras_name(model):
    """Tell what Keras calls a network of the course that it has weights for.

    Args:
        model: keras.Model made by a function of cnn_course.nets.

    Returns:
        str, a name in keras.applications.

    Raises:
        ValueError: there are no official weights for it.
    """
    return _OFFICIAL[_name_and_width(model)[0]]


def load_imagenet_weights(model):
    """Put the official ImageNet weights into one of the course's networks.

    EfficientNet-Lite0 to Lite2 take theirs from an installed package, without
    a network, and pictures from 0 to 255. For the others, Keras keeps them in
    its cache, KERAS_HOME or ~/.keras, and downloads them if they are not
    there; pictures must then be prepared as for Keras's network of that name:
    see keras.applications' preprocess_input.

    Args:
        model: keras.Model made by a function of cnn_course.nets, with or
            without the top; its name tells which network it is.

    Returns:
        The same model.

    Raises:
        ValueError: there are no official weights for it, or not for this form
            of it.
        ConnectionError: the weights are not in the cache, and no network.
        FileNotFoundError: the package that has them is not installed.
    """
    import keras

    if model.name in LITES:
        put_lite_weights(model, lite_file(model.name))
        return model
    name, alpha = _name_and_width(model)
    include_top = len(model.output_shape) == 2
    options = {"alpha": float(alpha)} if alpha else {}
    height, width = model.input_shape[1:3]
    if height != width or height not in _SIDES.get(name, ()):
        height = None
    if "mobilenet" in name:  # without a size, Keras warns
        options["input_shape"] = (height or 224, height or 224, 3)
    build = getattr(keras.applications, _OFFICIAL[name])
    build = partial(build, include_top=include_top, **options)
    ours = [weight.shape for weight in model.weights]
    # Before anything is downloaded.
    if ours != [weight.shape for weight in build(weights=None).weights]:
        raise ValueError(
            f"the official weights fit {name} as it was trained on ImageNet"
            f"{', with classes=1000' if include_top else ''}; this model has "
            "weights of other shapes."
        )
    try:
        official = build(weights="imagenet")
    except Exception as error:
        if failed(error):
            raise ConnectionError(
                f"the official weights of {model.name} are not in Keras's "
                "cache and could not be downloaded; connect to the internet "
                "once, or set KERAS_HOME to a folder whose models/ has them. "
                f"({error})"
            ) from error
        raise
    model.set_weights(official.get_weights())
    if name.startswith("efficientnet"):
        _divide_once_more(model, official)
    return model


def _divide_once_more(model, official):
    """Fold in the Rescaling that Keras adds to a pre-trained EfficientNet.

    It divides each channel by the square root of ImageNet's standard
    deviation, after a Normalization that has already divided by a root.
    """
    scale = next(
        layer.scale
        for layer in official.layers
        if type(layer).__name__ == "Rescaling"
        and isinstance(layer.scale, list | tuple)
    )
    layer = next(
        layer
        for layer in model.layers
        if type(layer).__name__ == "Normalization"
    )
    mean, variance, count = layer.get_weights()
    layer.set_weights([mean, variance / [s**2 for s in scale], count])
    layer.finalize_state()
