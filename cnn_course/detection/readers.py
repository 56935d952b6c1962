"""Your own pictures with boxes: COCO's JSON and Pascal VOC's folders.

Both are read into one form, and `load_images` makes of it what
`scenes.make_scenes` makes: a detector that trains on the one trains on the
other.
"""

import glob
import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from cnn_course.detection.annotated import (
    Annotated,
    BoxedImages,
    Row,
    assemble,
    load_images,
)
from cnn_course.detection.coco_input import is_known, rows_by_id
from cnn_course.detection.polygons import mask_to_polygons, runs_to_mask

SIDES = ("height", "width")
_ROW_KEYS = ("image_id", "category_id", "bbox")
__all__ = ["Annotated", "BoxedImages", "load_images", "read_coco", "read_voc"]


# --- COCO ---------------------------------------------------------------------


def _need(row, keys, where):
    """The values of a dict's keys; a missing one is an error."""
    if not isinstance(row, dict) or not set(keys) <= row.keys():
        raise ValueError(
            f"{where} must be a JSON object with {', '.join(keys)}; got "
            f"{row!r:.200}."
        )
    return [row[key] for key in keys]


def _places(rows, name, source):
    """The place of each id."""
    ids = [
        _need(row, ["id"], f"{name}[{i}] of {source}")[0]
        for i, row in enumerate(rows)
    ]
    return rows_by_id(ids, f"{name}[{{}}] of {source}")


def _finite(numbers):
    if not np.isfinite(numbers).all():
        raise ValueError("not finite")
    return numbers


def _polygons(row, where):
    """The outline of a thing, from polygons or from run lengths."""
    drawn = row.get("segmentation") or []
    try:
        if isinstance(drawn, dict):
            height, width = drawn["size"]
            runs = runs_to_mask(drawn["counts"], height, width)
            return mask_to_polygons(runs)
        if np.ndim(drawn[:1]) == 1:  # one polygon, in no list of its own
            drawn = [drawn]
        elif all(len(p) == 2 and np.ndim(p) == 1 for p in drawn):
            drawn = [drawn]  # [[x, y], ...]
        # Tools write [[]] or two corners where there is no outline.
        polygons = [np.array(p, float).reshape(-1) for p in drawn]
        polygons = [p.reshape(-1, 2) for p in polygons if len(p) >= 6]
        return [_finite(p) for p in polygons]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{where} must have polygons [[x1, y1, x2, y2, ...], ...] or run "
            f'lengths {{"size": [height, width], "counts": ...}} as its '
            f"segmentation; got {drawn!r:.200} ({error})."
        ) from None


def _check_known(rows, source, key, known, listed):
    unknown = [i for i, row in enumerate(rows) if not is_known(row[key], known)]
    if unknown:
        i = unknown[0]
        raise ValueError(
            f"annotations[{i}] of {source} has {key} {rows[i][key]!r}, which "
            f"is not among the {listed} ({len(unknown)} of {len(rows)} rows "
            "are so). Add it there or drop the row."
        )


def _coco_row(row, where, images, labels):
    image_id, category_id, box = (row[key] for key in _ROW_KEYS)
    try:
        x, y, width, height = map(float, box)
        box = [x, y, x + width, y + height]
    except (TypeError, ValueError):
        pass  # the check of all boxes tells
    return Row(
        where,
        images[image_id],
        box,
        labels[category_id],
        bool(row.get("iscrowd", 0)),
        _polygons(row, where),
        row.get("area"),
    )


def _image_folder(json_path, files):
    """The folder that the file names start from: the first that has one."""
    word = json_path.stem.split("_")[-1]
    above = [json_path.parent, json_path.absolute().parent.parent]
    folders = [
        folder / part
        for part in (".", "images", word, f"images/{word}")
        for folder in above
    ]
    for folder in folders:
        if not files or any((folder / name).is_file() for name in files):
            return folder
    raise ValueError(
        f"{json_path.name} names {files[0]} and so on, but none of its "
        f"{len(files)} pictures is in {', '.join(map(str, folders))}. Give "
        "image_folder=, the folder that the file names start from."
    )


