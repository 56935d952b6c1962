import json
import re
import textwrap
from pathlib import Path
from types import SimpleNamespace

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from eager_fits import eagerly
from finetune_runs import COUNTS, curve, fresh, run
from PIL import ExifTags, Image, ImageOps

from cnn_course.finetune.report import save
from cnn_course.pipelines import train_val_from_directory


def test_files(finished):
    where = finished.out.parent
    assert {path.name for path in where.iterdir()} == {
        "model.keras",
        "model.classes.json",
        "model.history.csv",
        "model.curves.png",
        "model.confusion.png",
    }
    names = json.loads((where / "model.classes.json").read_text())
    assert names == sorted(COUNTS)
    for name in ("curves", "confusion"):
        with Image.open(where / f"model.{name}.png") as picture:
            assert min(picture.size) > 100
    rows = curve(finished.out)
    stages = [(row["stage"], row["epoch"]) for row in rows]
    assert stages == [
        *(("head", str(i)) for i in (1, 2, 3)),
        *(("fine-tuning", str(i)) for i in (1, 2)),
    ]
    for row in rows:
        assert float(row["loss"]) > 0
        assert float(row["val_loss"]) > 0
        assert 0 <= float(row["val_accuracy"]) <= 1


def test_other_figures_stay_open(tmp_path):
    mine = plt.figure().number
    job = SimpleNamespace(
        options=SimpleNamespace(out=tmp_path / "model.keras"),
        train=SimpleNamespace(class_names=["cat", "dog"]),
        val=SimpleNamespace(labels=np.array([0, 1])),
        model=SimpleNamespace(save=Path.touch),
        work=tmp_path / "work",
    )
    job.work.mkdir()
    before = plt.get_fignums()
    history = {"head": [{"accuracy": 0.5, "val_accuracy": 0.5}]}
    save(job, history, np.array([0, 0]))
    assert plt.get_fignums() == before
    plt.close(mine)


def test_report(finished, folder):
    printed = finished.printed
    counts = dict(
        (name, int(train) + int(val))
        for name, train, val in re.findall(
            r"^(\w+) +(\d+) +(\d+)$", printed, re.MULTILINE
        )
    )
    assert counts == COUNTS
    _, val = train_val_from_directory(
        folder, image_size=(32, 32), color_mode="grayscale"
    )
    model = keras.models.load_model(finished.out)
    right, wrong = 0, {}
    for path in val.file_paths:
        picture = np.array(Image.open(path), "float32")[None, ..., None]
        taken = val.class_names[model.predict(picture, verbose=0).argmax()]
        true = Path(path).parent.name
        right += taken == true
        if taken != true:
            wrong[true, taken] = wrong.get((true, taken), 0) + 1
    rows = curve(finished.out)
    frozen, n = float(rows[2]["val_accuracy"]), len(val.file_paths)
    assert (
        f"Accuracy on {n} validation pictures: {frozen:.1%} with the base "
        f"frozen, {right / n:.1%} fine-tuned."
    ) in printed
    assert float(rows[-1]["val_accuracy"]) == pytest.approx(right / n)
    few = "Fewer than 5 pictures to validate on: brick 3, cat 1, coffee 2."
    assert printed.count(few) == 2  # before the training, and at the end
    for line in re.findall("Worst confusion.*", printed):
        count, true, taken = re.search(
            r": (\d+) of \d+ '(\w+)' were taken for '(\w+)'", line
        ).groups()
        assert int(count) == wrong[true, taken] == max(wrong.values())
    assert ("Worst confusion" in printed) == bool(wrong)


def run_recipe(printed, paths, cwd):
    """Run what was printed on each picture: list of (class, probability)."""
    recipe = textwrap.dedent(printed.split("training did:\n")[1])
    assert '"PICTURE"' in recipe
    loop = textwrap.indent(recipe.replace('"PICTURE"', "path"), "    ")
    done = fresh(["-c", f"for path in {paths}:\n{loop}"], cwd)
    assert done.returncode == 0, done.stderr[-2000:]
    said = re.findall(r"^(\w+) (0\.\d+|1\.0)$", done.stdout, re.MULTILINE)
    assert len(said) == len(paths)
    return said


