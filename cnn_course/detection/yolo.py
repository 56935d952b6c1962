"""YOLO: each cell of a grid says what has its centre there, and how large.

Redmon et al. 2015, https://arxiv.org/abs/1506.02640 (the grid); Redmon and
Farhadi 2016, https://arxiv.org/abs/1612.08242 (anchors); without anchors:
Tian et al. 2019, https://arxiv.org/abs/1904.01355, and YOLOv8 (2023).

Pictures' boxes are in pixels. In a grid's arrays every length is in cells:
`encode` and `encode_free` go from the one to the other, `decode` and
`decode_free` back.
"""

import keras
import numpy as np
from keras import layers, ops

from cnn_course.detection.boxes import (
    check_boxes,
    check_sizes,
    look_relative,
)
from cnn_course.detection.nms import suppress_each
from cnn_course.geometry import whole_number

STAGES = ((16, 0), (32, 2), (64, 1))  # filters, residual units after the stride
_TINY = 1e-7


# --- what the network shall say: boxes to grid and back ----------------------


def _two(name, value):
    try:
        sides = np.broadcast_to(value, 2).tolist()
    except ValueError:
        sides = [value]
    return [whole_number(name, side, 1) for side in sides]


def _cell_size(image_size, rows, columns):
    """Width and height of a cell in pixels."""
    height, width = _two("image_size", image_size)
    return np.array([width / columns, height / rows])


def _check(boxes, labels, classes, image_size):
    """Return boxes and labels as arrays, or name the row that is wrong."""
    boxes, labels = check_boxes("boxes", boxes, float), np.asarray(labels)
    if len(labels) != len(boxes):
        raise ValueError(
            "boxes and labels must have one row for each object; got "
            f"{len(boxes)} and {len(labels)}."
        )
    if look_relative(boxes):
        raise ValueError(
            "boxes must be in pixels; all lie within 0-1, row 0 is "
            f"{tuple(boxes[0].tolist())}. Call convert_boxes(boxes, "
            '"rel_xyxy", "xyxy", height=..., width=...) first.'
        )
    height, width = _two("image_size", image_size)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    outside = ((centres < 0) | (centres > [width, height])).any(axis=1)
    if outside.any():
        row = int(np.argmax(outside))
        raise ValueError(
            f"boxes must have their centres in the picture, {width}x{height} "
            f"pixels; row {row} is {tuple(boxes[row].tolist())}."
        )
    right = (labels >= 0) & (labels < classes) & (labels % 1 == 0)
    if not right.all():
        row = int(np.argmin(right))
        raise ValueError(
            f"labels must be whole numbers from 0 to {classes - 1} for "
            f"classes={classes}; row {row} is {labels[row]}."
        )
    return boxes, labels.astype(int)


def _check_anchors(anchors):
    return check_sizes("anchors", anchors, "(height, width) > 0 in cells")


def _alike(sizes1, sizes2):
    """IoU of boxes that share their centre, from (height, width)."""
    shared = np.minimum(sizes1, sizes2).prod(axis=-1)
    union = sizes1.prod(axis=-1) + sizes2.prod(axis=-1) - shared
    return shared / np.maximum(union, _TINY)


