#!/usr/bin/env bash
# globox 2.9.0: reading COCO drops `iscrowd`. A crowd, one box around many that
# nobody outlined, becomes an object like others: COCOEvaluator asks for it,
# counts it as missed, and takes what was found inside it for false alarms;
# `save_coco` writes it with iscrowd 0, so that training gets it too. To
# pycocotools 2.0.11 a crowd is nothing to find, and what is found inside counts
# neither way. COCO has hundreds of them in val2017 alone.
#
# A good guess: both give one AP, since both are called COCO evaluation.
# Seen: the single object found, and a part of the crowd with it: AP 1.0 in
# pycocotools, 0.25 in globox.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    globox==2.9.0 pycocotools==2.0.11 numpy==2.4.6
cat > "$folder/crowd.py" <<'PYTHON'
import json
import sys
from pathlib import Path

from globox import AnnotationSet, COCOEvaluator
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

folder = Path(sys.argv[1])
size = {"width": 400, "height": 200}
crowd = [200, 0, 200, 200]
rows = [
    {"id": 1, "bbox": [20, 20, 100, 100], "area": 10000, "iscrowd": 0},
    {"id": 2, "bbox": crowd, "area": 40000, "iscrowd": 1},
]
rows[0]["segmentation"] = [[20, 20, 120, 20, 120, 120, 20, 120]]
rows[1]["segmentation"] = {"counts": [200 * 200, 200 * 200], "size": [200, 400]}
rows = [row | {"image_id": 1, "category_id": 1} for row in rows]
data = {"images": [{"id": 1, "file_name": "1.png"} | size]}
data |= {"annotations": rows, "categories": [{"id": 1, "name": "person"}]}
(folder / "truth.json").write_text(json.dumps(data))
found = [
    {"bbox": [220, 50, 60, 100], "score": 0.9},  # one of the crowd
    {"bbox": [20, 20, 100, 100], "score": 0.8},
]
found = [row | {"image_id": 1, "category_id": 1} for row in found]
(folder / "found.json").write_text(json.dumps(found))

truth = COCO(str(folder / "truth.json"))
judged = COCOeval(truth, truth.loadRes(str(folder / "found.json")), "bbox")
judged.evaluate()
judged.accumulate()
judged.summarize()
pycocotools = round(float(judged.stats[0]), 2)

truth = AnnotationSet.from_coco(folder / "truth.json")
predictions = truth.from_results(folder / "found.json")
evaluator = COCOEvaluator(ground_truths=truth, predictions=predictions)
globox = round(float(evaluator.ap()), 2)
truth.save_coco(folder / "again.json")
again = json.loads((folder / "again.json").read_text())["annotations"]
crowds = [row["iscrowd"] for row in again]
print("pycocotools", pycocotools, "globox", globox, "iscrowd again", crowds)
assert (pycocotools, globox, crowds) == (1.0, 0.25, [0, 0])
PYTHON
"$folder/env/bin/python" "$folder/crowd.py" "$folder" | tail -1
