"""The longest files first; kernels on Unix sockets; figures are compared, too.

Unix sockets need no ports and no network.
"""

import itertools
import sys
import tempfile

import figures
import nbval.kernel
import pytest
import slowest_first
from jupyter_client.manager import KernelManager
from nbval.plugin import IPyNbCell
from traitlets import default

from cnn_course.console import onednn

onednn.choose()  # for this process, its kernels and all that it starts


class UnixSocketKernelManager(KernelManager):
    """A kernel manager that nbval, which has no option for it, is given."""

    folder, numbers = None, itertools.count()  # of the sockets

    @default("transport")
    def _transport_default(self):
        return "ipc"

    @default("ip")
    def _ip_default(self):
        return f"{self.folder}/{next(self.numbers)}"


def pytest_configure(config):
    """Keep pytest-xdist from reordering; swap nbval's kernel manager.

    The latter where there are Unix sockets.
    """
    config.option.loadscopereorder = False
    if sys.platform != "win32":
        folder = tempfile.TemporaryDirectory()
        config.add_cleanup(folder.cleanup)
        UnixSocketKernelManager.folder = folder.name
        nbval.kernel.KernelManager = UnixSocketKernelManager


def pytest_collection_modifyitems(items):
    """Sort the files; those that take equally long stay in order."""
    items.sort(key=lambda item: -slowest_first.seconds(item.path))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Compare a cell's figures after nbval has compared its texts."""
    result = yield
    if isinstance(item, IPyNbCell):
        outputs = item.test_outputs or []
        tags = item.cell.metadata.get("tags", [])
        if said := figures.complaint(outputs, item.cell.outputs, tags):
            item.raise_cell_error(said)
    return result