def encode(boxes, labels, *, classes, image_size, grid, anchors=((1, 1),)):
    """Write one picture's boxes into the grid, as the network shall say it.

    The cell in which a box has its centre holds, for one of its anchors,

        p_c, b_x, b_y, b_h, b_w, c_1, ..., c_classes

    p_c is 1, b_x and b_y in [0, 1] are the centre, from the cell's upper left
    corner, b_h and b_w the size, all four **in cells**; the size may exceed
    1. The box's class is 1. All else is 0. A box takes the free anchor that
    is most like it in height and width; if its cell has none free, it is
    left out.

    Source: Redmon et al. 2015, sec. 2; 2016, sec. 2, for the anchors.
    Differs: v1 measures sizes in pictures, not cells.

    Args:
        boxes: (n, 4) x_min, y_min, x_max, y_max in pixels.
        labels: (n,) ints from 0 to classes - 1.
        classes: int >= 1.
        image_size: int, or (height, width), in pixels.
        grid: int, or (rows, columns), of cells.
        anchors: (A, 2) heights and widths in cells. One anchor, whatever its
            size: one box a cell.

    Returns:
        float32 array (rows, columns, A * (5 + classes)).

    Raises:
        ValueError: boxes that are none, relative (0-1) or outside, labels
            that are none, the message names the row; anchors that are none.
    """
    boxes, labels = _check(boxes, labels, classes, image_size)
    (rows, columns), anchors = _two("grid", grid), _check_anchors(anchors)
    cell = _cell_size(image_size, rows, columns)
    values = np.zeros((rows, columns, len(anchors), 5 + classes), np.float32)
    for box, label in zip(boxes, labels, strict=True):
        x, y = (box[:2] + box[2:]) / 2 / cell
        w, h = (box[2:] - box[:2]) / cell
        # A centre on the picture's last edge belongs to the last cell.
        row, column = min(int(y), rows - 1), min(int(x), columns - 1)
        slots = values[row, column]
        free = slots[:, 0] == 0
        if free.any():
            likeness = _alike(np.array([h, w]), anchors)
            best = np.argmax(np.where(free, likeness, -1))
            slots[best, :5] = 1, x - column, y - row, h, w
            slots[best, 5 + label] = 1
    return values.reshape(rows, columns, -1)


def read_out(boxes, class_scores, score_threshold):
    """List each box once for every class that scores enough.

    Args:
        boxes: array (..., 4).
        class_scores: array (..., classes), of the same places.
        score_threshold: number; scores above it count.

    Returns:
        boxes (n, 4), scores (n,), labels (n,) ints.
    """
    *place, labels = np.nonzero(class_scores > score_threshold)
    return boxes[*place], class_scores[*place, labels], labels


def decode(values, *, classes, image_size, score_threshold=0.5):
    """Read the boxes out of a grid: the way back from `encode`.

    A box scores p_c times its class's number; one that scores enough in two
    classes is read twice.

    Args:
        values: array (rows, columns, A * (5 + classes)), from `encode` or
            from a network with `grid_head`.
        classes: int >= 1.
        image_size: int, or (height, width), in pixels.
        score_threshold: 0-1; boxes with more than this are read.

    Returns:
        boxes (n, 4) xyxy in pixels, scores (n,) 0-1, labels (n,) ints.

    Raises:
        ValueError: the channels are no multiple of 5 + classes.
    """
    values = np.asarray(values)
    rows, columns, channels = values.shape
    if channels % (5 + classes):
        raise ValueError(
            f"values must have a multiple of {5 + classes} channels for "
            f"classes={classes}; got {channels}."
        )
    values = values.reshape(rows, columns, -1, 5 + classes)
    p_c, b_x, b_y, b_h, b_w = np.moveaxis(values[..., :5], -1, 0)
    row, column, _ = np.indices(p_c.shape)
    centre = np.stack([column + b_x, row + b_y], axis=-1)
    half = np.stack([b_w, b_h], axis=-1) / 2
    boxes = np.concatenate([centre - half, centre + half], axis=-1)
    boxes *= np.tile(_cell_size(image_size, rows, columns), 2)
    return read_out(boxes, p_c[..., None] * values[..., 5:], score_threshold)


