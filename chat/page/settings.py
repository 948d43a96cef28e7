"""What a page is served with."""

from dataclasses import dataclass
from pathlib import Path

from chat.config import PROJECT
from chat.own import OwnCorpus
from chat.page.evaluation import Evaluate
from chat.page.login import Login


@dataclass(frozen=True, slots=True)
class PageSettings:
    """Where a page listens, what it is called, and where it keeps what people give it."""

    title: str = "Dossier"
    host: str = "127.0.0.1"
    port: int = 7860
    """0 takes a free one."""
    root_path: str = ""
    """The path that browsers see when a proxy stands before the page: "/dossier"."""
    names: tuple[str, ...] = ()
    """Host names that it answers to beside localhost and `host`."""
    at_once: int = 2
    """Questions that are answered at the same time; the others wait. Two keep a machine busy that computes
    the answers itself; a language model elsewhere can be asked more."""
    home: Path = PROJECT / ".dossier"
    """Votes and drafts of cases are kept below it, in `feedback/`."""
    runs: Path = Path("runs")
    """The folder of evaluation runs."""
    evaluate: Evaluate | None = None
    """How the page starts a run; None where it cannot."""
    logins: tuple[Login, ...] = ()
    """Who may use it; empty for everybody who can reach it."""
    mcp: bool = False
    """Whether the engine is offered as tools on `/mcp`."""
    own: OwnCorpus | None = None
    """The corpus that people may add articles to: the one that is asked. None: nobody may."""

    @property
    def proxied(self) -> bool:
        """Whether a proxy stands before the page, whose word for who asks is taken."""
        return bool(self.names or self.root_path)
