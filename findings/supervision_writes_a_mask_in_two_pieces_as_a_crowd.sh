#!/usr/bin/env bash
# supervision 0.31.2, `DetectionDataset.as_coco`: an object whose mask has a
# hole, or is in two pieces (something stands in front of it), is written with
# `iscrowd` 1. To pycocotools 2.0.11, as to most loaders, a crowd is a region in
# which nothing counts: training leaves the object out, and the evaluation no
# longer asks for it. `as_yolo` writes the same object as two, one a piece.
# (Give `iscrowd` 0 in the detections' `data`: COCO then gets two polygons.)
#
# A good guess: `iscrowd` 0 and a list of two polygons, which is what COCO has
# them for; a detector that misses the object has a recall of 1/2.
# Seen: iscrowd [0, 1]; recall 1.0 with one of two objects found; 3 YOLO lines.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    supervision==0.31.2 pycocotools==2.0.11 numpy==2.4.6 pillow==13.0.0
cat > "$folder/pieces.py" <<'PYTHON'
import json
import sys
from pathlib import Path

import numpy as np
import supervision as sv
from PIL import Image
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

folder = Path(sys.argv[1])
masks = np.zeros((2, 100, 200), bool)
masks[0, 20:60, 10:60] = True  # whole
masks[1, 20:60, 100:130] = True  # behind a pole
masks[1, 20:60, 140:190] = True
picture = str(folder / "picture.png")
Image.new("RGB", (200, 100)).save(picture)
boxes = np.array([[10, 20, 60, 60], [100, 20, 190, 60]], float)
objects = sv.Detections(xyxy=boxes, mask=masks, class_id=np.zeros(2, int))
dataset = sv.DetectionDataset(["dog"], [picture], {picture: objects})

dataset.as_coco(annotations_path=str(folder / "coco.json"))
written = json.loads((folder / "coco.json").read_text())
crowds = [row["iscrowd"] for row in written["annotations"]]

truth = COCO(str(folder / "coco.json"))
x, y, width, height = written["annotations"][0]["bbox"]
image_id = written["images"][0]["id"]
category_id = written["categories"][0]["id"]
found = [{"image_id": image_id, "category_id": category_id, "score": 0.9}]
found[0]["bbox"] = [x, y, width, height]  # the whole object, no other
judged = COCOeval(truth, truth.loadRes(found), "bbox")
judged.evaluate()
judged.accumulate()
judged.summarize()
recall = float(judged.stats[8])

dataset.as_yolo(annotations_directory_path=str(folder / "yolo"))
lines = (folder / "yolo" / "picture.txt").read_text().splitlines()
print("iscrowd", crowds, "recall", recall, "YOLO lines", len(lines))
assert crowds == [0, 1]
assert recall == 1
assert len(lines) == 3
PYTHON
"$folder/env/bin/python" "$folder/pieces.py" "$folder" | tail -1
