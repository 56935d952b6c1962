import base64
import io
import re
import tempfile
from pathlib import Path

import execute_notebooks
import nbformat
import numpy as np
import pytest
import written
from PIL import Image

from cnn_course import check, datasets

ROOT = Path(__file__).resolve().parents[2]
ALL = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
LESSONS = [path for path in ALL if not path.name.startswith("00")]
TAGS = {
    "cover",
    "figure-varies",
    "hide-input",
    "nbval-ignore-output",
    "raises-exception",
    "thumbnail",
}
FOLDED = {"source_hidden", "outputs_hidden"}

every_notebook = pytest.mark.parametrize(
    "path", ALL, ids=[path.stem for path in ALL]
)
every_lesson = pytest.mark.parametrize(
    "path", LESSONS, ids=[path.stem for path in LESSONS]
)


def cells(path, kind=None):
    return [
        cell
        for cell in nbformat.read(path, as_version=4).cells
        if kind in (None, cell.cell_type)
    ]


def prose(path):
    return "\n\n".join(cell.source for cell in cells(path, "markdown"))


def texts(cell):
    """All text that a cell has put out; pictures are left out."""
    for output in cell.outputs:
        yield output.get("text", "")
        for kind, content in output.get("data", {}).items():
            if not kind.startswith("image/"):
                yield str(content)


def verdicts(path, mark):
    """(exercise, cell) for each cell in which the judge says mark."""
    return [
        (found[1].removesuffix("_solution"), cell)
        for cell in cells(path, "code")
        for output in cell.outputs
        if (
            found := re.match(
                rf"{mark} (\w+): ", output.get("data", {}).get("text/plain", "")
            )
        )
    ]


def test_there_are_notebooks():
    assert LESSONS
    assert len(ALL) == len(LESSONS) + 1


