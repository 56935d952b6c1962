#!/usr/bin/env bash
# jupyter-cache 1.0.1 (MyST-NB and Jupyter Book use it for `cache`): a notebook
# is known by its code cells, their metadata and its kernel alone; neither its
# folder nor its Markdown counts. One report, copied into a folder for each
# class or data set, with a relative path in its code, is one notebook: the
# second is not executed and gets the outputs of the first. Executed in one go,
# both run, each in its own folder, and both then get those of the last.
#
# A good guess: each has its own outputs, since each has its own path, by which
# the cache lists it, and the working directory is the notebook's folder.
# Seen: one after the other, both say "cats"; in one go, both say "dogs".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    jupyter-cache==1.0.1 ipykernel==7.4.0 nbclient==0.11.0 nbformat==5.11.1
cat > "$folder/twins.py" <<'PYTHON'
import sys
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.executors import load_executor
from nbformat import read, v4, write


def outputs(folder, at_once):
    cache = get_cache(folder / "cache")
    for name in ("cats", "dogs"):
        (folder / name).mkdir(parents=True)
        (folder / name / "class.txt").write_text(name)
        code = v4.new_code_cell("print(open('class.txt').read())")
        notebook = v4.new_notebook(
            cells=[v4.new_markdown_cell(f"# About {name}"), code],
            metadata={"kernelspec": {"name": "python3", "display_name": "P"}},
        )
        write(notebook, folder / name / "report.ipynb")
        cache.add_nb_to_project(str(folder / name / "report.ipynb"))
        if not at_once or name == "dogs":
            load_executor("local-serial", cache).run_and_cache()
    found = {}
    for name in ("cats", "dogs"):
        notebook = read(folder / name / "report.ipynb", 4)
        _, merged = cache.merge_match_into_notebook(notebook)
        found[name] = merged.cells[1].outputs[0].text.strip()
    return found


one_by_one = outputs(Path(sys.argv[1], "one by one"), at_once=False)
in_one_go = outputs(Path(sys.argv[1], "in one go"), at_once=True)
print("one by one:", one_by_one, "in one go:", in_one_go)
assert one_by_one == {"cats": "cats", "dogs": "cats"}
assert in_one_go == {"cats": "dogs", "dogs": "dogs"}
PYTHON
"$folder/env/bin/python" "$folder/twins.py" "$folder/work"
