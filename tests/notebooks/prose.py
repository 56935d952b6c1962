"""Find the claims in the course's prose, and what proves each of them.

`python tests/notebooks/prose.py 13` prints the claims of notebook 13 that
nothing proves yet, as lines for `prose.toml`; without a number, how many claims
each page has, by the kind of proof.

A claim is a number, a ratio ("twice", "a third", "five times") or a comparison
("faster", "most", "wider than"). What is in STRUCTURE claims nothing; nor does
a whole number below ten without a unit: it counts, like "three" in words.

Three kinds of proof are found here, in the section of the claim:

- `assert`: the number stands in an assert, or in a call of an exercise's check;
- `output`: it stands in an output that the tests compare strictly;
- `setting`: it stands in the code. That is enough for a bare whole number; one
  with a unit or a decimal point was measured, and needs one of the first two,
  which are rounded as it is.

Numbers of three and more digits, a summary and what stands before the first
heading are looked up in the whole notebook. A number may stand there by chance
(the tests say how seldom). Ratios, comparisons and all other numbers need a
line in `prose.toml`, `"quoted words" = "kind: proof"`:

- `assert: code`, `output: text`, `setting: code` stand where the kind says;
- `fact: name` is one of `test_notes.FACTS`;
- `sum: expression` is true, and its numbers stand in the notebook;
- `file: path::text` stands in a file of the project, a test for example;
- `source: citation` names a paper or a manual, with its year or version;
- `once: how` was measured, and nothing repeats it;
- `figure: which` is to be seen there, and nothing but an eye checks it;
- `free: reason` is for words that claim nothing.

`assert 13: code` stands in notebook 13 instead of the claim's own.
"""

import ast
import json
import math
import re
import sys
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import nbformat

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

# What makes no claim is blanked, in this order, before claims are looked for.
STRUCTURE = {
    "table": r"(?s)<!-- (\w+): written by make.*?<!-- end of \1 -->",
    "code": r"(?s)```.*?```|`[^`]*`",
    "formula": r"(?s)\$\$.*?\$\$|\$[^$]+\$",
    "link": r"\[\d\d(?=[^\]]*\]\((?:notebooks/)?\d\d_)",
    "address": r"\]\([^)\s]*\)|<[^<>]*>|https?://[^\s)]+|arXiv:[\d.]+",
    "head": r"(?m)^\*\*(?:Needs|Runs):\*\*.*$|^\*Part .*of \d\d\*$",
    "list": r"(?m)^(?:\*\*)?\d+\.(?:\*\*)? |^\| \d+ \|",
    "reference": (
        r"(?i)\b(?:notebooks?|appendix|section|sec\.|figure|fig\.|equation"
        r"|layers?|exercises?|steps?|stages?|versions?|keras|python|tensorflow"
        r"|rows?|columns?|pixels?|levels?|class|classes|seeds?|blocks?)\s+"
        r"\[?\d+(?:\.\d+)*(?:(?:,| and| or| to|–|-)+\s+\[?\d+)*\b"
        r"(?!\s*(?:%|\.\d))"
    ),
    "size": r"\(?\d+(?:\s?×\s?\d+)+",
    "name": (
        r"Faster R-CNN|\b[A-Za-z]+[-_]?\d[\w./-]*|\b\d[a-e]\b"
        r"|\b\d+-(?:layer|pixel|D)\b"
    ),
    "year": r"(?<![\d.])(?:19[5-9]\d|20[0-2]\d)(?![\d.]\d)",
    "question": r"(?:(?<=[.!?:)]\s)|(?<=\n\n)|(?<=^- )|^)[^.!?:]*\?",
}
UNITS = (
    r"%|per\ cent|points?|ms|milliseconds?|seconds?|minutes?|hours?"
    r"|days?|weeks?|years?|[GMk]B|dB|million|billion|times"
)
NUMBER = rf"""(?x)
    (?<![\w.])[−+-]?
    (?P<digits> \d{{1,3}}(?:[ \u00a0\u202f,]\d{{3}})+(?!\d) | \d+ )
    (?P<decimals> \.\d+ )?
    (?:[\s-]? (?P<unit> {UNITS} ))? (?!\w)
"""
WORD = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty"
    "|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand"
    "|hundreds|thousands|several|many"
)
PART = (
    "(?:third|quarter|fifth|sixth|seventh|eighth|ninth|tenth|hundredth"
    "|thousandth)s?"
)
RATIO = rf"""(?ix)\b(?:
    twice | doubl(?:e[sd]?|ing) | halv(?:e[sd]?|ing) | half
    | (?:a|one|two|three|four|nine) [\s-] {PART}
    | {PART} \s+ (?:of|as|the)
    | (?:{WORD}) \s+ (?:{UNITS})
    | (?:{WORD}|(?<!\d\s)\d+) \s+ (?:out\s)? of\s (?:the\s)? (?:{WORD}|\d+)
    )(?!\w|\s\d{{3}})
"""
COMPARISON = r"""(?ix)\b(?:
    (?<!at\s)most | (?:nearly|almost)\s+all | hardly\s+any | beats? | beaten
    | faster | slower | better | worse | (?<!rather\s)(?<!other\s) than
    )(?!\w)
"""


