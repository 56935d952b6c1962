#!/usr/bin/env bash
# pylabel 0.1.55, `dataset.splitter.GroupShuffleSplit`: `group_col`, the file
# name, goes to scikit-learn as the label `y`, which a group split ignores; the
# groups are the rows of the table, and a row is one box. So boxes are dealt
# out, not pictures: a picture with several boxes is in training and in test,
# each time without some of its objects, and the test score is too good.
# (StratifiedGroupShuffleSplit keeps pictures whole.)
#
# A good guess: no picture is in two of the three splits; that is what a group
# split is for, and `group_col="img_filename"` is what it groups by.
# Seen: 20 pictures of 5 boxes: 19 of them in two or three splits.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    pylabel==0.1.55 pandas==2.3.3 numpy==2.2.6
cat > "$folder/split.py" <<'PYTHON'
import json
import sys
from pathlib import Path

from pylabel import importer

boxes, per_picture = range(100), 5
rows = [
    {
        "id": box + 1,
        "image_id": box // per_picture + 1,
        "category_id": 1,
        "bbox": [10 * (box % per_picture), 10, 8, 8],
        "area": 64,
        "iscrowd": 0,
    }
    for box in boxes
]
pictures = [
    {"id": i, "file_name": f"{i}.png", "width": 60, "height": 30}
    for i in sorted({row["image_id"] for row in rows})
]
data = {"images": pictures, "annotations": rows}
data["categories"] = [{"id": 1, "name": "dog", "supercategory": "animal"}]
path = Path(sys.argv[1], "coco.json")
path.write_text(json.dumps(data))

dataset = importer.ImportCoco(str(path))
dataset.splitter.GroupShuffleSplit(
    train_pct=0.6, val_pct=0.2, test_pct=0.2, random_state=0
)
splits = dataset.df.groupby("img_filename")["split"].nunique()
print("pictures:", len(splits), "in several splits:", int((splits > 1).sum()))
assert len(splits) == 20
assert (splits > 1).sum() >= 15
PYTHON
"$folder/env/bin/python" "$folder/split.py" "$folder"
