"""Where a Chromium for the browser tests is; `--install` fetches Debian's when there is none.

Run by `make setup-dev`, so that a fresh machine runs the browser tests too. Exits 0 either way: where
none can be had, the browser tests say that they were skipped and why.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""Without these Chromium looks for its maker's servers at every start."""


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome on this machine, or None; `DOSSIER_CHROMIUM` names another."""
    named = os.environ.get("DOSSIER_CHROMIUM")
    if named:
        return named
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install_chromium() -> str | None:
    """Installs Debian's package where apt-get and the right to use it are at hand; None otherwise."""
    if shutil.which("apt-get") is None:
        return None
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if as_root and shutil.which("sudo") is None:
        return None
    for step in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        done = subprocess.run([*as_root, "apt-get", "-qq", *step], stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            return None
    return find_chromium()


if __name__ == "__main__":
    found = find_chromium() or (install_chromium() if "--install" in sys.argv else None)
    if found is None:
        print("No Chromium found: the browser tests will be skipped. Install one, or set DOSSIER_CHROMIUM.")