@every_notebook
def test_valid(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    assert path.stat().st_size < 1_000_000


@every_notebook
def test_executed_from_top_to_bottom(path):
    counts = [cell.execution_count for cell in cells(path, "code")]
    assert counts == list(range(1, len(counts) + 1))


@every_notebook
def test_outputs_are_clean(path):
    for cell in cells(path, "code"):
        for output in cell.outputs:
            assert output.output_type != "error", cell.source
            assert output.get("name") != "stderr", cell.source
            data = output.get("data", {})
            if "Explorer" in data.get("text/plain", ""):
                # Without a kernel its sliders would be an error message.
                assert set(data) == {"text/plain", "image/png"}, cell.source
        for text in texts(cell):
            assert "\r" not in text, cell.source
            for bad in ("/home/", "/root/", "/work/", "/tmp/", "Warning"):
                assert bad not in text, cell.source
            assert not re.search(r" at 0x[0-9a-f]{6}", text), cell.source


@every_notebook
def test_no_path_of_a_machine_in_the_sources(path):
    for cell in cells(path):
        for bad in ("/home/", "/root/", "/work/", "/tmp/"):
            assert bad not in cell.source


@every_notebook
def test_cells_are_short_and_plain(path):
    for cell in cells(path, "code"):
        assert 1 <= len(cell.source.splitlines()) <= 30, cell.source
        assert "# NBVAL" not in cell.source.upper()


@every_notebook
def test_metadata_are_ours_only(path):
    notebook = nbformat.read(path, as_version=4)
    assert notebook.metadata == {
        "kernelspec": {
            "display_name": "Python 3",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"jupyter", "tags"}
        assert set(cell.metadata.get("tags", [])) <= TAGS
        assert set(cell.metadata.get("jupyter", {})) <= FOLDED


@every_notebook
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(path)):
        if not re.match(r"https?://|#|mailto:", target):
            assert (path.parent / target.partition("#")[0]).exists(), target


@every_lesson
def test_first_cell(path):
    first = cells(path)[0]
    assert first.cell_type == "markdown"
    title, *rest = first.source.splitlines()
    assert re.fullmatch(r"# [^:]+: [^:]+\?", title)
    number = path.stem[:2]
    place = rf"^\*Part .+ · notebook {number} of 27\*$"
    if number > "27":
        place = rf"^\*Appendix · notebook {number}\*$"
    assert re.search(place, first.source, re.MULTILINE)
    assert sum(line.startswith("- ") for line in rest) == 3
    assert re.search(r"^\*\*Needs:\*\* \S", first.source, re.MULTILINE)
    runs = r"^\*\*Runs:\*\* \d+ s on two CPU cores, \d+\.\d GB of memory\.$"
    assert re.search(runs, first.source, re.MULTILINE)


@every_lesson
def test_parts_are_there_in_order(path):
    text = prose(path)
    places = [
        text.find(part)
        for part in ("\n## Summary", "\n## Exercises", "**Next:**")
    ]
    assert -1 not in places
    assert places == sorted(places)
    summary = text[places[0] : places[1]]
    assert 3 <= sum(line.startswith("- ") for line in summary.splitlines()) <= 5


@every_lesson
def test_one_thumbnail_and_at_least_three_figures(path):
    figures = {
        i: [o for o in cell.outputs if "image/png" in o.get("data", {})]
        for i, cell in enumerate(cells(path, "code"))
    }
    tagged = [
        i
        for i, cell in enumerate(cells(path, "code"))
        if "thumbnail" in cell.metadata.get("tags", [])
    ]
    assert len(tagged) == 1
    assert figures[tagged[0]]
    assert sum(map(len, figures.values())) >= 3
    assert (path.parent / "thumbnails" / f"{path.stem}.png").exists()


@every_lesson
def test_exercises_wait_and_solutions_pass(path):
    waiting, solved = verdicts(path, "○"), verdicts(path, "✓")
    assert len(waiting) >= 3
    # Each exercise once, its solution after it and before the next exercise.
    assert [name for name, _ in waiting] == [name for name, _ in solved]
    order = [
        name
        for cell in cells(path, "code")
        for name, judged in waiting + solved
        if judged.id == cell.id
    ]
    assert order[::2] == order[1::2]
    for name, cell in waiting:
        assert not cell.metadata.get("jupyter", {}).get("source_hidden", False)
        assert f"check.{name}({name})" in cell.source
        assert "..." in cell.source
    for name, cell in solved:
        assert cell.metadata.get("jupyter", {}).get("source_hidden") is True
        assert f"check.{name}({name}_solution)" in cell.source
    assert verdicts(path, "✗") == []


def test_every_exercise_belongs_to_one_notebook():
    used = [name for path in LESSONS for name, _ in verdicts(path, "○")]
    assert sorted(used) == sorted(check.__all__)


# --- tools/execute_notebooks.py ----------------------------------------------


@pytest.fixture
def tool():
    return execute_notebooks


def write(path, title, *sources, part=""):
    """Write a notebook: a first cell with its title, then code cells."""
    first = f"# {title}\n\n{part}**Needs:** nothing.\n**Runs:** 15 s, 1.5 GB."
    made = [nbformat.v4.new_markdown_cell(first)]
    made += [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(
        cells=made,
        metadata={
            "kernelspec": {"name": "old", "display_name": "Old"},
            "language_info": {"name": "python", "version": "3.1.4"},
        },
    )
    nbformat.write(notebook, path)


def test_execute(tool, tmp_path, monkeypatch):
    make, made = tempfile.mkdtemp, []
    monkeypatch.setattr(
        tempfile, "mkdtemp", lambda *how: made.append(make(*how)) or made[-1]
    )
    path = tmp_path / "01_tiny.ipynb"
    code = "from pathlib import Path\nprint(Path('beside').read_text(), 6 * 7)"
    write(path, "Tiny: does it run?", code, "x = bytearray(10**8)\nlen(x)")
    (tmp_path / "beside").write_text("found")
    seconds, peak = tool.execute(path)
    assert made
    assert not any(Path(folder).exists() for folder in made)
    assert 0 < seconds < 60
    assert peak > 1e8
    notebook = nbformat.read(path, as_version=4)
    first, printed, measured = notebook.cells
    assert printed.outputs[0].text == "found 42\n"
    assert measured.outputs[0].data["text/plain"] == "100000000"
    assert [printed.execution_count, measured.execution_count] == [1, 2]
    assert first.source.endswith(f"**Runs:** {tool.describe(seconds, peak)}")
    assert "1.5 GB" not in first.source
    assert "**Needs:** nothing.\n" in first.source
    test_metadata_are_ours_only(path)


def test_progress_bars_leave_no_trace(tool):
    def printed(text):
        return nbformat.v4.new_output("stream", text=text)

    cell = nbformat.v4.new_code_cell("training")
    figure = nbformat.v4.new_output("display_data", data={"image/png": ""})
    cell.outputs = [
        printed("\rbar 1/2"),
        printed("\rbar 2/2\r       \r"),
        figure,
        printed("first\n\rbar 1/2"),
        printed("\r       \rlast\n"),
    ]
    tool.without_bars(cell)
    assert cell.outputs == [figure, printed("first\nlast\n")]


def test_output_without_a_bar_stays_as_it_was(tool):
    cell = nbformat.v4.new_code_cell("printing")
    before = [nbformat.v4.new_output("stream", text="  a  \n")] * 2
    cell.outputs = list(before)
    tool.without_bars(cell)
    assert cell.outputs == before


@pytest.mark.parametrize(
    ("seconds", "peak", "words"),
    [
        (0.3, 4.4e8, "5 s on two CPU cores, 0.4 GB of memory."),
        (7.6, 5e8, "10 s on two CPU cores, 0.5 GB of memory."),
        (52.4, 1.96e9, "50 s on two CPU cores, 2.0 GB of memory."),
    ],
)
def test_describe_rounds(tool, seconds, peak, words):
    assert tool.describe(seconds, peak) == words


@pytest.fixture
def course(tool, tmp_path, monkeypatch):
    """A course of five notebooks, one of which has a thumbnail."""
    monkeypatch.setattr(tool, "NOTEBOOKS", tmp_path / "notebooks")
    (tmp_path / "notebooks" / "thumbnails").mkdir(parents=True)
    for stem, title, part in (
        ("00_start", "Start: where?", ""),
        ("01_one", "One: why?", "I · A"),
        ("02_two", "Two: how?", "I · A"),
        ("03_three", "Three: when?", "II · B: c"),
        ("04_four", "Four: who?", "II · B: c"),
    ):
        line = f"*Part {part} · notebook {stem[:2]} of 4*\n\n" if part else ""
        path = tmp_path / "notebooks" / f"{stem}.ipynb"
        write(path, title, part=line)
    (tmp_path / "notebooks" / "thumbnails" / "01_one.png").touch()
    return tool


def test_map_has_a_row_for_each_notebook(course):
    rows = course.course_map("sub/").splitlines()
    assert len(rows) == 2 + 5 + 2
    assert {row.count("|") for row in rows} == {5}
    assert (
        rows[2]
        == "|  | [00 Start](sub/00_start.ipynb) | where? | 15 s, 1.5 GB |"
    )
    assert rows[4] == (
        "| ![A figure of notebook 01](sub/thumbnails/01_one.png) "
        "| [01 One](sub/01_one.ipynb) | why? | 15 s, 1.5 GB |"
    )


def test_map_names_each_part_once_above_its_notebooks(course):
    rows = course.course_map("").splitlines()
    assert rows[3] == "| | **Part I · A** | | |"
    assert "[02 Two]" in rows[5]
    assert rows[6] == "| | **Part II · B: c** | | |"
    assert sum("**" in row for row in rows) == 2


def test_an_appendix_begins_its_own_part(course):
    part = "*Appendix · notebook 05*\n\n"
    write(course.NOTEBOOKS / "05_five.ipynb", "Five: what else?", part=part)
    rows = course.course_map("").splitlines()
    assert rows[-2] == "| | **Appendix** | | |"
    assert "[05 Five]" in rows[-1]


BEGIN, END = "<!-- map: written by make notebooks -->", "<!-- end of map -->"


def test_replace_keeps_what_is_around_it():
    text = written.replace(f"before\n{BEGIN}\nold\n{END}\nafter", "map", "new")
    assert text == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter"
    assert written.replace(text, "map", "new") == text


def test_a_page_gets_its_part(tmp_path):
    page = tmp_path / "README.md"
    page.write_text(f"# Course ✓\n{BEGIN}\n{END}\nend\n", encoding="utf-8")
    written.write_page(page, "map", "new ✓")
    text = page.read_text(encoding="utf-8")
    assert text == f"# Course ✓\n{BEGIN}\n\nnew ✓\n\n{END}\nend\n"


def test_start_gets_its_part_in_the_cell_that_has_the_marks(
    tmp_path, monkeypatch
):
    start = tmp_path / "00.ipynb"
    monkeypatch.setattr(written, "START", start)
    write(start, "Start: where?")
    notebook = nbformat.read(start, as_version=4)
    text = f"Map\n{BEGIN}\n{END}"
    notebook.cells.append(nbformat.v4.new_markdown_cell(text))
    nbformat.write(notebook, start)
    written.write_start("map", "new")
    first, mapped = cells(start)
    assert first.source.startswith("# Start: where?")
    assert mapped.source == f"Map\n{BEGIN}\n\nnew\n\n{END}"


def test_map_without_thumbnails_has_a_column_less(course):
    rows = course.course_map("sub/", thumbnails=False).splitlines()
    assert {row.count("|") for row in rows} == {4}
    assert "thumbnails" not in "".join(rows)
    assert rows[3] == "| **Part I · A** | | |"
    assert rows[4] == "| [01 One](sub/01_one.ipynb) | why? | 15 s, 1.5 GB |"


def as_base64(pixels):
    packed = io.BytesIO()
    Image.fromarray(pixels).save(packed, "png")
    return base64.b64encode(packed.getvalue()).decode()


def from_base64(png):
    return Image.open(io.BytesIO(base64.b64decode(png)))


def test_save_pictures(course):
    path = course.NOTEBOOKS / "01_one.ipynb"
    notebook = nbformat.read(path, as_version=4)
    rng = np.random.default_rng(0)
    for tag, shape in (
        (None, (30, 30, 3)),
        ("cover", (200, 100, 3)),
        ("thumbnail", (300, 400, 3)),
    ):
        cell = nbformat.v4.new_code_cell("figure")
        cell.metadata["tags"] = [tag] if tag else []
        figure = as_base64(rng.integers(0, 256, shape, np.uint8))
        cell.outputs = [
            nbformat.v4.new_output("stream", text="text first"),
            nbformat.v4.new_output("display_data", data={"image/png": figure}),
        ]
        notebook.cells.append(cell)
    nbformat.write(notebook, path)
    course.save_pictures(path)
    folder = course.NOTEBOOKS / "thumbnails"
    assert {file.name for file in folder.iterdir()} == {
        "01_one.png",
        "cover_01.png",
    }
    with Image.open(folder / "01_one.png") as small:
        assert small.mode == "L"
        assert small.width <= course.THUMBNAIL_SIZE[0]
        assert small.height <= course.THUMBNAIL_SIZE[1]
        assert abs(small.width / small.height - 400 / 300) < 0.02
    with Image.open(folder / "cover_01.png") as cover:
        assert cover.size == (100, 200)
        assert cover.mode == "RGB"


@pytest.mark.parametrize("colours", [2, 256])
def test_shrink_keeps_a_figure_of_few_colours(tool, colours):
    rng = np.random.default_rng(0)
    palette = rng.integers(0, 256, (colours, 3), np.uint8)
    pixels = palette[rng.integers(0, colours, (60, 80))]
    before = as_base64(pixels)
    after = tool.shrink(before)
    assert len(after) < len(before)
    np.testing.assert_array_equal(from_base64(after).convert("RGB"), pixels)


def test_shrink_hardly_changes_a_photograph(tool):
    pixels = datasets.photo("cat", max_side=200)
    after = tool.shrink(as_base64(pixels))
    shown = np.asarray(from_base64(after).convert("RGB")).astype(int)
    assert shown.shape == pixels.shape
    assert np.abs(shown - pixels).mean() < 4


def test_shrink_never_makes_a_figure_larger(tool):
    tiny = as_base64(np.zeros((1, 1), np.uint8))
    assert len(tool.shrink(tiny)) <= len(tiny)


def test_stored_maps_are_those_of_the_stored_notebooks(tool):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    start = prose(ROOT / "notebooks" / "00_start_here.ipynb")
    for text, options in (
        (readme, {"prefix": "notebooks/", "thumbnails": False}),
        (start, {"prefix": ""}),
    ):
        fresh = written.replace(text, "map", tool.course_map(**options))
        assert fresh == text, "run make notebooks"


def test_readme_is_two_screens():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(readme) <= 9_000
