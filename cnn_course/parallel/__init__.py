"""One model on many devices, in one process or in many: data parallelism.

group.py, to read first, makes a group of devices and lets its processes share,
gather and wait; supervisor.py ends a process that the others have left alone;
all_reduce.py counts what devices must tell each other. Nothing heavy loads
before `join`.
"""

from cnn_course.parallel.group import Group, gather, join, leave, share, wait
from cnn_course.parallel.supervisor import (
    LOST,
    PATIENCE,
    obey,
    supervise,
    supervised,
)

__all__ = [
    "LOST",
    "PATIENCE",
    "Group",
    "gather",
    "join",
    "leave",
    "obey",
    "share",
    "supervise",
    "supervised",
    "wait",
]
