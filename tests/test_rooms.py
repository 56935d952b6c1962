"""The plan in CONTRIBUTING.md holds: who imports whom, how large a file is.

A room is an entry of the top floor of cnn_course, a file or a folder; what the
tree names inside of one is a room of its own.
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "cnn_course"
FILES = sorted(PACKAGE.rglob("*.py"))
FOLDERS = sorted({path.parent for path in FILES} - {PACKAGE})
EXERCISES = {path.stem[3:] for path in ROOT.glob("notebooks/[0-9]*.ipynb")}


def plan():
    """The rooms in the order of CONTRIBUTING.md's tree, lowest first."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    tree = text.split("```\ncnn_course/\n")[1].split("```")[0]
    names = [re.match(r"  ([\w/]*\w)", line)[1] for line in tree.splitlines()]
    return [name.replace("/", ".") for name in names]


def module_of(path):
    """The dotted name of a file of the package."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path) for path in FILES}


def imports(path):
    """The modules of the package that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: imports are absolute"
            for alias in node.names:
                inside = f"{node.module}.{alias.name}"
                found.add(inside if inside in MODULES else node.module)
    return {name for name in found if name.split(".")[0] == "cnn_course"}


def room(module):
    """The smallest room that a module stands in."""
    inside = module.removeprefix("cnn_course").removeprefix(".")
    rooms = [r for r in plan() if f"{inside}.".startswith(f"{r}.")]
    return max(rooms, key=len, default="")


def test_the_plan_names_every_room_once():
    rooms = {path.stem for path in PACKAGE.iterdir() if path.name[0] != "_"}
    assert sorted(name for name in plan() if "." not in name) == sorted(rooms)
    assert len(set(plan())) == len(plan())
    for name in plan():
        assert any(room(module) == name for module in MODULES), name
    assert len(rooms) <= 16


def test_the_places_that_contributing_names_are_there():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    places = re.findall(r"`((?:[\w.]+/)+[\w.]*)`", text)
    assert "finetune/recipe.py" in places
    assert "cnn_course/nets/" in places
    for place in set(places) - {
        "findings/NAME.sh",
        "book/build/site/index.html",
    }:
        assert (ROOT / place).exists() or (PACKAGE / place).exists(), place
    file, name = re.search(r"(tests/\S+\.py) -k (\w+)", text).groups()
    assert name in (ROOT / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_nothing_below_imports_from_above(path):
    here, order = room(module_of(path)), plan()
    for name in imports(path):
        assert name in MODULES, f"{path.name} imports {name}: no such module"
        if room(name) != here:
            assert here, "cnn_course itself imports nothing"
            assert order.index(room(name)) < order.index(here), name


def circle(arrows):
    """A way through {name: names} that comes back to where it has been."""
    done = set()

    def visit(name, way):
        if name in way:
            return [*way[way.index(name) :], name]
        if name not in done:
            for other in sorted(arrows.get(name, ())):
                if found := visit(other, [*way, name]):
                    return found
            done.add(name)
        return []

    return next(filter(None, (visit(name, []) for name in arrows)), [])


def test_no_circle_between_files():
    # A folder's __init__ is a file like the others: what stands in the folder
    # and asks its __init__ for a name goes in a circle.
    assert circle({module_of(path): imports(path) for path in FILES}) == []


def test_a_circle_would_be_found():
    arrows = {"a": {"b"}, "b": {"c", "d"}, "c": set(), "d": {"b"}}
    assert circle(arrows) == ["b", "d", "b"]


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_a_file_can_be_read_in_one_sitting(path):
    # In nets, one paper is one file. A notebook's exercises are a list of slips
    # with their hints, in which one looks up, and which tries every answer.
    if path.parent.name != "nets" and path.stem not in EXERCISES:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 450


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_folder_says_what_is_inside_and_what_to_read_first(folder):
    text = (folder / "__init__.py").read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(text))
    assert 3 <= len(docstring.splitlines()) <= 8
    parts = [p for p in folder.iterdir() if p.name[0] not in "_."]
    assert len(parts) >= 2
    if folder.name not in ("nets", "check"):  # a file a paper, a notebook
        for part in parts:
            assert part.stem in docstring, f"{part.name} is not mentioned"
