"""Faster R-CNN: first regions that may hold something, then what they hold.

Ren et al. 2015, https://arxiv.org/abs/1506.01497; RoI align from He et al.
2017, https://arxiv.org/abs/1703.06870.

Boxes are xyxy in pixels; what is 1/8 of that, in cells of the feature map,
says so. All functions take a batch, and run on every Keras backend.
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
from cnn_course.detection.yolo import backbone, conv_unit, read_out
from cnn_course.geometry import whole_number

STRIDE = 8  # pixels from one place of the feature map to the next
SHAPES = ((7, 20), (11, 17), (13, 23), (17, 28), (21, 22))  # width, height
_TINY = 1e-7
_LARGEST = 4.0  # of a size's delta: e**4 = 55 times as large


# --- anchors, and boxes relative to them -------------------------------------


def make_anchors(rows, columns, *, stride=STRIDE, shapes=SHAPES):
    """Lay boxes of each shape round every place of a feature map.

    Source: Ren et al. 2015, sec. 3.1.1.
    Differs: they take three sizes in three ratios each.

    Args:
        rows: int >= 1, of the feature map.
        columns: int >= 1, likewise.
        stride: number > 0, pixels from one place to the next.
        shapes: (A, 2) widths and heights in pixels.

    Returns:
        float32 array (rows * columns * A, 4), xyxy in pixels: row by row,
        place by place, shape by shape.

    Raises:
        ValueError: rows or columns is no int >= 1, or a shape is no shape.
    """
    rows = whole_number("rows", rows, 1)
    columns = whole_number("columns", columns, 1)
    sizes = check_sizes("shapes", shapes, "(width, height) > 0 in pixels")
    y, x = np.mgrid[0.5:rows, 0.5:columns] * stride
    centres = np.stack([x, y], axis=-1)[:, :, None]
    corners = centres - sizes / 2, centres + sizes / 2
    return np.concatenate(corners, axis=-1).reshape(-1, 4).astype(np.float32)


def _centre_and_size(boxes):
    start, end = boxes[..., :2], boxes[..., 2:]
    return (start + end) / 2, end - start


def encode_deltas(boxes, anchors):
    """Say how to get from anchors to boxes: t_x, t_y, t_w, t_h.

    The way from centre to centre is measured in widths and heights of the
    anchor; sizes are compared by the logarithm of their ratio.

    Source: Ren et al. 2015, eq. 2.

    Args:
        boxes: tensor (..., n, 4), xyxy in pixels.
        anchors: tensor (..., n, 4), xyxy in pixels, with an area.

    Returns:
        Tensor (..., n, 4), without unit; all 0 where the two are equal.
    """
    centre, size = _centre_and_size(ops.convert_to_tensor(boxes))
    anchor_centre, anchor_size = _centre_and_size(
        ops.convert_to_tensor(anchors)
    )
    anchor_size = ops.maximum(anchor_size, _TINY)
    moved = (centre - anchor_centre) / anchor_size
    grown = ops.log(ops.maximum(size, _TINY) / anchor_size)
    return ops.concatenate([moved, grown], axis=-1)


def decode_deltas(deltas, anchors):
    """Move and stretch anchors: the way back from `encode_deltas`.

    Args:
        deltas: tensor (..., n, 4), t_x, t_y, t_w, t_h.
        anchors: tensor (..., n, 4), xyxy in pixels.

    Returns:
        Tensor (..., n, 4), xyxy in pixels, not cut at the picture's edges.
    """
    deltas = ops.convert_to_tensor(deltas)
    centre, size = _centre_and_size(ops.convert_to_tensor(anchors))
    grown = ops.clip(deltas[..., 2:], -_LARGEST, _LARGEST)
    half = size * ops.exp(grown) / 2
    centre = centre + deltas[..., :2] * size
    return ops.concatenate([centre - half, centre + half], axis=-1)


# --- who belongs to whom -----------------------------------------------------


def pairwise_iou(boxes1, boxes2):
    """Compare every box of one set with every box of the other, batch-wise.

    Args:
        boxes1: tensor (..., n, 4), xyxy.
        boxes2: tensor (..., m, 4), xyxy in the same unit.

    Returns:
        Tensor (..., n, m), 0-1; 0 for boxes without area.
    """
    boxes1 = ops.convert_to_tensor(boxes1)[..., :, None, :]
    boxes2 = ops.convert_to_tensor(boxes2)[..., None, :, :]

    def area(start, end):
        sides = ops.maximum(end - start, 0.0)
        return sides[..., 0] * sides[..., 1]

    shared = area(
        ops.maximum(boxes1[..., :2], boxes2[..., :2]),
        ops.minimum(boxes1[..., 2:], boxes2[..., 2:]),
    )
    areas = [area(boxes[..., :2], boxes[..., 2:]) for boxes in (boxes1, boxes2)]
    return shared / (areas[0] + areas[1] - shared + _TINY)


def match(boxes, truth, *, positive, negative, best_too=False):
    """Give each box the true box that it overlaps most, if enough.

    Source: Ren et al. 2015, sec. 3.1.2 (positive 0.7, negative 0.3 and
    best_too for anchors); Girshick 2015, sec. 2.3 (0.5 for regions).

    Args:
        boxes: tensor (..., n, 4), xyxy in pixels.
        truth: tensor (..., m, 4) likewise; rows of zeros are no boxes.
        positive: 0-1; an IoU of at least this is an object.
        negative: 0-1; an IoU of less is background.
        best_too: bool; True: the boxes that a true box overlaps most are an
            object as well, so that each true box has one.

    Returns:
        kind: tensor (..., n), 1 object, 0 background, -1 neither.
        which: int tensor (..., n), row of truth with the highest IoU.
    """
    table = pairwise_iou(boxes, truth)
    most = ops.max(table, axis=-1)
    kind = ops.where(most < negative, 0.0, -1.0)
    kind = ops.where(most >= positive, 1.0, kind)
    if best_too:
        best = ops.max(table, axis=-2, keepdims=True)
        is_best = (table >= best - _TINY) & (best > _TINY)
        kind = ops.where(ops.any(is_best, axis=-1), 1.0, kind)
    return kind, ops.argmax(table, axis=-1)


def _rows(values, which):
    """Pick rows: (batch, m, k) by (batch, n) -> (batch, n, k)."""
    return ops.take_along_axis(values, which[..., None], axis=1)


# --- regions: the best proposals, and their features -------------------------


def propose(boxes, scores, *, count, iou_threshold=0.7):
    """Keep the best boxes of each picture by non-max suppression.

    One box a step, in all pictures of the batch at the same time, so that
    every picture has as many.

    Source: Ren et al. 2015, sec. 3.3.

    Args:
        boxes: tensor (batch, n, 4), xyxy.
        scores: tensor (batch, n), 0-1.
        count: int >= 1, boxes to keep.
        iou_threshold: 0-1; boxes that overlap a kept one more are dropped.

    Returns:
        boxes (batch, count, 4) and scores (batch, count), best first; where
        too few are left, zeros.
    """
    places = ops.arange(count)

    def step(i, state):
        left, kept, kept_scores = state
        best = ops.argmax(left, axis=1)[:, None]
        score = ops.take_along_axis(left, best, axis=1)
        box = _rows(boxes, best) * ops.cast(score[..., None] > 0, boxes.dtype)
        near = pairwise_iou(boxes, box)[..., 0] > iou_threshold
        is_best = ops.arange(ops.shape(left)[1]) == best
        left = ops.where(near | is_best, 0.0, left)
        here = ops.cast(places == i, boxes.dtype)
        kept = kept + here[:, None] * box
        return left, kept, kept_scores + here * score

    batch = ops.shape(boxes)[0]
    empty = ops.zeros((batch, count, 4)), ops.zeros((batch, count))
    _, kept, kept_scores = ops.fori_loop(0, count, step, (scores, *empty))
    return kept, kept_scores


def _hats(start, end, size, cells, samples):
    """How much of each row (or column) of cells each bin takes.

    Bilinear interpolation takes max(0, 1 - distance) of a cell, a hat over
    its centre.
    """
    steps = (ops.arange(size * samples, dtype="float32") + 0.5) / samples
    bin_size = ops.maximum(end - start, 0.0)[..., None] / size
    places = start[..., None] + steps * bin_size  # (batch, n, size * samples)
    places = ops.clip(places - 0.5, 0.0, cells - 1.0)  # the centres' numbers
    centres = ops.arange(cells, dtype="float32")
    hats = ops.maximum(0.0, 1 - ops.abs(places[..., None] - centres))
    shape = (-1, ops.shape(hats)[1], size, samples, cells)
    return ops.mean(ops.reshape(hats, shape), axis=3)


def roi_align(features, boxes, size, *, samples=2):
    """Cut boxes out of a feature map, all to one size, without rounding.

    A box is cut into size x size bins. Each bin has samples x samples points,
    whose values are interpolated bilinearly between the four nearest cells,
    and takes their mean. Cell 0 goes from 0 to 1, its centre is at 0.5.

    Source: He et al. 2017, sec. 3, "RoIAlign".
    Differs: points outside take the value at the nearest edge.

    Args:
        features: tensor (batch, rows, columns, channels).
        boxes: tensor (batch, n, 4), xyxy in **cells**.
        size: int >= 1, bins along each side.
        samples: int >= 1, points along each side of a bin.

    Returns:
        Tensor (batch, n, size, size, channels).

    Raises:
        ValueError: size or samples is no int >= 1, or a shape doesn't fit.
    """
    size = whole_number("size", size, 1)
    samples = whole_number("samples", samples, 1)
    features = ops.convert_to_tensor(features)
    boxes = ops.convert_to_tensor(boxes)
    if len(features.shape) != 4 or len(boxes.shape) != 3:
        raise ValueError(
            "features must be (batch, rows, columns, channels) and boxes "
            f"(batch, n, 4); got {tuple(features.shape)} and "
            f"{tuple(boxes.shape)}."
        )
    rows, columns = features.shape[1:3]
    down = _hats(boxes[..., 1], boxes[..., 3], size, rows, samples)
    along = _hats(boxes[..., 0], boxes[..., 2], size, columns, samples)
    # A point's share of a cell is its row's share times its column's.
    strips = ops.einsum("bnsr,brcf->bnscf", down, features)
    return ops.einsum("bntc,bnscf->bnstf", along, strips)


# --- the two-stage network ---------------------------------------------------


def _mean_where(values, chosen):
    chosen = ops.cast(chosen, values.dtype)
    return ops.sum(values * chosen) / ops.maximum(ops.sum(chosen), 1.0)


def _smooth_l1(wrong, turn=1 / 9):
    """Sum over the four deltas; a square up to `turn`, a line beyond."""
    wrong = ops.abs(wrong)
    inner = 0.5 * ops.square(wrong) / turn
    return ops.sum(ops.where(wrong < turn, inner, wrong - 0.5 * turn), axis=-1)


class FasterRCNN(keras.Model):
    """Backbone, region proposal network and head, trained together.

    The **region proposal network** (RPN) says for each anchor whether it is
    an object, and how to move it. The best boxes go on as proposals. The
    **head** gets each proposal's features from `roi_align`, and says what it
    is (class 0 is background) and how to move it once more.

    Compile with an optimizer, fit with `make_truth(pictures)`, and look at
    `predict_boxes`.

    Source: Ren et al. 2015, sec. 3.
    Differs: a small backbone from random weights; object and background
    anchors weigh the same, in place of a sample of 256; the head learns from
    all proposals and the true boxes; its deltas are shared by all classes.

    Args:
        image_size: int, side of the pictures in pixels, a multiple of 8.
        classes: int >= 1, without the background.
        shapes: (A, 2) widths and heights of the anchors in pixels.
        proposals: int >= 1, regions that go on to the head.
        bins: int >= 1, side of a region's features.

    Raises:
        ValueError: an argument is outside its range.
    """

    def __init__(
        self, image_size, classes, *, shapes=SHAPES, proposals=24, bins=5
    ):
        super().__init__(name="faster_rcnn")
        classes = whole_number("classes", classes, 1)
        if whole_number("image_size", image_size, STRIDE) % STRIDE:
            raise ValueError(
                f"image_size must be a multiple of {STRIDE}; got {image_size}."
            )
        self.image_size, self.classes = image_size, classes
        self.proposals = whole_number("proposals", proposals, 1)
        self.bins = whole_number("bins", bins, 1)
        cells = image_size // STRIDE
        self.anchors = make_anchors(cells, cells, shapes=shapes)

        pictures = keras.Input((image_size, image_size, 3))
        self.backbone = keras.Model(pictures, backbone(pictures))
        inputs = keras.Input((cells, cells, self.backbone.output.shape[-1]))
        x = conv_unit(inputs, 64)
        scores = layers.Conv2D(len(shapes), 1, name="objectness")(x)
        deltas = layers.Conv2D(4 * len(shapes), 1, name="deltas")(x)
        outputs = [
            layers.Reshape((-1,))(scores),
            layers.Reshape((-1, 4))(deltas),
        ]
        self.rpn = keras.Model(inputs, outputs, name="rpn")

        region = keras.Input((None, bins, bins, inputs.shape[-1]))
        x = layers.Reshape((-1, bins * bins * inputs.shape[-1]))(region)
        x = layers.Dense(128, use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.97)(x))
        outputs = [
            layers.Dense(1 + classes, name="classes")(x),
            layers.Dense(4, name="deltas")(x),
        ]
        self.head = keras.Model(region, outputs, name="head")

    def call(self, images, training=False):
        """Run the first stage.

        Args:
            images: tensor (batch, image_size, image_size, 3), 0 to 255.
            training: bool, for batch normalisation.

        Returns:
            features (batch, cells, cells, 64), objectness (batch, anchors)
            before the sigmoid, deltas (batch, anchors, 4).
        """
        features = self.backbone(images, training=training)
        return features, *self.rpn(features, training=training)

    def regions(self, objectness, deltas):
        """Make proposals of what the RPN says.

        Args:
            objectness: tensor (batch, anchors), before the sigmoid.
            deltas: tensor (batch, anchors, 4).

        Returns:
            boxes (batch, proposals, 4) xyxy in pixels, cut at the picture's
            edges, and scores (batch, proposals); zeros where there are no
            more. No gradient flows through them.
        """
        boxes = decode_deltas(deltas, self.anchors)
        boxes = ops.stop_gradient(ops.clip(boxes, 0.0, self.image_size))
        scores = ops.stop_gradient(ops.sigmoid(objectness))
        return propose(boxes, scores, count=self.proposals)

    def classify(self, features, boxes, training=False):
        """Run the second stage.

        Args:
            features: tensor (batch, cells, cells, 64).
            boxes: tensor (batch, n, 4), xyxy in pixels.
            training: bool, for batch normalisation.

        Returns:
            (batch, n, 1 + classes) before the softmax, deltas (batch, n, 4).
        """
        regions = roi_align(features, boxes / STRIDE, self.bins)
        return self.head(regions, training=training)

    def loss_terms(self, truth, features, objectness, deltas, training=False):
        """Measure both stages, each by what it takes boxes for, and where.

        Source: Ren et al. 2015, eq. 1; Girshick 2015, eq. 1.

        Args:
            truth: dict as from `make_truth`, for this batch.
            features: as from `call`.
            objectness: likewise.
            deltas: likewise.
            training: bool, for batch normalisation.

        Returns:
            Dict of scalars: "objectness", "anchors", "classes", "boxes".
        """
        true_boxes, labels = truth["boxes"], truth["labels"]
        anchors = ops.broadcast_to(
            self.anchors, (ops.shape(true_boxes)[0], *self.anchors.shape)
        )
        kind, which = match(
            anchors, true_boxes, positive=0.7, negative=0.3, best_too=True
        )
        shall = encode_deltas(_rows(true_boxes, which), anchors)
        # -log(sigmoid(x)) is softplus(-x).
        unseen = _mean_where(ops.softplus(-objectness), kind == 1)
        false_alarm = _mean_where(ops.softplus(objectness), kind == 0)
        terms = {
            "objectness": (unseen + false_alarm) / 2,
            "anchors": _mean_where(_smooth_l1(deltas - shall), kind == 1),
        }

        proposals, _ = self.regions(objectness, deltas)
        boxes = ops.concatenate([proposals, true_boxes], axis=1)
        logits, moves = self.classify(features, boxes, training)
        kind, which = match(boxes, true_boxes, positive=0.5, negative=0.5)
        label = ops.take_along_axis(labels, which, axis=1)
        label = ops.where(kind == 1, label + 1, 0)  # 0 is background
        entropy = keras.losses.sparse_categorical_crossentropy(
            label, logits, from_logits=True
        )
        is_box = boxes[..., 2] > boxes[..., 0]
        shall = encode_deltas(_rows(true_boxes, which), boxes)
        terms["classes"] = _mean_where(entropy, is_box)
        terms["boxes"] = _mean_where(_smooth_l1(moves - shall), kind == 1)
        return terms

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """Add up `loss_terms`; `fit` calls this."""
        return sum(self.loss_terms(y, *y_pred, training=training).values())


def make_truth(pictures, *, most=None):
    """Lay the true boxes of all pictures into arrays, for `fit`.

    Args:
        pictures: Scenes, BoxedImages, or another object with their boxes
            and labels.
        most: int, rows a picture; None: as many as the fullest has, but one
            of zeros if none has any.

    Returns:
        Dict: "boxes", float32 array (n, most, 4), xyxy in pixels, and
        "labels", int32 array (n, most); zeros where there are no more.

    Raises:
        ValueError: boxes that are none or relative (0-1), or more than
            `most`; the message names the picture.
    """
    counts = [len(boxes) for boxes in pictures.boxes]
    most = max([1, *counts]) if most is None else most
    truth = {
        "boxes": np.zeros((len(counts), most, 4), np.float32),
        "labels": np.zeros((len(counts), most), np.int32),
    }
    for i, (boxes, labels) in enumerate(
        zip(pictures.boxes, pictures.labels, strict=True)
    ):
        boxes = check_boxes(f"boxes of picture {i}", boxes)
        if look_relative(boxes):
            raise ValueError(
                f"boxes of picture {i} must be in pixels; all lie within 0-1."
            )
        if len(boxes) > most or len(labels) != len(boxes):
            raise ValueError(
                f"picture {i} must have one label a box, and at most {most}; "
                f"got {len(boxes)} boxes and {len(labels)} labels."
            )
        truth["boxes"][i, : len(boxes)] = boxes
        truth["labels"][i, : len(boxes)] = labels
    return truth


def predict_boxes(
    model,
    images,
    *,
    score_threshold=0.5,
    iou_threshold=0.5,
    per_class=True,
    max_boxes=100,
    batch_size=100,
):
    """Find the objects in pictures: both stages, then non-max suppression.

    Args:
        model: FasterRCNN.
        images: array (n, image_size, image_size, 3), 0 to 255.
        score_threshold: 0-1; boxes with more than this count.
        iou_threshold: 0-1; boxes that overlap more are one thing.
        per_class: bool; True: only if they are of one class.
        max_boxes: int >= 0, at most so many a picture.
        batch_size: int >= 1, pictures the network sees at a time.

    Returns:
        boxes, scores, labels: lists with an array for each picture, best
        first, as from `yolo.predict`.
    """

    def candidates():
        for first in range(0, len(images), batch_size):
            batch = images[first : first + batch_size].astype("float32")
            features, objectness, deltas = model(batch)
            proposals, is_box = model.regions(objectness, deltas)
            logits, moves = model.classify(features, proposals)
            boxes = decode_deltas(moves, proposals)
            boxes = ops.clip(boxes, 0, model.image_size)
            is_box = ops.cast(is_box > 0, logits.dtype)[..., None]
            scores = ops.softmax(logits)[..., 1:] * is_box
            pairs = map(ops.convert_to_numpy, (boxes, scores))
            for boxes, scores in zip(*pairs, strict=True):
                yield read_out(boxes, scores, score_threshold)

    return suppress_each(
        candidates(),
        iou_threshold=iou_threshold,
        per_class=per_class,
        max_boxes=max_boxes,
    )
