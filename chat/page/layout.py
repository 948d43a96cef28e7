"""What stands where on the page."""

from pathlib import Path

import gradio as gr

from chat.engine import Answerer
from chat.page.api import add_api
from chat.page.conversation import Conversation
from chat.page.events import Parts, connect
from chat.page.pace import WaitingRoom
from chat.page.render import render_article_list, render_asking, render_conversation, render_heading
from chat.page.settings import PageSettings
from chat.page.uploads import removable

HERE = Path(__file__).parent

SANS = ("-apple-system", "Segoe UI", "Roboto", "Noto Sans", "Liberation Sans", "system-ui", "sans-serif")
MONO = ("ui-monospace", "SF Mono", "Consolas", "Liberation Mono", "monospace")


def build_theme() -> gr.themes.Base:
    """Gradio's plain theme with the system's own fonts: its default ones would be fetched."""
    quoted = [[gr.themes.Font(name) if " " in name else name for name in stack] for stack in (SANS, MONO)]
    return gr.themes.Base(font=quoted[0], font_mono=quoted[1], primary_hue="blue", neutral_hue="stone")


SCRIPTS = ("page.js", "dialogs.js", "history.js", "evaluation.js", "uploads.js")
"""Run as one, in this order."""


def build_page(answerer: Answerer, settings: PageSettings, room: WaitingRoom | None = None) -> gr.Blocks:
    """The page for one engine. Its style is given when it is served: Gradio takes it there."""
    title = settings.title
    added = removable(answerer) if settings.own is not None else None
    with gr.Blocks(title=title, analytics_enabled=False, fill_height=True, fill_width=True) as page:
        asked = gr.State(Conversation())
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="talk", min_width=0):
                gr.HTML(render_heading(title), apply_default_css=False, elem_id="heading")
                conversation = gr.HTML(
                    render_conversation([], answerer.articles, answerer.examples),
                    js_on_load="\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS),
                    apply_default_css=False,
                    elem_id="conversation",
                )
                evaluation = gr.HTML("", apply_default_css=False, elem_id="evaluation")
                with gr.Column(elem_id="composer", min_width=0):
                    with gr.Row(elem_id="box"):
                        question = gr.Textbox(
                            label="Your question",
                            show_label=False,
                            container=False,
                            placeholder="Type a question",
                            lines=1,
                            max_lines=8,
                            autofocus=True,
                            elem_id="question",
                        )
                        stop = gr.Button("Stop", elem_id="stop", min_width=0)
                        ask = gr.Button("Ask", variant="primary", elem_id="ask", min_width=0)
                    with gr.Row(elem_id="under"):
                        asking = gr.HTML(
                            render_asking(len(answerer.articles)), apply_default_css=False, elem_id="asking"
                        )
                        notice = gr.HTML("", apply_default_css=False, elem_id="notice")
            with gr.Column(elem_id="side", min_width=0):
                reader = gr.HTML(
                    render_article_list(answerer.articles, None, added),
                    apply_default_css=False,
                    elem_id="reader",
                )
        parts = Parts(asked, conversation, question, asking, notice, ask, stop, reader, evaluation)
        connect(parts, answerer, settings, room or WaitingRoom(settings.at_once))
        add_api(answerer, settings.at_once)
    return page
