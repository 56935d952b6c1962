"""Sizes, padding, receptive fields, parameters and multiplications.

Pure Python: nothing here needs an array or a network, except `layer_table`,
which reads a Keras model that you already have.
"""

import html
import math
import operator
from typing import NamedTuple


def whole_number(name, value, least):
    """Return value as an int.

    Args:
        name: str, the argument's name for the message.
        value: what came.
        least: int, the smallest that is allowed.

    Returns:
        int >= least.

    Raises:
        ValueError: value is no whole number, or too small.
    """
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or number < least:
        raise ValueError(f"{name} must be an int >= {least}; got {value!r}.")
    return number


def padding_amounts(n, kernel_size, *, stride=1, padding="valid", dilation=1):
    """Count the pixels that a padding adds before and after one side.

    Source: Dumoulin & Visin 2016, sec. 2; Keras for "same" with a stride,
    which adds the odd pixel at the end.

    Args:
        n: int >= 1, pixels along the side.
        kernel_size: int >= 1, pixels along the kernel.
        stride: int >= 1, step of the kernel in pixels.
        padding: "valid" (none), "same" (Keras's: the output has
            ceil(n / stride) pixels) or an int >= 0, pixels at each end.
        dilation: int >= 1, distance between neighbouring kernel weights.

    Returns:
        (before, after), two ints >= 0.

    Raises:
        ValueError: an argument is outside the ranges above.
    """
    n = whole_number("n", n, 1)
    kernel_size = whole_number("kernel_size", kernel_size, 1)
    stride = whole_number("stride", stride, 1)
    span = whole_number("dilation", dilation, 1) * (kernel_size - 1) + 1
    if padding == "valid":
        return 0, 0
    if padding == "same":
        total = max((math.ceil(n / stride) - 1) * stride + span - n, 0)
        return total // 2, total - total // 2
    if isinstance(padding, str):
        raise ValueError(
            'padding must be "valid", "same" or an int >= 0 (pixels at each '
            f"end); got {padding!r}."
        )
    padding = whole_number("padding", padding, 0)
    return padding, padding


def output_size(n, kernel_size, *, stride=1, padding="valid", dilation=1):
    """Count the positions at which a kernel fits along one side.

    floor((n + before + after - span) / stride) + 1, with
    span = dilation * (kernel_size - 1) + 1.

    Source: Dumoulin & Visin 2016, relationships 6 and 15.

    Args:
        n: int >= 1, pixels along the side.
        kernel_size: int >= 1, pixels along the kernel.
        stride: int >= 1, step of the kernel in pixels.
        padding: "valid", "same" (Keras's) or an int >= 0, pixels at each end.
        dilation: int >= 1, distance between neighbouring kernel weights.

    Returns:
        int >= 1, pixels along the output.

    Raises:
        ValueError: an argument is outside the ranges above, or the kernel is
            larger than the padded side.
    """
    before, after = padding_amounts(
        n, kernel_size, stride=stride, padding=padding, dilation=dilation
    )
    # Checked by now; NumPy's small integers would overflow.
    n, kernel_size, stride, dilation = map(
        int, (n, kernel_size, stride, dilation)
    )
    span = dilation * (kernel_size - 1) + 1
    padded = n + before + after
    if span > padded:
        raise ValueError(
            "the kernel must fit into the padded side; it spans "
            f"{span} pixels and the side has {padded}. Use a smaller kernel "
            'or padding="same".'
        )
    return (padded - span) // stride + 1


def same_padding(kernel_size, *, dilation=1):
    """Count the pixels to add at each end so that stride 1 keeps the size.

    p = dilation * (kernel_size - 1) / 2.

    Args:
        kernel_size: odd int >= 1, pixels along the kernel.
        dilation: int >= 1, distance between neighbouring kernel weights.

    Returns:
        int >= 0, pixels at each end.

    Raises:
        ValueError: kernel_size is even, or an argument is no int >= 1.
    """
    kernel_size = whole_number("kernel_size", kernel_size, 1)
    dilation = whole_number("dilation", dilation, 1)
    if kernel_size % 2 == 0:
        raise ValueError(
            "kernel_size must be odd to pad both ends alike; got "
            f'{kernel_size}. Keras\'s padding="same" adds the odd pixel at '
            "the end: see padding_amounts."
        )
    return dilation * (kernel_size - 1) // 2


def receptive_field(layers):
    """Find how much of the input one output of a stack of layers sees.

    Each layer widens the field by (kernel_size - 1) * jump, where jump is the
    distance in input pixels between two neighbours of the layer below.

    Source: Araujo et al. 2019, https://distill.pub/2019/computing-receptive-fields.

    Args:
        layers: list of (kernel_size, stride), ints >= 1, from the input up.
            A dilated kernel counts with its span.

    Returns:
        (size, jump): the field's side, and the distance between the fields of
        two neighbouring outputs, both in input pixels.

    Raises:
        ValueError: an entry is not a pair of ints >= 1.
    """
    size, jump = 1, 1
    for layer in layers:
        try:
            kernel_size, stride = layer
        except (TypeError, ValueError):
            raise ValueError(
                f"layers must hold pairs (kernel_size, stride); got {layer!r}."
            ) from None
        size += (whole_number("kernel_size", kernel_size, 1) - 1) * jump
        jump *= whole_number("stride", stride, 1)
    return size, jump


