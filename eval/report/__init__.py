"""The report of a run: one HTML file that opens offline and loads nothing."""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eval.report.markup import element, joined, raw
from eval.report.page import page_body
from eval.run import Run

__all__ = ["write_report"]

_HERE = Path(__file__).parent


def write_report(run: Run, metrics: Mapping[str, Any], file: Path) -> None:
    """Write the page; `metrics` is what stands in metrics.json for this run."""
    style = (_HERE / "report.css").read_text(encoding="utf-8")
    script = (_HERE / "report.js").read_text(encoding="utf-8")
    # Only these two, by their hash: nothing else runs or loads even if an escape were missed.
    policy = (
        f"default-src 'none'; style-src {_source(style)}; script-src {_source(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"Evaluation of {run.system}, {run.started}"),
        element("style", raw(style)),
    )
    body = element("body", page_body(run, metrics), element("script", raw(script)))
    page = joined(raw("<!doctype html>\n"), element("html", head, body, lang="en"))
    file.write_text(page, encoding="utf-8")


def _source(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
