"""The two stages as one Keras model, what it learns from, and what it finds.

Ren et al. 2015, https://arxiv.org/abs/1506.01497.
"""

import keras
import numpy as np
from keras import layers, ops

from cnn_course.detection.boxes import check_boxes, check_pixels
from cnn_course.detection.faster_rcnn.anchors import (
    SHAPES,
    STRIDE,
    decode_deltas,
    encode_deltas,
    make_anchors,
    match,
)
from cnn_course.detection.faster_rcnn.regions import (
    propose,
    roi_align,
    rows_of,
)
from cnn_course.detection.nms import suppress_each
from cnn_course.detection.yolo import backbone, conv_unit, read_out
from cnn_course.geometry import whole_number


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

        Only the 200 anchors with the best scores (`proposals`, if that is
        more) enter non-max suppression. The authors cut the list, too.

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
        candidates = min(max(200, self.proposals), len(self.anchors))
        scores, best = ops.top_k(scores, candidates)
        boxes = rows_of(boxes, best)
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
        shall = encode_deltas(rows_of(true_boxes, which), anchors)
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
        shall = encode_deltas(rows_of(true_boxes, which), boxes)
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
        ValueError: boxes that are none, or more than `most`, and the message
            names the picture; or all are relative (0-1).
    """
    check_pixels(pictures.boxes)
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
