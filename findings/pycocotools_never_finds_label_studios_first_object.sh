#!/usr/bin/env bash
# label-studio-sdk 2.1.2 writes COCO annotations with ids from 0; pycocotools
# 2.0.11 stores the id of the object that a detection has hit, and 0 means none.
# So the first object of each Label Studio export is never found and whatever
# finds it is a false positive, at every threshold. A class has lost one object;
# a class of which that is the only one has an AP of 0. The loss is the same for
# all models, so no comparison shows it.
#
# A good guess: detections equal to the annotations have an AP of 1.
# Seen: AP 0.0 for "cat" (one object), 1.0 for "dog" (two); 1.0 for each once
# all ids are one higher.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    label-studio-sdk==2.1.2 pycocotools==2.0.11 numpy==2.2.6 pillow==13.0.0
cat > "$folder/first.py" <<'PYTHON'
import json
import sys
from pathlib import Path

from label_studio_sdk.converter import Converter
from PIL import Image
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

folder = Path(sys.argv[1])
picture = folder / "picture.png"
Image.new("RGB", (100, 100)).save(picture)
config = """
<View>
  <Image name="image" value="$image"/>
  <RectangleLabels name="label" toName="image">
    <Label value="cat"/><Label value="dog"/>
  </RectangleLabels>
</View>"""
results = []
for name, x in (("cat", 5), ("dog", 35), ("dog", 65)):
    value = {"x": x, "y": 20, "width": 20, "height": 40, "rotation": 0}
    value["rectanglelabels"] = [name]
    result = {"value": value, "from_name": "label", "to_name": "image"}
    result |= {"id": name + str(x), "type": "rectanglelabels"}
    results.append(result | {"original_width": 100, "original_height": 100})
task = {"id": 1, "data": {"image": str(picture)}}
task["annotations"] = [{"id": 1, "result": results, "completed_by": 1}]
(folder / "tasks.json").write_text(json.dumps([task]))
Converter(config, project_dir=str(folder)).convert_to_coco(
    str(folder / "tasks.json"), str(folder), is_dir=False
)
written = json.loads((folder / "result.json").read_text())


def average_precisions(first):
    truth = COCO()
    truth.dataset = json.loads(json.dumps(written))
    for row in truth.dataset["annotations"]:
        row["id"] += first
    truth.createIndex()
    keys = ("image_id", "category_id", "bbox")
    rows = truth.dataset["annotations"]
    found = [{key: row[key] for key in keys} | {"score": 0.9} for row in rows]
    judged = COCOeval(truth, truth.loadRes(found), "bbox")
    judged.evaluate()
    judged.accumulate()
    names = [row["name"] for row in truth.loadCats(judged.params.catIds)]
    precision = judged.eval["precision"][:, :, :, 0, -1].mean(axis=(0, 1))
    return {name: round(float(v), 2) for name, v in zip(names, precision)}


as_written, one_higher = average_precisions(0), average_precisions(1)
ids = [row["id"] for row in written["annotations"]]
print("ids", ids, "AP", as_written, "ids from 1", one_higher)
assert ids == [0, 1, 2]
assert as_written == {"cat": 0, "dog": 1}
assert one_higher == {"cat": 1, "dog": 1}
PYTHON
"$folder/env/bin/python" "$folder/first.py" "$folder" | tail -1
