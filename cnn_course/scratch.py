"""Convolution and pooling in NumPy, forward and backward.

No loop runs over pixels, channels or images: the loops are over the rows of
the kernel (convolution) and over the places of a window (pooling). Forward, a
batch larger than the CPU's cache is taken in groups that fit. Images are
(batch, height, width, channels), kernels (height, width, in, out). As in every
deep-learning library, "convolution" is cross-correlation: nothing is flipped.
"""

from itertools import product

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnn_course.geometry import output_size, padding_amounts, whole_number

_CACHE_BYTES = 2**20  # what is worked on at a time: a share of a CPU's cache
_FILTERS_AT_ONCE = 32  # columns that keep a matrix product busy


def _check_images(name, x):
    x = np.asarray(x)
    if x.ndim != 4 or x.size == 0:
        raise ValueError(
            f"{name} must be (batch, height, width, channels), none of them "
            f"0; got shape {x.shape}. One grey picture: picture[None, ..., "
            "None]."
        )
    return x if np.issubdtype(x.dtype, np.floating) else x.astype(float)


def _check_same_shape(name, got, expected):
    if got.shape != expected:
        raise ValueError(f"{name} must have shape {expected}; got {got.shape}.")


def _check_conv(x, kernel):
    x = _check_images("x", x)
    kernel = np.asarray(kernel)
    if kernel.ndim != 4 or kernel.size == 0:
        raise ValueError(
            "kernel must be (height, width, in, out), none of them 0; got "
            f"shape {kernel.shape}. One 3x3 filter: kernel[..., None, None]."
        )
    if kernel.shape[2] != x.shape[3]:
        raise ValueError(
            "kernel and x must have the same number of input channels; "
            f"kernel has {kernel.shape[2]} and x has {x.shape[3]}."
        )
    return x, kernel.astype(x.dtype, copy=False)


def _conv_sizes(x, kernel, strides, padding):
    """Output (height, width) and the padding of both sides."""
    strides = whole_number("strides", strides, 1)
    sides, pads = [], []
    for n, kernel_size in zip(x.shape[1:3], kernel.shape[:2], strict=True):
        options = {"stride": strides, "padding": padding}
        sides.append(output_size(n, kernel_size, **options))
        pads.append(padding_amounts(n, kernel_size, **options))
    return sides, pads


def _kernel_row_inputs(x, kernel, steps, sides):
    """Yield, for each kernel row, what it meets: (batch, positions, width*in).

    Windows as wide as the kernel are laid side by side once; a kernel row
    then reads whole rows of them, a matrix ready for one product.
    """
    batch, _, _, channels = x.shape
    (rows, width), (height_out, width_out) = kernel.shape[:2], sides
    down, across = steps
    windows = sliding_window_view(x, width, axis=2)[:, :, ::across]
    windows = np.ascontiguousarray(windows[:, :, :width_out].swapaxes(3, 4))
    for i in range(rows):
        met = windows[:, i : i + down * height_out : down][:, :height_out]
        yield met.reshape(batch, height_out * width_out, width * channels)