def blank(text):
    """Put spaces over all that makes no claim; every place stays."""
    for pattern in STRUCTURE.values():
        text = re.sub(pattern, lambda hit: re.sub(r"\S", " ", hit[0]), text)
    return text


def claims(text):
    """Find all (start, end) of claims; of two that overlap, the first kind."""
    text, found = blank(text), []
    for pattern in RATIO, COMPARISON, NUMBER:
        for hit in re.finditer(pattern, text):
            overlaps = any(
                hit.start() < end and hit.end() > start for start, end in found
            )
            if not overlaps and not re.fullmatch(r"[−+-]?\d", hit[0]):
                found.append(hit.span())
    return sorted(found)


def plain(text):
    """Put a text on one line."""
    return " ".join(text.split())


@cache
def numbers(text, before=""):
    """All numbers of code or of an output that stand before a pattern."""
    text, found = re.sub("[\u00a0\u202f]", " ", text), set()
    for separator in "_, ":
        number = rf"\d+(?:{separator}\d{{3}})*(?:\.\d+)?(?:e-?\d+)?"
        for hit in re.findall(rf"(?<![\d.]){number}(?!\d){before}", text):
            found.add(float(hit.replace(separator, "")))
    return found


def value(hit):
    """A number that NUMBER has found, and its decimal places."""
    decimals = hit["decimals"] or ""
    return float(re.sub(r"\D", "", hit["digits"]) + decimals), len(decimals[1:])


class Page:
    """A notebook's prose, and its asserts, compared outputs and code.

    Args:
        cells: list of nbformat cells.
    """

    def __init__(self, cells):
        self.cells, self.prose, section = cells, [], 0
        self.evidence = {kind: [] for kind in EVIDENCE}
        for index, cell in enumerate(cells):
            if cell.cell_type == "markdown":
                self.prose.append((index, section, cell.source))
                section += len(re.findall(r"(?m)^## ", cell.source))
            else:
                for kind, find in EVIDENCE.items():
                    texts = [(section, plain(text)) for text in find(cell)]
                    self.evidence[kind] += texts

    def numbers(self, kind, section=None, before=""):
        """The numbers of a kind of evidence, in a section or everywhere."""
        return set().union(
            *(
                numbers(text, before)
                for where, text in self.evidence[kind]
                if section in (None, where)
            )
        )

    def everything(self):
        """All numbers of the page."""
        said = (numbers(text) for _, _, text in self.prose)
        return set().union(*said, *map(self.numbers, EVIDENCE))

    def proof(self, section, hit):
        """The kind of proof that a number has in its section, or None."""
        if hit["unit"] == "times":
            return None
        said, places = value(hit)
        if said * 10**places >= 100:  # three digits
            section = None
        measured = hit["unit"] or hit["decimals"]
        scale = {"million": 1e6, "billion": 1e9}.get(hit["unit"], 1)
        for kind in ("assert", "output") if measured else EVIDENCE:
            there = self.numbers(kind, section)
            if hit["unit"] == "%":
                there = {100 * share for share in there if share < 1}
                there |= self.numbers(kind, section, r"(?=\s?%)")
            if measured:
                there |= {round(number / scale, places) for number in there}
            if said in there:
                return kind
        return None

    def claims(self):
        """All (cell, start, end, text, kind of proof found or None)."""
        for index, section, text in self.prose:
            heads = [hit.span() for hit in re.finditer(r"(?m)^## .*", text)]
            for start, end in claims(text):
                before = [text[a:b] for a, b in heads if a <= start]
                where = section + len(before)
                if where == 0 or before[-1:] == ["## Summary"]:
                    where = None
                hit = re.fullmatch(NUMBER, text[start:end])
                kind = self.proof(where, hit) if hit else None
                yield index, start, end, text, kind


def asserts(cell):
    """The asserts of a cell, and its calls of NumPy's and of the course's."""
    try:
        tree = ast.parse(cell.source)
    except SyntaxError:  # plots.images??
        return
    lines = cell.source.splitlines()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) or (
            isinstance(node, ast.Call)
            and re.match(r"check\.|np\.testing\.", ast.unparse(node.func))
        ):
            yield "\n".join(lines[node.lineno - 1 : node.end_lineno])


def outputs(cell):
    """The texts of a cell that nbval compares with those of a fresh run."""
    if "nbval-ignore-output" not in cell.metadata.get("tags", []):
        for output in cell.outputs:
            yield output.get("text", "")
            for kind, content in output.get("data", {}).items():
                if kind.startswith("text/"):
                    yield re.sub("<[^>]*>", " ", content)


EVIDENCE = {
    "assert": asserts,
    "output": outputs,
    "setting": lambda cell: [cell.source],
}