def encode_free(boxes, labels, *, classes, image_size, grid, radius=1.0):
    """Write one picture's boxes into the grid, without anchors or p_c.

    A cell that answers for a box holds

        left, top, right, bottom, c_1, ..., c_classes

    the four distances from the **cell's centre** to the box's sides, in
    cells, and 1 for its class; all other cells hold 0. The cell with the
    box's centre answers for it, and so do the cells around whose centres lie
    in the box and, along x and y, within `radius` of the box's centre. Where
    boxes meet, the smaller one has the cell, but each keeps the cell of its
    centre from the others' neighbours.

    Source: Tian et al. 2019, sec. 3.1; YOLOv8's head.
    Differs: YOLOv8 lets the network's own answers choose the cells. A box that
    misses the centre of its own cell, being smaller than a cell, has a negative
    distance there, and `decode_free` needs it; `free_head`, never below 0, can
    say no box that small.

    Args:
        boxes: (n, 4) x_min, y_min, x_max, y_max in pixels.
        labels: (n,) ints from 0 to classes - 1.
        classes: int >= 1.
        image_size: int, or (height, width), in pixels.
        grid: int, or (rows, columns), of cells.
        radius: number >= 0, in cells; 0: the cell of the centre alone.

    Returns:
        float32 array (rows, columns, 4 + classes).

    Raises:
        ValueError: as for `encode`.
    """
    boxes, labels = _check(boxes, labels, classes, image_size)
    rows, columns = _two("grid", grid)
    boxes = boxes / np.tile(_cell_size(image_size, rows, columns), 2)
    y, x = np.ogrid[0.5:rows, 0.5:columns]  # the cells' centres
    left, top, right, bottom = boxes.T[..., None, None]  # each (n, 1, 1)
    sides = np.broadcast_arrays(x - left, y - top, right - x, bottom - y)
    distances = np.stack(sides, axis=-1)  # (n, rows, columns, 4)
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    answers = (abs(x - middle_x) < radius) & (abs(y - middle_y) < radius)
    answers &= (distances > 0).all(axis=-1)
    owner = np.full((rows, columns), -1)
    smallest_last = np.argsort(-(boxes[:, 2:] - boxes[:, :2]).prod(axis=1))
    for i in smallest_last:
        owner[answers[i]] = i
    for i in smallest_last:  # neighbours first, then each its own cell
        row = min(int(middle_y[i, 0, 0]), rows - 1)
        owner[row, min(int(middle_x[i, 0, 0]), columns - 1)] = i
    values = np.zeros((rows, columns, 4 + classes), np.float32)
    row, column = np.nonzero(owner >= 0)
    who = owner[row, column]
    values[row, column, :4] = distances[who, row, column]
    values[row, column, 4 + labels[who]] = 1
    return values


def decode_free(values, *, image_size, score_threshold=0.5):
    """Read the boxes out of a grid without anchors.

    Args:
        values: array (rows, columns, 4 + classes), from `encode_free` or from
            a network with `free_head`.
        image_size: int, or (height, width), in pixels.
        score_threshold: 0-1; boxes with more than this are read.

    Returns:
        boxes (n, 4) xyxy in pixels, scores (n,) 0-1, labels (n,) ints; a box
        for each cell that answers, so several for one object.
    """
    values = np.asarray(values)
    rows, columns, _ = values.shape
    y, x = np.mgrid[0.5:rows, 0.5:columns]
    left, top, right, bottom = np.moveaxis(values[..., :4], -1, 0)
    boxes = np.stack([x - left, y - top, x + right, y + bottom], axis=-1)
    boxes *= np.tile(_cell_size(image_size, rows, columns), 2)
    return read_out(boxes, values[..., 4:], score_threshold)


def make_targets(pictures, *, grid, encoder=encode_free, **options):
    """Encode the boxes of all pictures, for `fit`.

    Args:
        pictures: Scenes, BoxedImages, or another object with their images,
            boxes, labels and class_names.
        grid: int, or (rows, columns), of cells.
        encoder: encode_free or encode.
        **options: the encoder's own, such as anchors or radius.

    Returns:
        float32 array (n, rows, columns, channels).

    Raises:
        ValueError: a box or label is none; the message names its picture.
    """
    options |= {"classes": len(pictures.class_names), "grid": grid}
    options["image_size"] = pictures.images.shape[1:3]
    targets = []
    for i, (boxes, labels) in enumerate(
        zip(pictures.boxes, pictures.labels, strict=True)
    ):
        try:
            targets.append(encoder(boxes, labels, **options))
        except ValueError as error:
            raise ValueError(f"picture {i}: {error}") from None
    return np.stack(targets)


