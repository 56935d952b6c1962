"""Pictures' boxes and a detector's answers, as COCO writes them.

What comes out is what `coco_evaluate`, pycocotools and `json.dump` take.
"""

from cnn_course.detection.boxes import check_boxes, convert_boxes
from cnn_course.detection.polygons import mask_to_polygons


def _check_lengths(lists):
    (first, values), *others = lists.items()
    for name, other in others:
        if len(other) != len(values):
            raise ValueError(
                f"{first} and {name} must be of one length; got {len(values)} "
                f"and {len(other)}."
            )


def _rows(i, boxes, **columns):
    """One picture's boxes as (x_min, y_min, width, height), and the rest."""
    boxes = check_boxes(f"boxes[{i}]", boxes)
    named = {f"{name}[{i}]": values for name, values in columns.items()}
    _check_lengths({f"boxes[{i}]": boxes, **named})
    boxes = convert_boxes(boxes, "xyxy", "xywh").tolist()
    return zip(boxes, *columns.values(), strict=True)


def _annotation(number, image_id, box, label):
    return {
        "id": number,
        "image_id": image_id,
        "category_id": int(label),
        "bbox": box,
        "area": box[2] * box[3],
        "iscrowd": 0,
    }


def _crowd_rows(number, image_id, crowds):
    rows = _rows(image_id, *crowds[:1], labels=crowds.labels)
    return [
        _annotation(number + k, image_id, box, label)
        | {"area": float(area), "iscrowd": 1}
        for k, ((box, label), area) in enumerate(
            zip(rows, crowds.areas, strict=True)
        )
    ]


def _outlines(mask):
    return {
        "area": int(mask.sum()),
        "segmentation": [p.ravel().tolist() for p in mask_to_polygons(mask)],
    }


def to_coco(pictures, *, file_names=None, polygons=False):
    """Write down where things lie, as a dict in COCO's format.

    Crowds stay crowds, and areas are those in the file, which decide what is
    small: scoring the dict gives what scoring the file gives.

    Image ids are places in the list, category ids are labels, both from 0;
    annotation ids count from 1.

    Args:
        pictures: Scenes, BoxedImages, or another object with their images,
            boxes, labels and class_names.
        file_names: list of str, one for each picture, or None.
        polygons: bool; True adds the outline of each thing in the pictures'
            instances, and its area in place of its box's.

    Returns:
        Dict with images, annotations and categories.

    Raises:
        ValueError: lists differ in length, or a box is none; the message
            names the picture's place and the row.
    """
    all_boxes, labels = pictures.boxes, pictures.labels
    count, height, width = pictures.images.shape[:3]
    lists = {"images": range(count), "boxes": all_boxes, "labels": labels}
    if file_names is not None:
        lists["file_names"] = file_names
    _check_lengths(lists)
    areas = getattr(pictures, "areas", None)
    crowds = getattr(pictures, "crowds", None)
    images, annotations = [], []
    for i, boxes in enumerate(all_boxes):
        images.append({"id": i, "width": width, "height": height})
        if file_names is not None:
            images[i]["file_name"] = file_names[i]
        rows = _rows(i, boxes, labels=labels[i])
        for number, (box, label) in enumerate(rows, 1):
            row = _annotation(len(annotations) + 1, i, box, label)
            if areas is not None:
                row["area"] = float(areas[i][number - 1])
            if polygons:
                row |= _outlines(pictures.instances[i] == number)
            annotations.append(row)
        if crowds is not None:
            annotations += _crowd_rows(len(annotations) + 1, i, crowds[i])
    categories = [
        {"id": i, "name": name} for i, name in enumerate(pictures.class_names)
    ]
    return {
        "images": images,
        "annotations": annotations,
        "categories": categories,
    }


def detections_to_coco(boxes, scores, labels):
    """Write down what a detector found, as COCO's list of results.

    Args:
        boxes: list with an array (k, 4) for each picture, x_min, y_min,
            x_max, y_max in pixels.
        scores: list with k numbers for each picture.
        labels: list with k ints for each picture.

    Returns:
        List of dicts with image_id and category_id as `to_coco` counts them,
        bbox and score.

    Raises:
        ValueError: lists differ in length, or a box is none; the message
            names the picture's place and the row.
    """
    _check_lengths({"boxes": boxes, "scores": scores, "labels": labels})
    found = []
    for i in range(len(boxes)):
        rows = _rows(i, boxes[i], scores=scores[i], labels=labels[i])
        for box, score, label in rows:
            row = {"image_id": i, "category_id": int(label), "bbox": box}
            found.append({**row, "score": float(score)})
    return found
