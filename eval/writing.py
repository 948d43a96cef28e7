"""What a language model wrote in a run, what became of it, and what it cost, from the traces of the answers."""

from collections.abc import Iterable, Mapping
from typing import Any

from chat.answers import Answer
from eval.summary import shown

COUNTED = ("written", "kept", "recited", "removed", "unknown_markers")
COSTS = ("tokens_in", "tokens_out", "seconds")


def writing_of(answers: Iterable[Answer]) -> dict[str, Any] | None:
    """Sums over the answers that a model was asked for; None when it was asked for none.

    `statements` written are kept or removed; of the kept, `recited` cite other sentences than the model did.
    Costs include follow-ups that the model was asked to put as questions of their own.
    """
    traces = [answer.trace for answer in answers if "writer" in answer.trace]
    if not traces:
        return None
    writers = [trace["writer"] for trace in traces]
    requests = [*writers, *(trace["condensed"] for trace in traces if trace.get("condensed"))]
    return {
        "model": str(writers[0].get("model", "")),
        "answers": len(writers),
        "fell_back": sum("fault" in writer or not writer.get("kept") for writer in writers),
        **{name: sum(writer.get(name, 0) for writer in writers) for name in COUNTED},
        **{name: sum(request.get(name, 0) for request in requests) for name in COSTS},
        "tokens_counted": all(writer.get("tokens_counted") for writer in writers if "fault" not in writer),
    }


def writing_rows(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The figures with their names, as a person reads them."""
    answers, written = figures["answers"], figures["written"]
    each = max(1, answers)
    estimated = "" if figures["tokens_counted"] else ", estimated"
    return [
        ("Model", figures["model"]),
        ("Answers asked of it", f"{answers:,}"),
        ("Answers where quotations were shown instead", _share(figures["fell_back"], answers)),
        ("Statements written", f"{written:,}"),
        ("Statements removed", _share(figures["removed"], written)),
        ("Statements re-cited", _share(figures["recited"], written)),
        ("Markers that name no sentence", f"{figures['unknown_markers']:,}"),
        ("Tokens in", _each(figures["tokens_in"], each, estimated)),
        ("Tokens out", _each(figures["tokens_out"], each, estimated)),
        (
            "Seconds of the model",
            f"{figures['seconds']:.1f}, {shown(figures['seconds'] / each, 'seconds')} each",
        ),
    ]


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({part / whole:.1%})" if whole else f"{part:,}"


def _each(tokens: int, answers: int, estimated: str) -> str:
    return f"{tokens:,}, {tokens / answers:,.0f} each{estimated}"