def _cache_groups(x, copies=1):
    """Split a batch so that what is made of one group fits into the cache."""
    size = max(1, _CACHE_BYTES // (copies * x[0].nbytes))
    return [slice(first, first + size) for first in range(0, len(x), size)]


def _correlate(x, kernel, steps, sides):
    """Add up, row by row of the kernel, the products with what it meets."""
    y = np.empty((len(x), *sides, kernel.shape[3]), x.dtype)
    weights = kernel.reshape(len(kernel), -1, kernel.shape[3])
    for group in _cache_groups(x, copies=kernel.shape[1]):
        met = _kernel_row_inputs(x[group], kernel, steps, sides)
        total = y[group].reshape(len(y[group]), -1, kernel.shape[3])
        np.matmul(next(met), weights[0], out=total)
        part = np.empty_like(total)
        for inputs, row in zip(met, weights[1:], strict=True):
            total += np.matmul(inputs, row, out=part)
    return y


def _correlate_padded(x, kernel, strides, sides):
    """Cross-correlation of pictures that are padded already.

    A product with few columns is slow, so where there are few filters, a few
    neighbouring outputs are computed as if they were more filters: those of a
    wider kernel that holds each filter again, one stride further right. Not so
    if a number is NaN or infinite: the wider kernel's zeros would spread it.
    """
    f, g, channels, filters = kernel.shape
    beside = max(1, min(_FILTERS_AT_ONCE // filters, g // strides))
    if beside == 1 or not np.isfinite(x).all():
        return _correlate(x, kernel, (strides, strides), sides)
    wide = np.zeros(
        (f, g + strides * (beside - 1), channels, beside, filters), x.dtype
    )
    for i in range(beside):
        wide[:, i * strides : i * strides + g, :, i] = kernel
    wide = wide.reshape(f, -1, channels, beside * filters)
    (height, width), steps = sides, (strides, strides * beside)
    blocks = -(-width // beside)
    missing = steps[1] * (blocks - 1) + wide.shape[1] - x.shape[2]
    if missing > 0:
        x = np.pad(x, ((0, 0), (0, 0), (0, missing), (0, 0)))
    y = _correlate(x, wide, steps, (height, blocks))
    return y.reshape(len(x), height, -1, filters)[:, :, :width]


@np.errstate(invalid="ignore")  # BLAS computes 0 * inf in unused lanes
def conv2d(x, kernel, bias=None, *, strides=1, padding="valid"):
    """Convolve pictures with filters, as a Conv2D layer does.

    Args:
        x: array (batch, height, width, in).
        kernel: array (kernel height, kernel width, in, out).
        bias: array (out,) or None for no bias.
        strides: int >= 1, step in pixels along both sides.
        padding: "valid", "same" (Keras's) or an int >= 0, zeros a side.

    Returns:
        Array (batch, height', width', out) with x's float type.

    Raises:
        ValueError: a shape or an option does not fit; the message says which.
    """
    x, kernel = _check_conv(x, kernel)
    sides, pads = _conv_sizes(x, kernel, strides, padding)
    padded = np.pad(x, ((0, 0), *pads, (0, 0)))
    y = _correlate_padded(padded, kernel, strides, sides)
    if bias is not None:
        bias = np.asarray(bias, dtype=x.dtype)
        _check_same_shape("bias", bias, kernel.shape[3:])
        y += bias
    return y


def convolve_one(image, kernel, *, strides=1, padding="valid"):
    """Convolve one grey picture with one filter: `conv2d` for matrices.

    Args:
        image: array (height, width).
        kernel: array (kernel height, kernel width).
        strides: int >= 1, step in pixels along both sides.
        padding: "valid", "same" (Keras's) or an int >= 0, zeros a side.

    Returns:
        Array (height', width') of floats.

    Raises:
        ValueError: a shape or an option does not fit; the message says which.
    """
    image, kernel = np.asarray(image), np.asarray(kernel)
    for name, array in (("image", image), ("kernel", kernel)):
        if array.ndim != 2:
            raise ValueError(
                f"{name} must be (height, width); got shape {array.shape}. "
                "For batches and channels use conv2d."
            )
    return conv2d(
        image[None, :, :, None],
        kernel[:, :, None, None],
        strides=strides,
        padding=padding,
    )[0, :, :, 0]


@np.errstate(invalid="ignore")  # BLAS computes 0 * inf in unused lanes
def conv2d_backward(dy, x, kernel, *, strides=1, padding="valid"):
    """Carry a gradient back through `conv2d`.

    The gradient of the kernel correlates the input with dy. The gradient of
    the input is a true convolution: dy, spread out by the stride, meets the
    kernel flipped along both sides.

    Args:
        dy: array (batch, height', width', out), the loss's gradient with
            respect to the output.
        x: array (batch, height, width, in), the input of the forward pass.
        kernel: array (kernel height, kernel width, in, out).
        strides: int >= 1, as in the forward pass.
        padding: as in the forward pass.

    Returns:
        (dx, dkernel, dbias), shaped like x, kernel and (out,).

    Raises:
        ValueError: a shape or an option does not fit; the message says which.
    """
    x, kernel = _check_conv(x, kernel)
    sides, pads = _conv_sizes(x, kernel, strides, padding)
    dy = np.asarray(dy, dtype=x.dtype)
    _check_same_shape("dy", dy, (len(x), *sides, kernel.shape[3]))
    padded = np.pad(x, ((0, 0), *pads, (0, 0)))

    flat_dy = dy.reshape(len(x), -1, kernel.shape[3])
    dkernel = np.stack(
        [
            (met.transpose(0, 2, 1) @ flat_dy).sum(axis=0)
            for met in _kernel_row_inputs(
                padded, kernel, (strides, strides), sides
            )
        ]
    ).reshape(kernel.shape)

    (f, g), (_, height, width, _) = kernel.shape[:2], padded.shape
    spread = np.zeros(
        (len(x), height + f - 1, width + g - 1, kernel.shape[3]), x.dtype
    )
    spread[:, f - 1 : height : strides, g - 1 : width : strides] = dy
    flipped = kernel[::-1, ::-1].swapaxes(2, 3)
    dx = _correlate_padded(spread, flipped, 1, (height, width))
    (top, _), (left, _) = pads
    dx = dx[:, top : top + x.shape[1], left : left + x.shape[2]]
    return dx, dkernel, dy.sum(axis=(0, 1, 2))


_POOL_MODES = ("max", "average", "min")


def _check_pool(x, pool_size, strides, mode):
    x = _check_images("x", x)
    pool_size = whole_number("pool_size", pool_size, 1)
    if pool_size > min(x.shape[1:3]):
        raise ValueError(
            "pool_size must be at most the picture's shorter side; got "
            f"{pool_size} for {x.shape[1]}x{x.shape[2]} pixels."
        )
    strides = pool_size if strides is None else strides
    strides = whole_number("strides", strides, 1)
    if mode not in _POOL_MODES:
        raise ValueError(f"mode must be one of {_POOL_MODES}; got {mode!r}.")
    sides = [output_size(n, pool_size, stride=strides) for n in x.shape[1:3]]
    return x, strides, sides


def _window_places(pool_size, strides, sides):
    """Slices that pick one place of every window, row by row."""
    height, width = ((side - 1) * strides + 1 for side in sides)
    for i, j in product(range(pool_size), repeat=2):
        yield (
            slice(None),
            slice(i, i + height, strides),
            slice(j, j + width, strides),
        )


def pool2d(x, pool_size=2, *, strides=None, mode="max"):
    """Reduce every window of every channel to one number.

    Args:
        x: array (batch, height, width, channels).
        pool_size: int >= 1, side of the square window in pixels.
        strides: int >= 1, step in pixels; None: pool_size.
        mode: "max", "average" or "min".

    Returns:
        Array (batch, height', width', channels) with x's float type.

    Raises:
        ValueError: a shape or an option does not fit; the message says which.
    """
    x, strides, sides = _check_pool(x, pool_size, strides, mode)
    combine = {"max": np.maximum, "average": np.add, "min": np.minimum}[mode]
    y = np.empty((len(x), *sides, x.shape[3]), x.dtype)
    for group in _cache_groups(x):
        first, *others = (
            x[group][place]
            for place in _window_places(pool_size, strides, sides)
        )
        total = y[group]
        total[...] = first
        for view in others:
            combine(total, view, out=total)
    if mode == "average":
        y /= pool_size**2
    return y


def pool2d_backward(dy, x, pool_size=2, *, strides=None, mode="max"):
    """Carry a gradient back through `pool2d`.

    Average pooling shares dy equally over the window. Max and min pooling
    give all of it to the place that won; of equals, the first in reading
    order wins; in a window with NaN none does, and its dy is lost.

    Args:
        dy: array (batch, height', width', channels), the loss's gradient with
            respect to the output.
        x: array (batch, height, width, channels), the forward pass's input.
        pool_size: int >= 1, as in the forward pass.
        strides: int >= 1 or None, as in the forward pass.
        mode: "max", "average" or "min".

    Returns:
        Array shaped like x.

    Raises:
        ValueError: a shape or an option does not fit; the message says which.
    """
    x, strides, sides = _check_pool(x, pool_size, strides, mode)
    dy = np.asarray(dy, dtype=x.dtype)
    _check_same_shape("dy", dy, (len(x), *sides, x.shape[3]))
    dx = np.zeros_like(x)
    if mode == "average":
        for place in _window_places(pool_size, strides, sides):
            dx[place] += dy / pool_size**2
        return dx
    y = pool2d(x, pool_size, strides=strides, mode=mode)
    waiting = np.ones(y.shape, dtype=bool)
    for place in _window_places(pool_size, strides, sides):
        won = waiting & (x[place] == y)
        dx[place] += np.where(won, dy, 0)
        waiting &= ~won
    return dx
