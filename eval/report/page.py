"""The report as one HTML page: the figures, the charts, then every case with what was said to it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from chat.answers import Answer, Citation, Statement
from eval.cases import Case
from eval.report.charts import bar, hit_chart, interval_strip, latency_chart, risk_coverage_chart
from eval.report.markup import Markup, element, joined
from eval.run import Result, Run
from eval.summary import MEASURES, shown, shown_range
from eval.writing import writing_rows

CASES_SHOWN = 2_000
"""More would make a page that no browser likes; the wrong ones come first then."""

MATCHES_SHOWN = 10
TRACE_LENGTH = 6_000
"""Characters of a trace that are shown; answers.jsonl and the engine have the rest."""

EXPLAINED = {
    "right": "Answered with every fact, a citation that is evidence, and not too many words; or declined, "
    "where the articles do not say.",
    "facts_all": "Answerable cases whose every fact is stated.",
    "fact_recall": "Mean share of the facts that are stated.",
    "citation_precision": "Share of the cited sentences that prove a fact.",
    "citation_recall": "Share of the stated facts that a citation proves, where they are stated.",
    "citations_valid": "Quotes that are exactly their span of the article.",
    "false_answer_rate": "Unanswerable cases that were answered.",
    "false_refusal_rate": "Answerable cases that were declined.",
    "failed_rate": "Cases that ended in a fault.",
    "hit_1": "The first match proves a fact.",
    "hit_3": "One of the first three matches proves a fact.",
    "hit_10": "One of the first ten matches proves a fact.",
    "mrr": "Mean of 1 / rank of the first match that proves a fact.",
    "ndcg_10": "How near the ranking is to one with all evidence on top.",
    "aurc": "Mean risk over all coverages, the surest cases first.",
    "words": "Of answers given, our own remarks included.",
    "seconds_p50": "Half of the answers took no longer.",
    "seconds_p95": "19 of 20 answers took no longer.",
}


def page_body(run: Run, metrics: Mapping[str, Any]) -> Markup:
    """Everything inside `<body>`."""
    return joined(
        _header(metrics),
        element(
            "main",
            _figures(metrics),
            _writing(metrics),
            _charts(run, metrics),
            _cases(run),
            _settings(metrics),
        ),
    )


def _header(metrics: Mapping[str, Any]) -> Markup:
    figure = metrics["measures"]["right"]
    value = shown(figure["value"], "share")
    band = shown_range(figure["low"], figure["high"], "share")
    splits = ", ".join(metrics["splits"])
    failed = len(metrics["failed"])
    return element(
        "header",
        element("p", f"Evaluation of {metrics['system']}", class_="eyebrow"),
        element("h1", element("strong", value), f" of {metrics['cases']} cases right"),
        interval_strip(figure["value"], figure["low"], figure["high"], f"{value}, 95 % interval {band}"),
        element(
            "p",
            f"95 % interval {band} · questions: {splits} · {metrics['started'][:16].replace('T', ' ')} UTC",
            class_="quiet",
        ),
        element("p", f"{failed} cases ended in a fault.", class_="alarm") if failed else None,
    )


def _figures(metrics: Mapping[str, Any]) -> Markup:
    tiles = []
    for measure in MEASURES[1:]:
        if figure := metrics["measures"].get(measure.name):
            tiles.append(
                element(
                    "div",
                    element(
                        "dt",
                        measure.title,
                        element("i", " ↓", title="lower is better") if measure.better == "lower" else None,
                    ),
                    element(
                        "dd",
                        element("b", shown(figure["value"], measure.unit)),
                        element("span", shown_range(figure["low"], figure["high"], measure.unit)),
                    ),
                    title=f"{EXPLAINED[measure.name]} {figure['n']} cases.",
                )
            )
    return element(
        "section",
        element("h2", "Measures"),
        element("dl", *tiles, class_="tiles"),
        element("p", "With bootstrap 95 % intervals. ↓ lower is better.", class_="quiet"),
    )


def _writing(metrics: Mapping[str, Any]) -> Markup | None:
    """What the language model wrote and what became of it; None without one."""
    if not (figures := metrics.get("writing")):
        return None
    rows = [
        element("tr", element("th", name, scope="row"), element("td", value))
        for name, value in writing_rows(figures)
    ]
    return element(
        "section",
        element("h2", "Written by a language model"),
        element("div", element("table", *rows), class_="scroll"),
        element(
            "p",
            "Each statement is checked against the words it cites. One that is not supported is searched for "
            "once more and cited anew, or removed.",
            class_="quiet",
        ),
        id="writing",
    )


def _charts(run: Run, metrics: Mapping[str, Any]) -> Markup:
    curves, measures = metrics["curves"], metrics["measures"]
    return element(
        "section",
        element("h2", "Where it stands"),
        element(
            "div",
            _card("Right, by category", "Choose one to see its cases.", _category_bars(metrics)),
            _card(
                "Risk and coverage",
                _operating(run, curves["operating_point"]),
                risk_coverage_chart(curves["risk_coverage"], curves["operating_point"]),
            ),
            _card(
                "What the search finds",
                "Answerable cases with evidence among the first k matches.",
                hit_chart(curves["hit"]),
            )
            if curves["hit"]
            else None,
            _card(
                "Time for an answer",
                "As the caller waited for it.",
                latency_chart(
                    [score.seconds for score in run.scores],
                    measures["seconds_p50"]["value"],
                    measures["seconds_p95"]["value"],
                ),
            ),
            class_="cards",
        ),
    )


def _operating(run: Run, operating: Mapping[str, float] | None) -> str:
    """What the curve is, and where on it the system stands with which threshold."""
    said = "The share of answers that are not right, if only the surest questions were answered. "
    if operating is None:
        return said + "Now it answers none."
    said += (
        f"Now it answers {shown(operating['coverage'], 'share')} of the questions, and "
        f"{shown(operating['risk'], 'share')} of these answers are not right"
    )
    thresholds = {str(t) for r in run.results if (t := r.answer.trace.get("threshold")) is not None}
    if len(thresholds) == 1:
        said += f", by a threshold of {thresholds.pop()}"
    return f"{said}. Dashed is an upper bound: these were declined."


def _card(title: str, explanation: str, drawing: Markup) -> Markup:
    return element(
        "figure",
        element("figcaption", element("h3", title), element("p", explanation, class_="quiet")),
        drawing,
    )


def _category_bars(metrics: Mapping[str, Any]) -> Markup:
    rows = []
    for name, figures in metrics["categories"].items():
        right = figures["right"]
        count = f"{round(right['value'] * right['n'])} of {right['n']}"
        label = f"{name}: {count}, 95 % interval {shown_range(right['low'], right['high'], 'share')}"
        rows.append(
            element(
                "li",
                element("a", name, href="#cases", data_category=name),
                bar(right["value"], right["low"], right["high"], label),
                element("span", count),
            )
        )
    return element("ul", *rows, class_="bars")


def _cases(run: Run) -> Markup:
    results = list(run.results)
    left_out = None
    if len(results) > CASES_SHOWN:
        results = sorted(results, key=lambda result: result.score.right)[:CASES_SHOWN]
        left_out = element(
            "p", f"The first {CASES_SHOWN} of {len(run.results)} cases, wrong ones first.", class_="quiet"
        )
    categories = list(dict.fromkeys(result.case.category for result in run.results))
    outcomes = list(dict.fromkeys(result.answer.outcome for result in run.results))
    return element(
        "section",
        element("h2", "Cases"),
        left_out,
        element(
            "form",
            element(
                "label",
                "Search ",
                element("input", type="search", name="text", autocomplete="off"),
                class_="wide",
            ),
            _choice("Category", "category", categories),
            _choice("Outcome", "outcome", outcomes),
            _choice("Verdict", "verdict", ["right", "wrong"]),
            element("output", f"{len(results)} cases", aria_live="polite"),
            class_="filters",
        ),
        element("div", *(_case(run, result) for result in results), class_="list"),
        element("p", "No case is left. Widen the choice above.", class_="quiet none", hidden=True),
        id="cases",
    )


def _choice(label: str, name: str, values: Sequence[str]) -> Markup:
    options = [element("option", "all", value=""), *(element("option", v, value=v) for v in values)]
    return element("label", f"{label} ", element("select", *options, name=name))


def _case(run: Run, result: Result) -> Markup:
    case, answer, score = result.case, result.answer, result.score
    verdict = "right" if score.right else "wrong"
    return element(
        "details",
        element(
            "summary",
            element("span", "✓" if score.right else "✗", class_=f"verdict {verdict}", title=verdict),
            element(
                "span",
                element("span", case.question, class_="question"),
                element("span", "; ".join(score.faults), class_="why") if score.faults else None,
            ),
            element("span", case.category, class_="chip"),
            element("span", answer.outcome, class_=f"chip {answer.outcome}"),
        ),
        element(
            "div",
            element(
                "p",
                f"{case.id}{f' · {case.split}' if case.split else ''} · {score.words} words · "
                f"{shown(score.seconds, 'seconds')} · confidence {score.confidence:.3g}",
                class_="quiet",
            ),
            _history(case),
            _answer(run, case, answer),
            _expected(run, case, answer, score.facts),
            element("p", f"Note: {case.note}", class_="quiet") if case.note else None,
            _search(run, case, answer),
            class_="body",
        ),
        class_="case",
        id=f"case-{case.id}",
        data_category=case.category,
        data_outcome=answer.outcome,
        data_verdict=verdict,
    )


def _history(case: Case) -> Markup | None:
    if not case.history:
        return None
    turns = [element("p", element("b", f"{turn.role}: "), turn.content) for turn in case.history]
    return element("div", element("h4", "Before"), *turns, class_="history")


def _answer(run: Run, case: Case, answer: Answer) -> Markup:
    gold = frozenset().union(*run.sentences.gold(case))
    proves = {c.number: _touches(run, c, gold) for c in answer.citations}
    asked = answer.understood and answer.understood != answer.question
    return element(
        "div",
        element("h4", "Answer"),
        element("p", f"Understood as: {answer.understood}", class_="quiet") if asked else None,
        *(_statement(statement, proves) for statement in answer.statements),
        element("p", answer.message, class_="message") if answer.message else None,
        element(
            "ol", *(_citation(run, case, c, proves[c.number]) for c in answer.citations), class_="citations"
        )
        if answer.citations
        else None,
        _closest(answer),
        class_="answer",
    )


def _statement(statement: Statement, proves: Mapping[int, bool]) -> Markup:
    markers = [
        element("sup", f"[{number}]", class_="gold" if proves.get(number) else "other")
        for number in statement.citations
    ]
    return element(
        "p",
        element("i", f"{statement.lead} ") if statement.lead else None,
        _marked(statement.text, statement.marked, "strong"),
        *markers,
    )


def _citation(run: Run, case: Case, citation: Citation, proves: bool) -> Markup:
    article = run.sentences.articles.get(citation.article)
    sound = article is not None and article.text[citation.start : citation.end] == citation.quote
    evidence = [
        (max(start, citation.start) - citation.start, min(end, citation.end) - citation.start)
        for e in case.evidence
        if e.article == citation.article
        for start, end in e.spans
        if start < citation.end and citation.start < end
    ]
    return element(
        "li",
        element("span", f"[{citation.number}] ", class_="number"),
        _marked(citation.quote, _merged(evidence) if sound else (), "mark"),
        element(
            "span",
            f" {citation.article} {citation.start}–{citation.end} · "
            + ("evidence" if proves else "not evidence")
            + ("" if sound else " · the quote is not what stands there"),
            class_="where",
        ),
        class_="gold" if proves else "other",
    )


def _closest(answer: Answer) -> Markup | None:
    if not answer.closest:
        return None
    passages = [
        element("li", near.quote, element("span", f" {near.article} · {near.score:.3g}", class_="where"))
        for near in answer.closest
    ]
    return element(
        "details",
        element("summary", "Shown as near, not as an answer"),
        element("ul", *passages),
        class_="fold",
    )


def _expected(run: Run, case: Case, answer: Answer, stated: Sequence[bool]) -> Markup:
    if not case.answerable:
        return element(
            "div",
            element("h4", "Expected"),
            element("p", "To be declined: the articles do not say."),
            class_="facts",
        )
    facts = [
        element(
            "li",
            element("span", "✓ " if hit else "✗ ", class_=f"verdict {'right' if hit else 'wrong'}"),
            " | ".join(forms),
            element(
                "ul",
                *(
                    _evidence(run, answer, e.article, e.quote, e.spans)
                    for e in case.evidence
                    if e.fact == index
                ),
            ),
        )
        for index, (forms, hit) in enumerate(zip(case.facts, stated, strict=True))
    ]
    return element(
        "div", element("h4", "Expected facts and their evidence"), element("ul", *facts), class_="facts"
    )


def _evidence(run: Run, answer: Answer, article: str, quote: str, spans: Sequence[tuple[int, int]]) -> Markup:
    ids = frozenset().union(*(run.sentences.touched(article, start, end) for start, end in spans))
    rank = next((i for i, match in enumerate(answer.matches, start=1) if _touches(run, match, ids)), None)
    cited = any(_touches(run, citation, ids) for citation in answer.citations)
    found = f"match {rank}" if rank else "not found"
    return element(
        "li",
        quote,
        element("span", f" {article} · {found} · {'cited' if cited else 'not cited'}", class_="where"),
    )


def _search(run: Run, case: Case, answer: Answer) -> Markup:
    gold = frozenset().union(*run.sentences.gold(case))
    shown_matches = answer.matches[:MATCHES_SHOWN]
    lists = list(dict.fromkeys(name for match in shown_matches for name in match.ranks))
    rows = []
    for rank, match in enumerate(shown_matches, start=1):
        article = run.sentences.articles.get(match.article)
        text = article.text[match.start : match.end] if article else ""
        numbers = [str(rank), f"{match.score:.3g}", *(str(match.ranks.get(name, "–")) for name in lists)]
        rows.append(
            element(
                "tr",
                *(element("td", number) for number in numbers),
                element("td", _cut(text, 320), element("span", f" {match.article}", class_="where")),
                class_="gold" if _touches(run, match, gold) else None,
            )
        )
    names = ["rank", "score", *(name.replace("_", " ") for name in lists), "sentence"]
    heads = [element("th", name, scope="col") for name in names]
    trace = json.dumps(dict(answer.trace), ensure_ascii=False, indent=1, default=str)
    return element(
        "details",
        element("summary", "How it was found"),
        element("div", element("table", element("tr", *heads), *rows), class_="scroll") if rows else None,
        element("pre", _cut(trace, TRACE_LENGTH), tabindex="0") if answer.trace else None,
        element("p", "Nothing was found.") if not rows and not answer.trace else None,
        class_="fold",
    )


def _settings(metrics: Mapping[str, Any]) -> Markup:
    kept = {key: metrics[key] for key in ("started", "seed", "resamples", "versions", "fingerprint")}
    return element(
        "section",
        element("h2", "Settings"),
        element(
            "details",
            element("summary", "Corpus, settings and versions"),
            element("pre", json.dumps(kept, ensure_ascii=False, indent=1, default=str), tabindex="0"),
            class_="fold",
        ),
    )


def _touches(run: Run, span: Any, ids: frozenset[str]) -> bool:
    return bool(run.sentences.touched(span.article, span.start, span.end) & ids)


def _marked(text: str, spans: Sequence[tuple[int, int]], name: str) -> Markup:
    """The text with the spans inside elements of this name."""
    parts: list[str | Markup] = []
    done = 0
    for start, end in sorted(spans):
        if start >= done:
            parts += [text[done:start], element(name, text[start:end])]
            done = end
    return joined(*parts, text[done:])


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order, overlapping ones as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
