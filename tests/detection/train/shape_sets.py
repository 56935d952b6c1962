"""Sets of drawn shapes that a small network learns in seconds."""

import json

import numpy as np
from PIL import Image

NAMES = ("red", "blue", "nothing")  # there is nothing of the last


def draw(rng, size=64):
    """A dim picture with one or two bright squares, boxes and labels."""
    picture = rng.integers(60, 100, (size, size, 3)).astype(np.uint8)
    boxes, labels = [], []
    for left in (0, size // 2)[: rng.integers(1, 3)]:
        side = int(rng.integers(16, 28))
        x = left + int(rng.integers(0, size // 2 - side))
        y = int(rng.integers(0, size - side))
        label = int(rng.integers(2))
        colour = ((230, 30, 30), (30, 30, 230))[label]
        picture[y : y + side, x : x + side] = colour
        boxes.append([x, y, side, side])
        labels.append(label)
    return picture, boxes, labels


def write_set(folder, n=12, seed=0, name="boxes.json"):
    """Write n pictures and a COCO file beside them; its path."""
    rng = np.random.default_rng(seed)
    (folder / "images").mkdir(parents=True, exist_ok=True)
    images, annotations = [], []
    for i in range(n):
        picture, boxes, labels = draw(rng)
        file = f"{seed}_{i}.png"
        Image.fromarray(picture).save(folder / "images" / file)
        images.append({"id": i, "file_name": file, "width": 64, "height": 64})
        annotations += [
            {"image_id": i, "category_id": label, "bbox": box, "iscrowd": 0}
            for box, label in zip(boxes, labels, strict=True)
        ]
    for i, row in enumerate(annotations, start=1):
        row["id"] = i
    categories = [{"id": i, "name": name} for i, name in enumerate(NAMES)]
    content = {
        "images": images,
        "annotations": annotations,
        "categories": categories,
    }
    path = folder / name
    path.write_text(json.dumps(content), encoding="utf-8")
    return path
