"""Questions to answers whose every sentence cites the words it rests on."""

from chat.answers import Answer, Citation, Closest, Found, Outcome, Progress, Statement, Turn
from chat.config import Config
from chat.engine import Answerer, open_answerer
from chat.errors import ChatError
from chat.reader import Candidate, Reader, Reading

__all__ = [
    "Answer",
    "Answerer",
    "Candidate",
    "ChatError",
    "Citation",
    "Closest",
    "Config",
    "Found",
    "Outcome",
    "Progress",
    "Reader",
    "Reading",
    "Statement",
    "Turn",
    "open_answerer",
]