# --- how far the network is from it: the losses, term by term ----------------


def grid_terms(y_true, y_pred, *, classes):
    """Measure each thing that a grid with p_c can get wrong: squared errors.

    Where p_c is 0 there is no box: only p_c itself counts there. The square
    root makes one cell too wide worse for a small box than for a large one.

    Source: Redmon et al. 2015, sec. 2.2.
    Differs: p_c shall be 1, not the IoU; sizes are in cells.

    Args:
        y_true: tensor (batch, rows, columns, A * (5 + classes)) as from
            `encode`.
        y_pred: tensor of the same shape, from a network with `grid_head`.
        classes: int >= 1.

    Returns:
        Dict of scalars, sums over the cells for each object: "object",
        "no object", "centre", "size", "class".
    """
    anchors = y_true.shape[-1] // (5 + classes)
    y_true = ops.split(
        ops.reshape(y_true, (-1, anchors, 5 + classes)), [1, 3, 5], -1
    )
    y_pred = ops.split(
        ops.reshape(y_pred, (-1, anchors, 5 + classes)), [1, 3, 5], -1
    )
    p_c = y_true[0]
    objects = ops.maximum(ops.sum(p_c), 1.0)

    def squared(i, change=lambda values: values):
        return ops.square(change(y_true[i]) - change(y_pred[i]))

    def root(size):
        return ops.sqrt(ops.maximum(size, _TINY))

    return {
        "object": ops.sum(p_c * squared(0)) / objects,
        "no object": ops.sum((1 - p_c) * squared(0)) / objects,
        "centre": ops.sum(p_c * squared(1)) / objects,
        "size": ops.sum(p_c * squared(2, root)) / objects,
        "class": ops.sum(p_c * squared(3)) / objects,
    }


def grid_loss(y_true, y_pred, *, classes):
    """Add up `grid_terms`, with the weights of the first YOLO.

    Most cells are empty, so that the empty ones together would outweigh the
    few that matter: they count half. Where an object is counts five times.

    Source: Redmon et al. 2015, eq. 3.

    Args:
        y_true: as for `grid_terms`.
        y_pred: likewise.
        classes: int >= 1.

    Returns:
        Scalar.
    """
    terms = grid_terms(y_true, y_pred, classes=classes)
    place = 5 * (terms["centre"] + terms["size"])
    return place + terms["object"] + 0.5 * terms["no object"] + terms["class"]


def distance_iou(y_true, y_pred):
    """Compare two boxes a cell, each given by distances from the same point.

    Source: Rezatofighi et al. 2019, https://arxiv.org/abs/1902.09630.

    Args:
        y_true: tensor (..., 4 or more), left, top, right, bottom first.
        y_pred: likewise.

    Returns:
        iou, giou: tensors (...). GIoU is IoU less the part of the smallest
        box around both that neither covers: below 0 for boxes far apart, so
        that its gradient brings them together where IoU is flat.
    """
    true, pred = y_true[..., :4], y_pred[..., :4]
    near, far = ops.minimum(true, pred), ops.maximum(true, pred)

    def area(sides):
        sides = ops.maximum(sides[..., :2] + sides[..., 2:], 0.0)
        return sides[..., 0] * sides[..., 1]  # width times height

    shared, around = area(near), area(far)
    union = area(true) + area(pred) - shared
    iou = shared / (union + _TINY)
    return iou, iou - (around - union) / (around + _TINY)


def box_loss(y_true, y_pred):
    """Tell how badly the boxes fit: mean 1 - GIoU of the cells that answer.

    Args:
        y_true: tensor (batch, rows, columns, 4 + classes) as from
            `encode_free`.
        y_pred: tensor of the same shape, from a network with `free_head`.

    Returns:
        Scalar, 0 to 2.
    """
    answers = ops.sum(y_true[..., 4:], axis=-1)
    _, giou = distance_iou(y_true, y_pred)
    return ops.sum(answers * (1 - giou)) / ops.maximum(ops.sum(answers), 1.0)


