"""Draw a Keras model as boxes and arrows, with the shapes on the arrows.

Everything is read from the built model: `plots.block_diagram(model)`.
"""

from collections import defaultdict
from itertools import pairwise

import matplotlib.pyplot as plt

from cnn_course.plots.style import INK

_COLUMN, _ROW = 2.5, 0.92  # inches from box to box
_BOX = {"boxstyle": "round,pad=0.35", "edgecolor": INK, "linewidth": 1}
_FILL = {"weights": "#cfe3f2", "join": "#fbe0c8", "other": "#f2f2f2"}
_ABSORBED = {  # drawn in the box of the layer before
    "Activation",
    "BatchNormalization",
    "LeakyReLU",
    "PReLU",
    "ReLU",
    "Softmax",
}
_WORDS = {
    "UnitNormalization": "scale to length 1",
    "Add": "+",
    "Average": "average of all",
    "BatchNormalization": "batch norm",
    "Concatenate": "concatenate",
    "Flatten": "flatten",
    "GlobalAveragePooling2D": "global average",
    "GlobalMaxPooling2D": "global maximum",
    "InputLayer": "input",
    "Multiply": "×",
    "ReLU": "ReLU",
}
_NAMES = {"relu": "ReLU", "hard_silu": "hard swish", "silu": "swish"}


def _sides(pair):
    return "×".join(str(side) for side in pair)


def _activation(layer):
    name = getattr(getattr(layer, "activation", None), "__name__", "linear")
    return "" if name == "linear" else _NAMES.get(name, name)


def _describe(layer):
    """Say in a few words what a layer does."""
    kind, words = type(layer).__name__, []
    strides = getattr(layer, "strides", 1)
    step = strides[0] if isinstance(strides, tuple) else strides
    if kind in _WORDS:
        words = [_WORDS[kind]]
    elif kind == "Activation":
        return _activation(layer)
    elif "Conv2D" in kind:
        what = "convolution"
        if kind == "DepthwiseConv2D":
            what = "depthwise"
        elif kind == "Conv2DTranspose":
            what = "transpose conv."
        elif kind != "Conv2D":
            what = kind.removesuffix("Conv2D").lower()
        words = [f"{_sides(layer.kernel_size)} {what}"]
        if kind != "DepthwiseConv2D":
            words.append(str(layer.filters))
    elif kind in ("MaxPooling2D", "AveragePooling2D"):
        what = "max-pool" if kind[0] == "M" else "average pool"
        words = [f"{_sides(layer.pool_size)} {what}"]
    elif kind == "Dense":
        words = ["dense", str(layer.units)]
    elif kind == "Dropout":
        words = [f"dropout {layer.rate:g}"]
    elif kind == "ZeroPadding2D":
        words = ["zero padding"]
    else:
        words = [kind.lower()]
    if step != 1:
        words.append(f"stride {step}")
    return ", ".join(words)


def _graph(model):
    """Read boxes and arrows: {layer: [layers before it]} in model order."""
    import keras

    # A Sequential model does not list its input; the same as a graph does.
    graph = keras.Model(model.inputs, model.outputs).layers
    made_by = {id(layer.output): layer for layer in graph}
    before = {}
    for layer in graph:
        inputs = [] if type(layer).__name__ == "InputLayer" else layer.input
        inputs = inputs if isinstance(inputs, list) else [inputs]
        before[layer] = [made_by[id(tensor)] for tensor in inputs]
    return before


def _fuse(before):
    """Put batch norm and activations into the box of the layer before.

    Returns the boxes, as lists of layers, and {box index: [indices before]}.
    """
    readers = defaultdict(int)
    for sources in before.values():
        for source in sources:
            readers[source] += 1
    boxes, box_of = [], {}
    for layer, sources in before.items():
        pads = sources and type(sources[0]).__name__ == "ZeroPadding2D"
        absorbed = type(layer).__name__ in _ABSORBED or pads
        if (
            absorbed
            and readers[sources[0]] == 1
            and type(sources[0]).__name__ != "InputLayer"
        ):
            box_of[layer] = box_of[sources[0]]
            boxes[box_of[layer]].append(layer)
        else:
            box_of[layer] = len(boxes)
            boxes.append([layer])
    arrows = {
        number: [box_of[source] for source in before[box[0]]]
        for number, box in enumerate(boxes)
    }
    return boxes, arrows


