"""Drawn pictures with boxes, written as COCO's JSON and as a VOC folder."""

import json
from xml.etree import ElementTree

import numpy as np
from PIL import Image

NAMES = ("cup", "spoon", "tea pot")


def draw_set(seed, n=4, odd_sizes=True):
    """Pictures with coloured boxes: [(picture, boxes, labels), ...]."""
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(n):
        height, width = rng.integers(20, 70, 2) if odd_sizes else (32, 48)
        picture = rng.integers(0, 60, (height, width, 3), dtype=np.uint8)
        labels = rng.integers(3, size=rng.integers(4))
        boxes = np.empty((len(labels), 4), int)
        for box, label in zip(boxes, labels, strict=True):
            x_min, y_min = rng.integers(0, (width - 6, height - 6))
            x_max, y_max = rng.integers((x_min + 2, y_min + 2), (width, height))
            box[:] = x_min, y_min, x_max + 1, y_max + 1
            picture[y_min : y_max + 1, x_min : x_max + 1, label] = 255
        drawn.append((picture, boxes, labels))
    return drawn


def write_coco(drawn, folder, ids=(90, 7, 33)):
    """Category ids are such that their order is spoon, tea pot, cup."""
    images, annotations = [], []
    (folder / "pictures").mkdir(parents=True)
    for i, (picture, boxes, labels) in enumerate(drawn):
        name, image_id = f"{i:03d}.png", 1000 - 7 * i
        Image.fromarray(picture).save(folder / "pictures" / name)
        images.append({"id": image_id, "file_name": name})
        if i % 2:
            images[-1] |= {"height": len(picture), "width": picture.shape[1]}
        for (x_min, y_min, x_max, y_max), label in zip(
            boxes.tolist(), labels, strict=True
        ):
            annotation = {
                "image_id": image_id,
                "category_id": ids[label],
                "bbox": [x_min, y_min, x_max - x_min, y_max - y_min],
            }
            annotations.insert(0, annotation)
    content = {
        "annotations": annotations[::-1],
        "categories": [
            {"id": one, "name": name}
            for one, name in zip(ids, NAMES, strict=True)
        ],
        "images": images,
    }
    path = folder / "boxes.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def write_voc(drawn, folder):
    for name in ("Annotations", "JPEGImages", "ImageSets/Main"):
        (folder / name).mkdir(parents=True)
    for i, (picture, boxes, labels) in enumerate(drawn):
        name = f"{i:03d}.png"
        Image.fromarray(picture).save(folder / "JPEGImages" / name)
        root = ElementTree.Element("annotation")
        ElementTree.SubElement(root, "filename").text = name
        size = ElementTree.SubElement(root, "size")
        ElementTree.SubElement(size, "width").text = str(picture.shape[1])
        ElementTree.SubElement(size, "height").text = str(len(picture))
        for box, label in zip(boxes, labels, strict=True):
            thing = ElementTree.SubElement(root, "object")
            ElementTree.SubElement(thing, "name").text = NAMES[label]
            corners = ElementTree.SubElement(thing, "bndbox")
            values = box + np.array([1, 1, 0, 0])
            names = ("xmin", "ymin", "xmax", "ymax")
            for corner, value in zip(names, values, strict=True):
                ElementTree.SubElement(corners, corner).text = f"{value}"
        path = folder / "Annotations" / f"{i:03d}.xml"
        ElementTree.ElementTree(root).write(path)
    return folder
