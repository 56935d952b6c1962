"""Re-execute notebooks in place: `make notebooks`, `make notebooks ONLY=03`.

Each notebook runs in a process of its own, so that its runtime and its peak
memory can be measured; both are written into its first cell. The map of the
course in 00 and in the README, and the small pictures in it, come from the
executed notebooks, and the catalogue from the docstrings of the blocks.
"""

import base64
import io
import re
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import block_pictures
import nbformat
from catalogue import catalogue
from figures import shrink
from nbclient import NotebookClient
from PIL import Image
from traitlets.config import Config
from written import CATALOGUE, README, write_page, write_start

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
RUNS = re.compile(r"\*\*Runs:\*\* (.*)")
PART = re.compile(r"^\*(Part .*|Appendix) · notebook", re.MULTILINE)
THUMBNAIL_SIZE = (220, 130)


def kernel_config(folder):
    """Let a kernel talk over Unix sockets in a folder, where there are any."""
    config = Config()
    if sys.platform != "win32":
        config.KernelManager.transport = "ipc"
        config.KernelManager.ip = f"{folder}/kernel"
    return config


def execute(path):
    """Run one notebook in place; return its seconds and peak bytes."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=600,
            kernel_name="python3",
            record_timing=False,
            config=kernel_config(folder),
            resources={"metadata": {"path": path.parent}},
        )
        start = time.perf_counter()
        client.execute()
        seconds = time.perf_counter() - start
    notebook.metadata = {
        "kernelspec": {
            "display_name": "Python 3",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python"},
    }
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
    for cell in notebook.cells:
        if cell.cell_type == "code":
            without_bars(cell)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            # Sliders belong to a running kernel; their first picture stays.
            data.pop("application/vnd.jupyter.widget-view+json", None)
            if "image/png" in data:
                data["image/png"] = shrink(data["image/png"])
    first = notebook.cells[0]
    first.source = RUNS.sub(
        f"**Runs:** {describe(seconds, peak)}", first.source
    )
    nbformat.write(notebook, path)
    return seconds, peak


def without_bars(cell):
    """Keep of each printed line what a progress bar has left of it."""
    if not any("\r" in output.get("text", "") for output in cell.outputs):
        return
    kept = []
    for output in cell.outputs:
        if (
            kept
            and output.output_type == "stream" == kept[-1].output_type
            and output.name == kept[-1].name
        ):
            kept[-1].text += output.text  # a bar arrives in pieces
        else:
            kept.append(output)
    for output in kept:
        if output.output_type == "stream":
            lines = output.text.split("\n")
            last = [line.rstrip("\r").rpartition("\r")[2] for line in lines]
            output.text = "\n".join(line.rstrip() for line in last)
    cell.outputs = [
        output
        for output in kept
        if output.output_type != "stream" or output.text.strip()
    ]


def describe(seconds, peak):
    """Words for the first cell, rounded to what can be relied on."""
    rounded = max(5, 5 * round(seconds / 5))
    return f"{rounded} s on two CPU cores, {peak / 1e9:.1f} GB of memory."


def save_pictures(path):
    """Keep the figures of the cells tagged "thumbnail" (small) and "cover"."""
    folder = NOTEBOOKS / "thumbnails"
    folder.mkdir(exist_ok=True)
    for cell in nbformat.read(path, as_version=4).cells:
        tags = {"thumbnail", "cover"} & set(cell.metadata.get("tags", []))
        if not tags:
            continue
        figure = next(
            output.data["image/png"]
            for output in cell.outputs
            if "image/png" in output.get("data", {})
        )
        picture = Image.open(io.BytesIO(base64.b64decode(figure)))
        if "cover" in tags:
            picture.save(folder / f"cover_{path.stem[:2]}.png", optimize=True)
        if "thumbnail" in tags:
            picture = picture.convert("L")
            picture.thumbnail(THUMBNAIL_SIZE, Image.Resampling.LANCZOS)
            picture.save(folder / f"{path.stem}.png", optimize=True)


def course_map(prefix, *, thumbnails=True):
    """Write the map as a Markdown table, with links below prefix.

    A row in bold begins each part, as the notebooks' first cells name it.
    """
    rows = ["| notebook | the question | runs |", "| --- | --- | --- |"]
    if thumbnails:
        rows = ["| " + rows[0], "| --- " + rows[1]]
    empty = "| " if thumbnails else ""
    last_part = None
    for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb")):
        first = nbformat.read(path, as_version=4).cells[0].source
        part = PART.search(first)
        if part and part[1] != last_part:
            last_part = part[1]
            rows.append(f"{empty}| **{last_part}** | | |")
        title, question = first.splitlines()[0].lstrip("# ").split(": ", 1)
        time_and_memory = RUNS.search(first).group(1)
        seconds, memory = re.findall(r"[\d.]+ (?:s|GB)", time_and_memory)
        number, picture = path.stem[:2], f"thumbnails/{path.stem}.png"
        shown = (NOTEBOOKS / picture).exists()
        figure = f"![A figure of notebook {number}]({prefix}{picture})"
        rows.append(
            (f"| {figure if shown else ''} " if thumbnails else "")
            + f"| [{number} {title}]({prefix}{path.name}) "
            f"| {question} | {seconds}, {memory} |"
        )
    return "\n".join(rows)


def write_tables():
    """Write the map, the catalogue and the pictures of its blocks."""
    write_start("map", course_map(""))
    write_page(README, "map", course_map("notebooks/", thumbnails=False))
    block_pictures.draw_all()
    write_page(CATALOGUE, "catalogue", catalogue(""))


def main(only):
    """Execute the notebooks whose names start with one of `only`, or all."""
    for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb")):
        if only and not path.name.startswith(tuple(only)):
            continue
        print(f"{path.name} ...", end=" ", flush=True)
        # A process of its own: the peak of its children is this kernel's.
        with ProcessPoolExecutor(max_workers=1) as pool:
            seconds, peak = pool.submit(execute, path).result()
        print(f"{seconds:.0f} s, {peak / 1e9:.1f} GB")
        save_pictures(path)
    write_tables()


if __name__ == "__main__":
    main(sys.argv[1:])