def class_loss(y_true, y_pred):
    """Tell how wrong the scores are: cross-entropy, summed over all cells.

    A class shall score what its box is worth: the IoU of the cell's own
    answer, and 0 in all other cells and classes. So a high score says both
    "a 7" and "the box fits", and no p_c is needed.

    Source: Li et al. 2020, https://arxiv.org/abs/2006.04388, sec. 3.1.
    Differs: plain cross-entropy, without their focal weights.

    Args:
        y_true: as for `box_loss`.
        y_pred: likewise.

    Returns:
        Scalar, for each cell that answers.
    """
    iou, _ = distance_iou(y_true, y_pred)
    right = y_true[..., 4:] * ops.stop_gradient(iou)[..., None]
    wrong = ops.binary_crossentropy(right, y_pred[..., 4:])
    return ops.sum(wrong) / ops.maximum(ops.sum(y_true[..., 4:]), 1.0)


def free_loss(y_true, y_pred):
    """Add up the two terms: 2 * box_loss + class_loss.

    Args:
        y_true: as for `box_loss`.
        y_pred: likewise.

    Returns:
        Scalar.
    """
    return 2 * box_loss(y_true, y_pred) + class_loss(y_true, y_pred)


# --- the network -------------------------------------------------------------


def conv_unit(x, filters, strides=1, name=None):
    """Convolve 3x3, normalise the batch, ReLU.

    Parameters: 9·C·K + 4·K, with C input channels and K filters.

    Args:
        x: tensor (batch, height, width, channels), channels known.
        filters: int >= 1.
        strides: int >= 1.
        name: layer-name prefix; None: Keras picks.

    Returns:
        Tensor (batch, ceil(height / strides), ceil(width / strides), filters).
    """

    def named(part):
        return name and f"{name}_{part}"

    conv = {"padding": "same", "use_bias": False, "name": named("conv")}
    x = layers.Conv2D(filters, 3, strides, **conv)(x)
    # Keras's 0.99 follows too slowly for a training of a few minutes.
    x = layers.BatchNormalization(momentum=0.97, name=named("bn"))(x)
    return layers.ReLU(name=named("relu"))(x)


def backbone(x):
    """Look at a picture: one place for every 8x8 pixels, 64 channels.

    Each stage of STAGES halves the sides and goes on with units that are
    added to their input, as in ResNet.

    Args:
        x: tensor (batch, height, width, 3), 0 to 255.

    Returns:
        Tensor (batch, height / 8, width / 8, 64), rounded up.
    """
    x = layers.Rescaling(1 / 127.5, offset=-1, name="rescaling")(x)
    for stage, (filters, units) in enumerate(STAGES, start=1):
        x = conv_unit(x, filters, strides=2, name=f"stage{stage}")
        for unit in range(1, units + 1):
            name = f"stage{stage}_unit{unit}"
            y = conv_unit(x, filters, name=f"{name}_1")
            y = conv_unit(y, filters, name=f"{name}_2")
            x = layers.Add(name=f"{name}_add")([x, y])
    return x


def grid_head(x, classes, anchors=((1, 1),), name="grid"):
    """Say p_c, b_x, b_y, b_h, b_w and the classes, for each cell and anchor.

    p_c, b_x, b_y and the classes go through a sigmoid; the size is the
    anchor's times e to the power of the network's number.

    Source: Redmon and Farhadi 2016, sec. 2, "Direct location prediction".

    Args:
        x: tensor (batch, rows, columns, channels).
        classes: int >= 1.
        anchors: (A, 2) heights and widths in cells.
        name: layer-name prefix.

    Returns:
        Tensor (batch, rows, columns, A * (5 + classes)), as from `encode`.

    Raises:
        ValueError: anchors are no pairs above 0.
    """
    x = conv_unit(x, 64, name=name)
    parts = []
    for i, size in enumerate(_check_anchors(anchors), start=1):
        for part, units in (("place", 3), ("size", 2), ("class", classes)):
            named = f"{name}_{part}{i}"
            y = layers.Conv2D(units, 1, name=named)(x)
            kind = "exponential" if part == "size" else "sigmoid"
            y = layers.Activation(kind, name=f"{named}_{kind}")(y)
            if part == "size":
                y = layers.Rescaling(
                    list(map(float, size)), name=f"{named}_cells"
                )(y)
            parts.append(y)
    return layers.Concatenate(name=name + "_out")(parts)