def read_coco(json_path, image_folder=None):
    """Read pictures with boxes from a JSON file in COCO's format.

    Boxes are cut at the picture's edges. Ids may be numbers or text, in any
    order; classes are ordered by id. Masks given as run lengths, packed or
    not, become polygons around the same pixels.

    Args:
        json_path: path of the file, with images, annotations, categories.
        image_folder: path that the file names start from; None: the JSON's
            folder, the one above it, or in either of them images/ or the
            folder called as the JSON's last word, such as val2017/ for
            instances_val2017.json: the first that has a picture of it.

    Returns:
        Annotated, the pictures in the order of the file, those without
        annotations too.

    Raises:
        ValueError: the file is no such JSON, names a picture that is missing
            or an unknown id, or has a box that is none; the message names
            the file, the row or the id, or the folders that were looked into.
    """
    json_path = Path(json_path)
    source = json_path.name
    try:
        content = json.loads(json_path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{source} must be JSON; {error}.") from None
    keys = ["images", "annotations", "categories"]
    pictures, annotations, categories = _need(content, keys, source)
    images = _places(pictures, "images", source)
    by_id = _places(categories, "categories", source)
    labels = {one: label for label, one in enumerate(by_id)}
    names = [
        _need(categories[by_id[one]], ["name"], f"category {one!r}")[0]
        for one in labels
    ]
    files = [
        _need(row, ["file_name"], f"images[{i}] of {source}")[0]
        for i, row in enumerate(pictures)
    ]
    if image_folder is None:
        image_folder = _image_folder(json_path, files)
    paths = [Path(image_folder, name) for name in files]
    sizes = [[row.get(side) for side in SIDES] for row in pictures]
    for i, row in enumerate(annotations):
        _need(row, _ROW_KEYS, f"annotations[{i}] of {source}")
    _check_known(annotations, source, "image_id", images, "images")
    _check_known(annotations, source, "category_id", labels, "categories")
    rows = [
        _coco_row(row, f"annotations[{i}] of {source}", images, labels)
        for i, row in enumerate(annotations)
    ]
    return assemble(rows, paths, sizes, names, source)


# --- Pascal VOC ---------------------------------------------------------------


def _xml(path):
    try:
        return ElementTree.parse(path).getroot()
    except ElementTree.ParseError as error:
        raise ValueError(f"{path.name} must be XML; {error}.") from None


def _text(element):
    return "" if element is None else (element.text or "").strip()


def _split(folder, files, split):
    """The annotation files that a split's list names."""
    lists = {p.stem: p for p in (folder / "ImageSets" / "Main").glob("*.txt")}
    if split not in lists:
        raise ValueError(
            f"split must be one of {sorted(lists)}, the lists in "
            f"ImageSets/Main of {folder}; got {split!r}."
        )
    lines = lists[split].read_text(encoding="utf-8").splitlines()
    stems = [line.split()[0] for line in lines if line.strip()]
    for stem in stems:
        if stem not in files:
            raise ValueError(
                f"{lists[split].name} names {stem!r}, but there is no "
                f"Annotations/{stem}.xml in {folder}."
            )
    return stems


def _voc_picture(root, folder, stem):
    """The picture's path: of the XML's own stem, or else as the XML names it.

    Pictures are renamed together with their XMLs, whose <filename> stays.
    """
    name = root.findtext("filename") or f"{stem}.jpg"
    pictures = folder / "JPEGImages"
    if Path(name).stem == stem and (pictures / name).is_file():
        return pictures / name
    alike = sorted(pictures.glob(f"{glob.escape(stem)}.*"))
    return alike[0] if alike else pictures / name


def _check_one_each(paths, stems):
    owners = {}
    for path, stem in zip(paths, stems, strict=True):
        if owners.setdefault(path, stem) != stem:
            raise ValueError(
                f"{owners[path]}.xml and {stem}.xml must be of a picture each; "
                f"both are of {path.name}."
            )


def _check_names(things, class_names):
    names = {where: _text(thing.find("name")) for where, _, thing in things}
    other = [where for where, name in names.items() if name not in class_names]
    if other:
        raise ValueError(
            f"{other[0]} has the class {names[other[0]]!r}, which is not among "
            f"{class_names} ({len(other)} of {len(names)} objects have such a "
            "class). Add it to class_names."
        )


def _voc_row(thing, where, image, class_names):
    name = _text(thing.find("name"))
    corners = ("xmin", "ymin", "xmax", "ymax")
    box = [thing.findtext(f"bndbox/{corner}") for corner in corners]
    ignored = _text(thing.find("difficult")) == "1"
    return Row(where, image, box, class_names.index(name), ignored, [])


def _count_from(roots):
    """The number of the first pixel: 1, or 0 if boxes begin within it."""
    begins = []
    for root in roots:
        for box in root.iterfind("object/bndbox"):
            begins += [box.findtext("xmin"), box.findtext("ymin")]
    try:
        return 0 if 0 <= min(map(float, begins), default=1) < 1 else 1
    except (TypeError, ValueError):
        return 1  # the check of all boxes tells what is no number


def read_voc(folder, *, split=None, class_names=None, first_pixel=None):
    """Read pictures with boxes from a folder like Pascal VOC's.

    The folder has Annotations/*.xml and JPEGImages/. VOC counts pixels from
    1 and a box includes its last one, so that 1 is taken off x_min and y_min.
    Boxes are cut at the picture's edges.

    Many tools count from 0. Of those, boxes at the left or upper edge tell:
    they begin at 0. Then nothing is taken off any box, and that is printed.

    Args:
        folder: path.
        split: str, read the pictures of ImageSets/Main/<split>.txt; None:
            all there are, by name.
        class_names: list of str, gives the labels their order; None: the
            names found in all annotations, sorted.
        first_pixel: 1 or 0, the number of the first pixel; None: 0 if any box
            of the folder begins at 0 and none before, else 1.

    Returns:
        Annotated; VOC has no polygons.

    Raises:
        ValueError: there are no annotations, a file is broken, names a
            picture that is missing or an unknown class, or has a box that is
            none, and the message names the file and the object; or
            first_pixel is neither 0 nor 1.
    """
    if first_pixel not in (None, 0, 1):
        raise ValueError(
            f"first_pixel must be 0, 1 or None; got {first_pixel!r}."
        )
    folder = Path(folder)
    files = {p.stem: p for p in sorted((folder / "Annotations").glob("*.xml"))}
    if not files:
        raise ValueError(
            f"folder must hold Annotations/*.xml and JPEGImages/; {folder} "
            "has no annotations."
        )
    roots = {stem: _xml(path) for stem, path in files.items()}
    if class_names is None:
        found = (root.iterfind("object/name") for root in roots.values())
        class_names = sorted({_text(n) for names in found for n in names})
    stems = list(files) if split is None else _split(folder, files, split)
    paths = [_voc_picture(roots[stem], folder, stem) for stem in stems]
    _check_one_each(paths, stems)
    sizes, things = [], []
    for i, stem in enumerate(stems):
        root = roots[stem]
        sizes.append([_text(root.find(f"size/{k}")) for k in SIDES])
        things += [
            (f"object {j} of {files[stem].name}", i, thing)
            for j, thing in enumerate(root.iterfind("object"))
        ]
    class_names = list(class_names)
    _check_names(things, class_names)
    rows = [
        _voc_row(thing, where, i, class_names) for where, i, thing in things
    ]
    start = _count_from(roots.values()) if first_pixel is None else first_pixel
    found = assemble(rows, paths, sizes, class_names, str(folder), start)
    if first_pixel is None and start == 0:
        print(
            "Pixels are counted from 0, not from 1 as VOC does: a box begins "
            "at 0. If it only overhangs its picture, give first_pixel=1."
        )
    return found
