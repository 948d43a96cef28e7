"""The page in the browser: a conversation on the left, the articles on the right."""

from chat.page.evaluation import Evaluate
from chat.page.layout import build_page
from chat.page.login import Login, LoginError, make_login, read_logins
from chat.page.serving import PageError, build_app, open_server, serve
from chat.page.settings import PageSettings

__all__ = [
    "Evaluate",
    "Login",
    "LoginError",
    "PageError",
    "PageSettings",
    "build_app",
    "build_page",
    "make_login",
    "open_server",
    "read_logins",
    "serve",
]
