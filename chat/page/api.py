"""The engine for programs over Gradio's own API: `gradio_client.Client(address).predict(..., api_name="/ask")`."""

import logging
from collections.abc import Callable
from typing import Any

import gradio as gr

from chat.engine import Answerer
from chat.logs import log_fault
from chat.page.events import ANSWERING
from chat.programs import ask_articles, search_passages

log = logging.getLogger(__name__)


def add_api(answerer: Answerer, at_once: int) -> None:
    """Adds `/ask` and `/search`; call inside the page's `gr.Blocks`."""

    page = gr.context.Context.root_block

    def forget(request: gr.Request) -> None:
        # Gradio keeps a session of 40 kB for each request that names none, and nothing here needs one
        page.state_holder.session_data.pop(request.session_hash, None)

    def ask(question: str, request: gr.Request, articles: list[str] | None = None) -> dict[str, Any]:
        """Asks the articles a question. Every statement of the answer names the citations it rests on."""
        forget(request)
        return _told(lambda: ask_articles(answerer, question, articles))

    def search(
        query: str, request: gr.Request, articles: list[str] | None = None, limit: int = 5
    ) -> list[dict[str, Any]]:
        """Finds the passages nearest to a query, best first."""
        forget(request)
        return _told(lambda: search_passages(answerer, query, articles, limit))

    for function in (ask, search):
        gr.api(function, api_name=function.__name__, concurrency_limit=at_once, concurrency_id=ANSWERING)


def _told(work: Callable[[], Any]) -> Any:
    """What the work gives; its faults as Gradio tells them, and one that nobody foresaw by its id."""
    try:
        return work()
    except ValueError as error:
        raise gr.Error(str(error), print_exception=False) from error
    except Exception as error:
        raise gr.Error(f"Something broke (fault {log_fault(log, error)}).", print_exception=False) from error