def _place(arrows):
    """Give each box a row and a column; long arrows get a way between boxes.

    Returns {box: (column, row)} and {(source, target, nth): [places]}.
    """
    row = {}
    for box, sources in arrows.items():
        row[box] = max((row[source] + 1 for source in sources), default=0)
    rows, ways = defaultdict(list), {}
    links = defaultdict(list)  # what is right above each box or waypoint
    for box, sources in arrows.items():
        for nth, source in enumerate(sources):
            way = [source]
            for level in range(row[source] + 1, row[box]):
                way.append((source, box, nth, level))
                rows[level].append(way[-1])
            way.append(box)
            for above, below in pairwise(way):
                links[below].append(above)
            ways[source, box, nth] = way
        rows[row[box]].append(box)
    below = defaultdict(list)
    for item, above in links.items():
        for other in above:
            below[other].append(item)
    column = {}
    for level in sorted(rows):
        _spread(rows[level], column)
    for sweep in range(8):  # each goes near the middle of its neighbours
        near = links if sweep % 2 == 0 else below
        for level in sorted(rows, reverse=sweep % 2 == 1):
            rows[level].sort(key=lambda item: _middle(item, near, column))
            _spread(rows[level], column)
    level_of = {item: level for level in rows for item in rows[level]}
    places = {item: (column[item], level_of[item]) for item in column}
    return places, {
        arrow: [places[item] for item in way] for arrow, way in ways.items()
    }


def _middle(item, near, column):
    others = [column[other] for other in near[item]] or [column[item]]
    return sum(others) / len(others)


def _spread(items, column):
    for i, item in enumerate(items):
        column[item] = i - (len(items) - 1) / 2


def _text(box):
    """Write a box: what its first layer does, below it what follows."""
    words = []
    for layer in box:
        words.append(_describe(layer))
        if type(layer).__name__ not in ("Activation", *_WORDS):
            words.append(_activation(layer))
    words = [word for word in words if word]
    if len(words) > 1 and words[0] == "zero padding":
        words = words[1:]  # belongs to the convolution that follows
    return "\n".join([words[0], " · ".join(words[1:])]).strip()


def _fill(box):
    if any(
        layer.weights and "Normal" not in type(layer).__name__ for layer in box
    ):
        return _FILL["weights"]
    joins = type(box[0]).__name__ in ("Add", "Multiply", "Concatenate")
    return _FILL["join" if joins else "other"]


def _shape(layer):
    return "×".join(
        "?" if n is None else str(n) for n in layer.output.shape[1:]
    )


def block_diagram(model, title=""):
    """Draw a model's layers as boxes and its tensors as arrows.

    Batch normalisation and activations share the box of the layer before
    them; the shape of one example stands on each arrow. Layers with weights
    to learn are blue, those that join two arrows orange.

    Args:
        model: functional or Sequential keras.Model, built, whose layers are
            each used once; some twenty boxes can be read.
        title: str, above the drawing.

    Raises:
        ValueError: model is not built.
    """
    if not getattr(model, "built", False) or not getattr(model, "inputs", None):
        raise ValueError(
            "block_diagram needs a built functional or Sequential model; start "
            "it with keras.Input((height, width, channels))."
        )
    boxes, arrows = _fuse(_graph(model))
    places, ways = _place(arrows)
    columns = [column for column, _ in places.values()]
    height = max(row for _, row in places.values()) + 1
    width = max(columns) - min(columns) + 1
    _, axis = plt.subplots(figsize=(width * _COLUMN, height * _ROW))
    half = [0.19 + 0.09 * _text(box).count("\n") for box in boxes]  # of a row
    for (source, target, _), way in ways.items():
        for i, (start, end) in enumerate(pairwise(way)):
            last = i == len(way) - 2
            axis.annotate(
                "",
                (end[0], end[1] - (half[target] if last else 0)),
                (start[0], start[1] + (half[source] if i == 0 else 0)),
                arrowprops={
                    "arrowstyle": "-|>" if last else "-",
                    "color": INK,
                    "shrinkA": 0,
                    "shrinkB": 0,
                },
            )
        middle = (len(way) - 2) // 2
        (x1, y1), (x2, y2) = way[middle], way[middle + 1]
        axis.text(
            (x1 + x2) / 2 + 0.03,
            (y1 + y2) / 2,
            _shape(boxes[source][-1]),
            fontsize=8,
            va="center",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
        )
    for number, box in enumerate(boxes):
        axis.text(
            *places[number],
            _text(box),
            ha="center",
            va="center",
            fontsize=9,
            bbox=_BOX | {"facecolor": _fill(box)},
        )
    axis.set(
        xlim=(min(columns) - 0.5, max(columns) + 0.5),
        ylim=(height - 0.5, -0.5),
        title=title,
    )
    axis.axis("off")
    plt.show()
