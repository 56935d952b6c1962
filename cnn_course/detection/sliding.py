"""A classifier at every place of a picture: crop by crop, or all at once."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image

from cnn_course.geometry import whole_number


def crops(pictures, size, stride):
    """Cut the window out at every place, row by row.

    Args:
        pictures: array (batch, height, width, channels).
        size: int >= 1, the window's side in pixels.
        stride: int >= 1, pixels from one window to the next.

    Returns:
        array (batch, rows, columns, size, size, channels).

    Raises:
        ValueError: the picture is smaller than the window, or size or stride
            is no int >= 1.
    """
    size = whole_number("size", size, 1)
    stride = whole_number("stride", stride, 1)
    height, width = pictures.shape[1:3]
    if min(height, width) < size:
        raise ValueError(
            f"pictures must be at least as large as the window, {size} pixels "
            f"a side; got {height}×{width}."
        )
    windows = sliding_window_view(pictures, (size, size), axis=(1, 2))
    windows = windows[:, ::stride, ::stride]
    return np.moveaxis(windows, 3, -1)  # the channels last again


def to_convolutions(model):
    """Turn a classifier into one that slides: dense layers as convolutions.

    The first dense layer behind the Flatten sees an h×w map of c channels: it
    is a convolution with an h×w kernel, and each further one is a 1×1
    convolution. Given a larger picture, the result answers for every window at
    once, and windows that overlap share their work.

    Source: Sermanet et al. 2013, OverFeat, https://arxiv.org/abs/1312.6229,
    sec. 3.5.

    Args:
        model: keras.Model, a chain of layers that ends in Flatten and one
            or more Dense. Before it may stand what does the same at every
            place of a larger picture: convolutions and pools without padding,
            with the same stride down and across; activations, batch
            normalisation and rescaling, channel by channel. Dropout is left
            out, since the result is for inference.

    Returns:
        keras.Model, pictures (batch, height, width, channels) of any size ->
        (batch, rows, columns, classes), a window every `window_stride(model)`
        pixels. It has copies of the weights.

    Raises:
        ValueError: a layer is none of these, pads, stands behind Flatten and
            is not Dense, or has no place in a chain; the message names it.
    """
    import keras

    _check_chain(model)
    inputs = x = keras.Input((None, None, model.input_shape[-1]))
    copies, window = [], None  # the map's shape that Flatten has seen
    for layer in _chain(model):
        if type(layer).__name__ in _DROPOUTS:
            continue
        if isinstance(layer, keras.layers.Flatten):
            window = layer.input.shape[1:]
            continue
        if isinstance(layer, keras.layers.Dense):
            sides = (1, 1) if window is None else tuple(window[:2])
            window = None
            config = layer.get_config()
            kept = ("activation", "use_bias", "name")
            copy = keras.layers.Conv2D(
                layer.units, sides, **{key: config[key] for key in kept}
            )
        else:
            copy = type(layer).from_config(layer.get_config())
        x = copy(x)
        copies.append((layer, copy))
    for layer, copy in copies:
        copy.set_weights(
            [
                old.reshape(new.shape)
                for old, new in zip(
                    layer.get_weights(), copy.get_weights(), strict=True
                )
            ]
        )
    return keras.Model(inputs, x, name=f"{model.name}_sliding")


def _chain(model):
    """The layers of a model without its input."""
    return [
        layer for layer in model.layers if "Input" not in type(layer).__name__
    ]


# By name, so that a subclass, whose call may be another, is none of them.
_DROPOUTS = {"AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise"}
_DROPOUTS |= {"SpatialDropout2D"}
_WINDOWS = {"AveragePooling2D", "Conv2D", "DepthwiseConv2D", "MaxPooling2D"}
_WINDOWS |= {"SeparableConv2D"}
_PLACES = {"Activation", "BatchNormalization", "ELU", "LeakyReLU", "ReLU"}
_PLACES |= {"Normalization", "Rescaling", "Softmax"}


def _why_not(layer):
    """Say why a layer in front of Flatten does not slide; "" if it does."""
    kind = type(layer).__name__
    if kind not in _DROPOUTS | _WINDOWS | _PLACES:
        return f"is none of {', '.join(sorted(_WINDOWS | _PLACES))}, Dropout"
    if getattr(layer, "padding", "valid") != "valid":
        return (
            "pads: at a window's border it puts zeros where the picture goes "
            'on. Take padding="valid"'
        )
    if getattr(layer, "data_format", None) == "channels_first":
        return "has its channels first; they must be last"
    if len(set(getattr(layer, "strides", ()))) > 1:
        return f"has strides {layer.strides}; they must be equal"
    axis = getattr(layer, "axis", -1)
    axes = axis if isinstance(axis, list | tuple) else (axis,)
    if kind in _PLACES and any(a not in (-1, 3, None) for a in axes):
        return f"works along axis {axis}; only the last, the channels, slides"
    if any(np.ndim(getattr(layer, k, 0)) > 1 for k in ("scale", "offset")):
        return "scales each place in its own way"
    return _OWN if _has_own_activation(layer) else ""


_OWN = "has an activation of your own, which may join places"


def _has_own_activation(layer):
    activation = getattr(layer, "activation", None)
    return not getattr(activation, "__module__", "keras").startswith("keras")


def _check_chain(model):
    import keras

    types = keras.layers
    if not any(isinstance(layer, types.Flatten) for layer in _chain(model)):
        raise ValueError(
            "model must end in Flatten and Dense layers; it has no Flatten."
        )
    # A Sequential is a chain; its layers may have been called elsewhere first.
    free = not isinstance(model, keras.Sequential)
    flat, x = False, model.inputs[0]
    for layer in _chain(model):
        where = f"layer {layer.name!r} ({type(layer).__name__})"
        if free and layer.input is not x:
            raise ValueError(
                "model must be a chain: each layer's only input is the output "
                f"of the one before; {where} has several or another."
            )
        x = layer.output
        if type(layer) is types.Flatten:
            flat = True
        elif not flat and (why := _why_not(layer)):
            raise ValueError(
                "model must do the same at every place of the picture; "
                f"{where} {why}."
            )
        elif flat and type(layer) not in (types.Dense, types.Dropout):
            raise ValueError(
                "model must have only Dense (and Dropout) layers behind "
                f"Flatten; got {where}."
            )
        elif flat and _has_own_activation(layer):
            raise ValueError(f"model must slide, but {where} {_OWN}.")
    if free and (len(model.outputs) > 1 or model.outputs[0] is not x):
        raise ValueError(
            f"model must have one output, that of its last {where}; got "
            f"{len(model.outputs)}."
        )


def window_stride(model):
    """How far apart the windows of `to_convolutions(model)` lie.

    Args:
        model: keras.Model, a chain of layers.

    Returns:
        int, pixels: the product of all strides.

    Raises:
        ValueError: a layer's strides differ; the message names it.
    """
    product = 1
    for layer in _chain(model):
        strides = set(getattr(layer, "strides", (1,)))
        if len(strides) > 1:
            raise ValueError(
                f"Layer {layer.name!r} must have the same stride down and "
                f"across; got {layer.strides}."
            )
        product *= strides.pop()
    return product


def window_boxes(scores, size, stride):
    """Where the windows of a map of scores lie in the picture.

    Args:
        scores: array (rows, columns), one score a window.
        size: int, the window's side in pixels.
        stride: int, pixels from one window to the next.

    Returns:
        (boxes, scores): arrays (rows * columns, 4) xyxy in pixels, and
        (rows * columns,), row by row.
    """
    rows, columns = np.indices(scores.shape)
    x, y = stride * columns.ravel(), stride * rows.ravel()
    boxes = np.stack([x, y, x + size, y + size], axis=1)
    return boxes.astype(np.float32), np.ravel(scores)


def pyramid(picture, size, *, largest=1.0, factor=0.8):
    """Shrink a picture step by step: one window then fits things of all sizes.

    Args:
        picture: uint8 array (height, width) or (height, width, 3).
        size: int >= 1, the window's side in pixels.
        largest: number above 0, the scale of the first copy.
        factor: number between 0 and 1, from one copy's scale to the next.

    Returns:
        List of (copy, scale) pairs, down to the last copy that the window
        fits into; box / scale is where a copy's box lies in the picture.

    Raises:
        ValueError: largest or factor is out of range.
    """
    if not largest > 0:
        raise ValueError(f"largest must be a number above 0; got {largest!r}.")
    if not 0 < factor < 1:
        raise ValueError(
            f"factor must be a number between 0 and 1; got {factor!r}."
        )
    height, width = picture.shape[:2]
    copies, scale = [], largest
    while round(scale * min(height, width)) >= size:
        sides = round(scale * width), round(scale * height)
        small = Image.fromarray(picture).resize(sides, Image.Resampling.LANCZOS)
        copies.append((np.asarray(small), scale))
        scale *= factor
    return copies
