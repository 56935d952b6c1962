"""The catalogue of blocks and networks, for CATALOGUE.md and the book.

Everything comes from the docstrings of cnn_course/nets/, whose formulas and
counts the tests check.
"""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NETS = ROOT / "cnn_course" / "nets"


def _field(docstring, name):
    """The text of "name: ..." in a docstring, on one line; "" if missing."""
    found = re.search(
        rf"^{name}: (.*?)(?=^\w+:|\n\n|\Z)", docstring, re.MULTILINE | re.DOTALL
    )
    return " ".join(found[1].split()) if found else ""


def functions(path):
    """Yield (function's node, docstring) of a file's public functions."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node, ast.get_docstring(node)


def files():
    """The files of cnn_course/nets/, one for each paper."""
    return sorted(NETS.glob("[a-z]*.py"))


def block_functions(path):
    """The functions of a file that are blocks: they take a tensor x first."""
    return [
        (node, docstring)
        for node, docstring in functions(path)
        if node.args.args[0].arg == "x"
    ]


def paper(path):
    """(network's name, authors, address) from a file's first lines."""
    head = " ".join(
        ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        .split("\n\n")[0]
        .split()
    )
    names, address = head.rstrip(".").rsplit(", ", 1)
    name, authors = names.split(": ")
    return name, authors, address


def blocks(prefix):
    """The table of blocks, with links to the files below prefix."""
    pictures = f"{prefix}notebooks/thumbnails/blocks"
    rows = [
        "| block | parameters | source | picture |",
        "| --- | --- | --- | --- |",
    ]
    for path in files():
        _, authors, address = paper(path)
        for node, docstring in block_functions(path):
            where = _field(docstring, "Source").split(";")[0].rstrip(".")
            formula = _field(docstring, "Parameters").split(";")[0].rstrip(".")
            formula = formula.replace(", with ", "<br>with ")
            picture = f"{pictures}/{node.name}.png"
            rows.append(
                f"| [`{node.name}`]({prefix}cnn_course/nets/{path.name})<br>"
                f"{docstring.splitlines()[0]}<br>"
                f"`from cnn_course.nets.{path.stem} import {node.name}` "
                f"| {formula} "
                f"| {where.replace(authors, f'[{authors}]({address})', 1)} "
                f"| [![{node.name}]({picture})]({picture}) |"
            )
    return "\n".join(rows)


def networks(prefix):
    """The table of networks that cnn_course.nets exports."""
    exported = ast.literal_eval(
        re.search(
            r"__all__ = (\[.*?\])",
            (NETS / "__init__.py").read_text(encoding="utf-8"),
            re.DOTALL,
        )[1]
    )
    rows = ["| network | parameters | paper |", "| --- | --- | --- |"]
    for path in files():
        _, authors, address = paper(path)
        for node, docstring in functions(path):
            if node.name in exported:
                rows.append(
                    f"| [`{node.name}`]({prefix}cnn_course/nets/{path.name}) "
                    f"| {_field(docstring, 'Parameters').rstrip('.')} "
                    f"| [{authors}]({address}) |"
                )
    return "\n".join(rows)


def catalogue(prefix):
    """Both tables, with links to the files below prefix."""
    return f"{blocks(prefix)}\n\n{networks(prefix)}"
