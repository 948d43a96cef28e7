"""The points at which a process touches the disk, to be listed, or to die at one of them.

Python tells an audit hook before each open, rename, unlink, mkdir and rmdir; `os.fsync` is wrapped. So
every such step of our code is a point, also those added later, and the product holds no hook.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def at_points(folder: Path, on_point: Callable[[int, str], None]) -> None:
    """From now on, `on_point` is called before each touch of what is below `folder`, with its number and name.

    The numbers count from 1. Lasts as long as the process: only for one that is to be killed.
    """
    count = 0
    inside = False

    def pass_point(kind: str, path: object, below: bool = False) -> None:
        nonlocal count, inside
        if isinstance(path, int) or inside:
            return
        name = os.fsdecode(path)
        if below or name.startswith(os.fspath(folder)):
            count += 1
            inside = True  # what the caller does is no point
            try:
                on_point(count, f"{kind} {_plain(name)}")
            finally:
                inside = False

    def hook(event: str, arguments: tuple) -> None:
        if event == "open":
            path, _, flags = arguments
            if flags & _WRITING:
                pass_point("open", path)
        elif event == "os.rename":
            pass_point("rename", arguments[1])
        elif event in ("os.remove", "os.rmdir"):
            # shutil removes by name below an open folder
            pass_point({"os.remove": "unlink", "os.rmdir": "rmdir"}[event], arguments[0], arguments[1] != -1)
        elif event == "os.mkdir":
            pass_point("mkdir", arguments[0])
        elif event == "sqlite3.connect":
            pass_point("connect", arguments[0])

    fsync = os.fsync

    def fsync_at_point(descriptor: int) -> None:
        pass_point("fsync", os.readlink(f"/proc/self/fd/{descriptor}"))
        fsync(descriptor)

    os.fsync = fsync_at_point
    sys.addaudithook(hook)


def _plain(name: str) -> str:
    """The last part of a path, without what differs from run to run."""
    last = name.rsplit("/", 1)[-1]
    if last.startswith("."):
        return ".CURRENT" if last.startswith(".CURRENT") else last
    if last.startswith(("gen-", "tmp-")):
        return last[:4]
    return "(collection)" if len(last) == 36 and last.count("-") == 4 else last