def free_head(x, classes, name="free"):
    """Say four distances and the classes' scores, for each cell.

    Boxes and classes have a convolution of their own. Distances go through
    softplus, which is never negative, scores through a sigmoid.

    Source: Tian et al. 2019, Fig. 2; YOLOv8's head.
    Differs: YOLOv8 makes each distance the mean of 16 scored ones.

    Args:
        x: tensor (batch, rows, columns, channels).
        classes: int >= 1.
        name: layer-name prefix.

    Returns:
        Tensor (batch, rows, columns, 4 + classes), as from `encode_free`.
    """
    boxes = conv_unit(x, 64, name=f"{name}_box")
    boxes = layers.Conv2D(
        4,
        1,
        activation="softplus",
        bias_initializer="ones",
        name=f"{name}_distances",
    )(boxes)
    scores = conv_unit(x, 64, name=f"{name}_class")
    # At first every class is unlikely everywhere, which is nearly right.
    rare = keras.initializers.Constant(-4.0)
    scores = layers.Conv2D(
        classes,
        1,
        activation="sigmoid",
        bias_initializer=rare,
        name=f"{name}_scores",
    )(scores)
    return layers.Concatenate(name=f"{name}_out")([boxes, scores])


def yolo(input_shape=(96, 96, 3), classes=10):
    """Make a small YOLO without anchors: backbone and free_head.

    Train it with `free_loss` on `make_targets(pictures, grid=...)`, the grid
    being the sides of its output.

    Parameters: 210 686 for 10 classes.

    Args:
        input_shape: (height, width, 3) in pixels.
        classes: int >= 1.

    Returns:
        keras.Model, pictures (batch, height, width, 3) 0 to 255 -> (batch,
        height / 8, width / 8, 4 + classes), as from `encode_free`.
    """
    inputs = keras.Input(input_shape)
    outputs = free_head(backbone(inputs), whole_number("classes", classes, 1))
    return keras.Model(inputs, outputs, name="yolo")


# --- using it ----------------------------------------------------------------


def predict(
    model,
    images,
    *,
    decoder=decode_free,
    score_threshold=0.5,
    iou_threshold=0.5,
    per_class=True,
    max_boxes=100,
    batch_size=100,
    **options,
):
    """Find the objects in pictures: network, decoder, non-max suppression.

    Args:
        model: keras.Model from pictures to a grid.
        images: array (n, height, width, 3), 0 to 255.
        decoder: decode_free or decode.
        score_threshold: 0-1; boxes with more than this count.
        iou_threshold: 0-1; boxes that overlap more are one thing.
        per_class: bool; True: only if they are of one class. False is right
            where things do not cover each other.
        max_boxes: int >= 0, at most so many a picture.
        batch_size: int >= 1, pictures the network sees at a time.
        **options: the decoder's own, such as classes for decode.

    Returns:
        boxes, scores, labels: lists with an array for each picture, best
        first; boxes (k, 4) xyxy in pixels, cut at the picture's edges.
    """
    height, width = images.shape[1:3]

    def candidates():
        for first in range(0, len(images), batch_size):
            batch = images[first : first + batch_size].astype("float32")
            grids = model(batch, training=False)
            for grid in ops.convert_to_numpy(grids):
                boxes, scores, labels = decoder(
                    grid,
                    image_size=(height, width),
                    score_threshold=score_threshold,
                    **options,
                )
                boxes = boxes.clip(0, [width, height, width, height])
                yield boxes, scores, labels

    return suppress_each(
        candidates(),
        iou_threshold=iou_threshold,
        per_class=per_class,
        max_boxes=max_boxes,
    )