class LayerRow(NamedTuple):
    """One layer of a `LayerTable`."""

    name: str
    kind: str
    output_shape: tuple
    parameters: int
    multiplications: int


class LayerTable:
    """The rows of `layer_table`; Jupyter shows it as a table.

    Attributes:
        rows: list of LayerRow, in the model's order.
        totals: dict with "parameters" and "multiplications".
    """

    _HEAD = ("layer", "kind", "output", "parameters", "multiplications")

    def __init__(self, rows):
        """Keep the rows and add up their counts."""
        self.rows = list(rows)
        self.totals = {
            "parameters": sum(row.parameters for row in self.rows),
            "multiplications": sum(row.multiplications for row in self.rows),
        }

    def _cells(self):
        lines = [
            (
                row.name,
                row.kind,
                " × ".join(str(side) for side in row.output_shape),
                f"{row.parameters:,}",
                f"{row.multiplications:,}",
            )
            for row in self.rows
        ]
        total = [f"{count:,}" for count in self.totals.values()]
        return [self._HEAD, *lines, ("total", "", "", *total)]

    def __repr__(self):
        cells = self._cells()
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        return "\n".join(
            "  ".join(
                cell.rjust(width) if i >= 3 else cell.ljust(width)
                for i, (cell, width) in enumerate(
                    zip(line, widths, strict=True)
                )
            ).rstrip()
            for line in cells
        )

    def _repr_html_(self):
        def line(cells, tag):
            return "".join(
                f'<{tag} style="text-align:{"right" if i >= 3 else "left"}">'
                f"{html.escape(cell)}</{tag}>"
                for i, cell in enumerate(cells)
            )

        head, *body, total = self._cells()
        rows = "".join(f"<tr>{line(cells, 'td')}</tr>" for cells in body)
        return (
            f"<table><thead><tr>{line(head, 'th')}</tr></thead><tbody>{rows}"
            f"</tbody><tfoot><tr>{line(total, 'th')}</tr></tfoot></table>"
        )


def _shape(layer, tensor):
    """The shape of one example: a tensor's, less the batch axis."""
    tensors = tensor if isinstance(tensor, list | tuple) else [tensor]
    shape = tuple(tensors[0].shape)[1:]
    if None in shape:
        raise ValueError(
            "layer_table needs a model with a fixed input size, and of models "
            f"in it, too; layer {layer.name!r} has the shape "
            f"{(None, *shape)}. Build it with Input((height, width, channels))."
        )
    return shape


def _is_input(layer):
    return type(layer).__name__ == "InputLayer"


def _multiplications(layer):
    """Multiplications of one layer for one example.

    Every weight of a kernel is used once at every position: of the output
    for a convolution, of the input for a transposed one.
    """
    # A nested model's own inputs: those its layers were built on.
    inputs = _shape(layer, getattr(layer, "inputs", None) or layer.input)
    outputs = _shape(layer, layer.output)
    if getattr(layer, "data_format", None) == "channels_first":
        inputs, outputs = (shape[1:] + shape[:1] for shape in (inputs, outputs))
    kinds = {base.__name__ for base in type(layer).__mro__}
    if "BaseConvTranspose" in kinds:
        return math.prod(inputs[:-1]) * math.prod(layer.kernel.shape)
    if kinds & {"BaseConv", "BaseDepthwiseConv", "Dense"}:
        return math.prod(outputs[:-1]) * math.prod(layer.kernel.shape)
    if "BaseSeparableConv" in kinds:
        weights = math.prod(layer.depthwise_kernel.shape) + math.prod(
            layer.pointwise_kernel.shape
        )
        return math.prod(outputs[:-1]) * weights
    inner = getattr(layer, "layers", [])
    return sum(_multiplications(one) for one in inner if not _is_input(one))


def layer_table(model):
    """List every layer's output, parameters and multiplications.

    Multiplications are those of convolutions and dense layers for one
    example, those in nested models too. Not counted: scaling each element
    (batch normalisation, activations), recurrent and attention layers, and
    what a wrapper holds (TimeDistributed). A layer used more than once is
    listed and counted once.

    Args:
        model: a built keras.Model with a fixed input size; so are those in it.

    Returns:
        LayerTable; `.rows`, `.totals`, and a table in Jupyter.

    Raises:
        ValueError: the model is not built, or its input size or that of a
            model in it is not fixed; the message names the layer.
    """
    layers = getattr(model, "layers", None)
    if layers is None:
        raise ValueError(f"model must be a keras.Model; got {model!r}.")
    if not getattr(model, "built", False) or not getattr(model, "inputs", None):
        raise ValueError(
            "layer_table needs a built functional or Sequential model; start "
            "it with keras.Input((height, width, channels))."
        )
    rows = []
    for layer in layers:
        given = _is_input(layer)
        rows.append(
            LayerRow(
                name=layer.name,
                kind="Input" if given else type(layer).__name__,
                output_shape=_shape(layer, layer.output),
                parameters=layer.count_params(),
                multiplications=0 if given else _multiplications(layer),
            )
        )
    return LayerTable(rows)