@cache
def page(name):
    """The Page of a notebook, by its number, or of "README"."""
    if name == "README":
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        return Page([nbformat.v4.new_markdown_cell(text)])
    (path,) = (ROOT / "notebooks").glob(f"{name}_*.ipynb")
    return Page(nbformat.read(path, as_version=4).cells)


@cache
def facts():
    """The names in `test_notes.FACTS`."""
    tree = ast.parse((HERE / "test_notes.py").read_text(encoding="utf-8"))
    (table,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "FACTS"
    )
    return {row.elts[0].value for row in table.elts}


def stands_in(path, _, text):
    """Whether a text is in a file of the project."""
    file = ROOT / path
    return file.is_file() and text in file.read_text(encoding="utf-8")


ALLOWED = {"round": round, "ceil": math.ceil, "floor": math.floor}
UNITY = {1, 2, 10, 60, 24, 365, 100, 1000, 1e6, 1e9}  # units and percent


def holds(expression, there):
    """Whether an expression is true and made of numbers that are there."""
    if not numbers(expression) <= there | UNITY:
        return False
    return eval(expression, {"__builtins__": {}}, ALLOWED) is True


def proved(own, line, said):
    """Whether the proof in a line of the table is where it says.

    Args:
        own: Page of the claim.
        line: str, "kind: proof" or "kind 13: proof".
        said: set of the numbers that a sum must have among its own.
    """
    hit = re.fullmatch(r"(\w+) ?(\d\d)?: (.+)", line)
    if not hit:
        return False
    kind, number, proof = hit.groups()
    where = page(number) if number else own
    if kind in EVIDENCE:  # shorter than five signs, it stands anywhere
        texts = [text for _, text in where.evidence[kind]]
        return len(proof) > 4 and any(plain(proof) in text for text in texts)
    found = {
        "fact": lambda: proof in facts(),
        "sum": lambda: (
            said <= numbers(proof) and holds(proof, where.everything())
        ),
        "file": lambda: stands_in(*proof.partition("::")),
        "source": lambda: bool(re.search(r"\d|the notes", proof)),
        "once": lambda: True,
        "figure": lambda: True,
        "free": lambda: True,
    }
    return kind in found and found[kind]()


def read(own, table):
    """Compare a page with its lines of the table.

    Returns:
        Claims without proof, as (cell, sentence, claim); lines that are wrong,
        as (quoted words, why); and a Counter of the kinds of proof.
    """
    found, wrong, kinds = list(own.claims()), [], Counter()
    covered = {}
    for words, line in table.items():
        pattern = r"[\s>]+".join(map(re.escape, words.split()))
        hits = [
            (index, hit.start(), hit.end())
            for index, _, text in own.prose
            for hit in re.finditer(pattern, text)
        ]
        inside = {
            (index, start): text[start:end]
            for index, start, end, text, kind in found
            if kind is None and (index, start) not in covered
            for where, a, b in hits
            if index == where and a <= start and end <= b
        }
        said = {
            value(hit)[0]
            for claim in inside.values()
            if (hit := re.fullmatch(NUMBER, claim))
        }
        if len(hits) != 1:
            wrong.append((words, f"stands {len(hits)} times in the prose"))
        elif not inside:
            wrong.append((words, "has no claim that needs it"))
        elif not proved(own, line, said):
            wrong.append((words, f"is not proved by {line}"))
        covered |= dict.fromkeys(inside, re.match(r"\w*", line)[0])
    unbound = []
    for index, start, end, text, kind in found:
        kind = kind or covered.get((index, start))
        kinds[kind or "unbound"] += 1
        if kind is None:
            unbound.append((index, sentence(text, start), text[start:end]))
    return unbound, wrong, kinds


def sentence(text, place):
    """The sentence around a place, on one line."""
    ends = [
        hit.end() for hit in re.finditer(r"[.!?:]\W?(?=\s)|\n\n|\n- |\|", text)
    ]
    start = max((end for end in ends if end <= place), default=0)
    end = min((end for end in ends if end > place), default=len(text))
    return plain(text[start:end])


def names():
    """All pages that are read."""
    paths = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
    return [path.stem[:2] for path in paths] + ["README"]


def table():
    """The lines of `prose.toml`, by page."""
    return tomllib.loads((HERE / "prose.toml").read_text(encoding="utf-8"))


def main(wanted):
    """Print what is not proved on the wanted pages, or a line a page."""
    for name in wanted or names():
        unbound, wrong, kinds = read(page(name), table().get(name, {}))
        print(f"# [{name}]", *(f"{kind} {n}," for kind, n in kinds.items()))
        if wanted:
            for words, why in wrong:
                print(f"# {json.dumps(words, ensure_ascii=False)} {why}")
            for index, words, claim in unbound:
                key = json.dumps(words, ensure_ascii=False)
                print(f'{key} = ": "  # cell {index}: {plain(claim)}')


if __name__ == "__main__":
    main(sys.argv[1:])
