#!/usr/bin/env bash
# label-studio-sdk 2.1.2, Converter (behind every export of Label Studio): a
# rectangle that was turned. For COCO its corners are turned in per cent of
# width and height, where a turn is no turn unless the picture is square; YOLO
# and Pascal VOC forget the angle and write the box as it lay before. Only
# YOLO-OBB, with pixels, has the corners where the annotator put them. Nothing
# is said; whoever has turned boxes gets three data sets that do not agree.
#
# A good guess: the smallest upright box around the turned one. 100x20 pixels,
# turned by 90 degrees in a picture of 200x100: x 80 to 100, y 0 to 100.
# Seen: COCO x 60 to 100, y 0 to 50; YOLO and VOC x 100 to 200, y 0 to 20.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    label-studio-sdk==2.1.2 numpy==2.2.6 pillow==13.0.0
cat > "$folder/turned.py" <<'PYTHON'
import json
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from label_studio_sdk.converter import Converter
from PIL import Image

folder = Path(sys.argv[1])
picture = folder / "picture.png"
Image.new("RGB", (200, 100)).save(picture)
config = """
<View>
  <Image name="image" value="$image"/>
  <RectangleLabels name="label" toName="image">
    <Label value="dog"/>
  </RectangleLabels>
</View>"""
value = {"x": 50, "y": 0, "width": 50, "height": 20, "rotation": 90}  # per cent
value["rectanglelabels"] = ["dog"]
result = {"value": value, "from_name": "label", "to_name": "image"}
result |= {"id": "a", "type": "rectanglelabels"}
result |= {"original_width": 200, "original_height": 100}
task = {"id": 1, "data": {"image": str(picture)}}
task["annotations"] = [{"id": 1, "result": [result], "completed_by": 1}]
tasks = folder / "tasks.json"
tasks.write_text(json.dumps([task]))

converter = Converter(config, project_dir=str(folder))
found = {}
converter.convert_to_coco(str(tasks), str(folder / "coco"), is_dir=False)
written = json.loads((folder / "coco" / "result.json").read_text())
x, y, width, height = written["annotations"][0]["bbox"]
found["coco"] = [x, y, x + width, y + height]

converter.convert_to_voc(str(tasks), str(folder / "voc"), is_dir=False)
tree = ElementTree.parse(folder / "voc" / "Annotations" / "picture.xml")
corners = ("xmin", "ymin", "xmax", "ymax")
found["voc"] = [int(tree.find(f".//{corner}").text) for corner in corners]

for name, turned in (("yolo", False), ("obb", True)):
    converter.convert_to_yolo(
        str(tasks), str(folder / name), is_dir=False, is_obb=turned
    )
    line = (folder / name / "labels" / "picture.txt").read_text().split()
    numbers = [float(number) for number in line[1:]]
    if turned:
        xs, ys = numbers[::2], numbers[1::2]
        box = [min(xs), min(ys), max(xs), max(ys)]
    else:
        x, y, width, height = numbers
        box = [x - width / 2, y - height / 2, x + width / 2, y + height / 2]
    found[name] = [box[0] * 200, box[1] * 100, box[2] * 200, box[3] * 100]
found = {name: [round(v) for v in box] for name, box in found.items()}
print(found)
assert found["obb"] == [80, 0, 100, 100]  # where the annotator put it
assert found["coco"] == [60, 0, 100, 50]
assert found["yolo"] == found["voc"] == [100, 0, 200, 20]
PYTHON
"$folder/env/bin/python" "$folder/turned.py" "$folder"
