import csv
import shutil

import keras
import numpy as np
import pytest
from PIL import Image

from cnn_course.datasets import read_picture
from cnn_course.finetune import main


@pytest.fixture
def new(tmp_path, folder):
    """Pictures of several sizes and kinds, a broken one, and others."""
    inside = tmp_path / "new" / "deeper"
    inside.mkdir(parents=True)
    cat = next((folder / "cat").iterdir())
    shutil.copy(cat, inside / "a cat.png")
    Image.open(cat).resize((50, 41)).save(inside / "large.webp")
    Image.open(cat).convert("RGB").save(tmp_path / "new" / "colour.png")
    (tmp_path / "new" / "cut.jpg").write_bytes(b"no picture")
    (tmp_path / "new" / "notes.txt").touch()
    (tmp_path / "new" / ".hidden.png").touch()
    return tmp_path / "new"


def test_classes_and_probabilities(finished, new, capsys):
    table = new.parent / "out.csv"
    argv = ["predict", str(finished.out), str(new), "--csv", str(table)]
    assert main(argv) == 2  # one could not be read
    out, err = capsys.readouterr()
    assert f"left out {new}/cut.jpg: is not a picture" in err
    assert "Left out 2 files" in out
    assert "3 of 4 pictures" in out
    with open(table, newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3
    model = keras.models.load_model(finished.out)
    for row in rows:
        picture = read_picture(row["picture"], "grayscale")
        expected = np.asarray(model(picture[None].astype("float32")))[0]
        names = [name for name in row if name not in ("picture", "class")]
        found = [float(row[name]) for name in names]
        np.testing.assert_allclose(found, expected, atol=1e-4)
        best = expected.argmax()
        assert row["class"] == names[best]
        line = f"{row['picture']}: {names[best]}, {expected[best]:.1%}"
        assert line in out


def test_one_picture_is_enough(finished, new, capsys):
    picture = str(new / "colour.png")
    assert main(["predict", str(finished.out), picture]) == 0
    assert capsys.readouterr().out.startswith(f"{picture}: ")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda out: out.unlink(), "model.keras is missing"),
        (
            lambda out: out.with_suffix(".classes.json").unlink(),
            r"classes.json is missing",
        ),
        (
            lambda out: out.with_suffix(".classes.json").write_text('["x"]'),
            "3 classes; it has 1",
        ),
    ],
)
def test_files_that_are_missing(finished, new, tmp_path, capsys, spoil, said):
    for path in finished.out.parent.iterdir():
        shutil.copy(path, tmp_path)
    out = tmp_path / finished.out.name
    spoil(out)
    assert main(["predict", str(out), str(new)]) == 2
    assert said in capsys.readouterr().err


def test_no_picture(finished, tmp_path, capsys):
    assert main(["predict", str(finished.out), str(tmp_path)]) == 2
    assert "There is no picture in" in capsys.readouterr().err
    none = str(tmp_path / "none.png")
    assert main(["predict", str(finished.out), none]) == 2
    assert "neither a picture nor a folder" in capsys.readouterr().err
