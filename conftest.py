"""Notebook kernels under nbval talk over Unix sockets: no ports, no network."""

import sys
import tempfile

import nbval.kernel
from jupyter_client.manager import KernelManager
from traitlets import default


class UnixSocketKernelManager(KernelManager):
    """A kernel manager that nbval, which has no option for it, is given."""

    @default("transport")
    def _transport_default(self):
        return "ipc"

    @default("ip")
    def _ip_default(self):
        return f"{tempfile.mkdtemp()}/kernel"


def pytest_configure():
    """Swap nbval's kernel manager, where there are Unix sockets."""
    if sys.platform != "win32":
        nbval.kernel.KernelManager = UnixSocketKernelManager
