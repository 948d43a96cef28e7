"""The engine for programs over Gradio's own API: `gradio_client.Client(address).predict(..., api_name="/ask")`."""

from typing import Any

import gradio as gr

from chat.engine import Answerer
from chat.page.events import ANSWERING
from chat.programs import ask_articles, search_passages


def add_api(answerer: Answerer, at_once: int) -> None:
    """Adds `/ask` and `/search`; call inside the page's `gr.Blocks`."""

    def ask(question: str, articles: list[str] | None = None) -> dict[str, Any]:
        """Asks the articles a question. Every statement of the answer names the citations it rests on."""
        try:
            return ask_articles(answerer, question, articles)
        except ValueError as error:
            raise gr.Error(str(error), print_exception=False) from error

    def search(query: str, articles: list[str] | None = None, limit: int = 5) -> list[dict[str, Any]]:
        """Finds the passages nearest to a query, best first."""
        try:
            return search_passages(answerer, query, articles, limit)
        except ValueError as error:
            raise gr.Error(str(error), print_exception=False) from error

    for function in (ask, search):
        gr.api(function, api_name=function.__name__, concurrency_limit=at_once, concurrency_id=ANSWERING)