def test_the_recipe_that_it_prints_has_the_accuracy_that_it_reports(
    finished, folder, tmp_path
):
    """In a fresh process, as printed, on each of the validation pictures."""
    _, val = train_val_from_directory(
        folder, image_size=(32, 32), color_mode="grayscale"
    )
    said = run_recipe(finished.printed, val.file_paths, tmp_path)
    names = [Path(path).parent.name for path in val.file_paths]
    right = np.mean([said[i][0] == names[i] for i in range(len(names))])
    assert f"{right:.1%} fine-tuned" in finished.printed


def words(picture):
    """Sixteen bits a pixel, of which the upper eight are the picture."""
    return Image.fromarray(np.asarray(picture).astype(np.uint16) * 256 + 7)


def colours(picture):
    return ImageOps.colorize(picture, "navy", "yellow", mid="red")


def turned(picture, path):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    colours(picture).save(path, exif=exif)


KINDS = {  # a file's name -> how a grey picture becomes one
    "grey.png": Image.Image.save,
    "colour.png": lambda p, path: colours(p).save(path),
    "palette.png": lambda p, path: colours(p).quantize(64).save(path),
    "opaque.png": lambda p, path: colours(p).convert("RGBA").save(path),
    "16 bits.png": lambda p, path: words(p).save(path),
    "black and white.png": lambda p, path: p.convert("1").save(path),
    "turned.png": turned,
    "grey.bmp": Image.Image.save,
    "palette.bmp": lambda p, path: colours(p).quantize(64).save(path),
    "grey.gif": Image.Image.save,
    "palette.gif": lambda p, path: colours(p).quantize(64).save(path),
    "colour.tif": lambda p, path: colours(p).save(path),
    "16 bits.tif": lambda p, path: words(p).save(path),
    "lossy.webp": lambda p, path: colours(p).save(path),
    "grey.jpg": Image.Image.save,
    "colour.jpg": lambda p, path: colours(p).save(path),
    "turned.jpg": turned,
}


def test_the_recipe_reads_every_kind_of_file_as_the_training_did(
    folder, tmp_path, capsys
):
    kinds = tmp_path / "kinds"
    for name in COUNTS:
        (kinds / name).mkdir(parents=True)
        crops = sorted((folder / name).iterdir())
        for i, (kind, write) in enumerate(KINDS.items()):
            with Image.open(crops[i % len(crops)]) as crop:
                write(crop.convert("L").resize((45, 38)), kinds / name / kind)
        colours(crop).convert("CMYK").save(kinds / name / "print.jpg")
    out, more = tmp_path / "model.keras", ("--validation", str(kinds))
    more += ("--skip-broken", "--head-epochs", "3", "--epochs", "0")
    with eagerly():
        assert run(folder, out, *more) == 0
    printed = capsys.readouterr().out
    assert "Left out 3 of 85 pictures" in printed
    for name in COUNTS:
        assert f"kinds/{name}/print.jpg is in CMYK" in printed
    paths = sorted(map(str, kinds.glob("*/*")))
    paths = [path for path in paths if not path.endswith("print.jpg")]
    assert len(paths) == 51
    said = run_recipe(printed, paths, tmp_path)
    names = [Path(path).parent.name for path in paths]
    right = np.mean([said[i][0] == names[i] for i in range(len(names))])
    assert f"Accuracy on 51 validation pictures: {right:.1%} with" in printed
    # Not only the accuracy: picture by picture, the same probability.
    _, val = train_val_from_directory(
        folder,
        image_size=(32, 32),
        color_mode="grayscale",
        validation_folder=kinds,
        skip_broken=True,
    )
    scores = keras.models.load_model(out).predict(val, verbose=0).max(axis=1)
    trained = dict(zip(val.file_paths, scores, strict=True))
    np.testing.assert_allclose(
        [float(score) for _, score in said],
        [trained[path] for path in paths],
        atol=1e-3,
    )


def test_the_model_loads_with_keras_alone_and_takes_any_size(
    finished, tmp_path
):
    code = f"""
import sys, keras, numpy
model = keras.models.load_model({str(finished.out)!r})
print(model(numpy.ones((1, 50, 40, 1))).shape)
assert "cnn_course" not in sys.modules
"""
    done = fresh(["-c", code], tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "(1, 3)" in done.stdout
