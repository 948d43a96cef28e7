"""Passwords are kept as salted hashes, and only right ones open the page."""

import asyncio
import base64

import pytest

from chat.page.login import LoginError, LoginGate, make_login, read_logins

ANN = make_login("ann", "se:cret")


async def _app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})


def status(gate: LoginGate, header: str | None) -> int:
    sent = []

    async def send(message):
        sent.append(message)

    headers = [] if header is None else [(b"authorization", header.encode())]
    asyncio.run(gate({"type": "http", "headers": headers}, None, send))
    return sent[0]["status"]


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def test_only_the_right_name_and_password_are_let_in():
    gate = LoginGate(_app, [ANN])
    for _ in range(2):
        assert status(gate, basic("ann", "se:cret")) == 200
        for wrong in (
            basic("ann", "x"),
            basic("ann", ""),
            basic("nobody", "x"),
            basic("Ann", "se:cret"),
            None,
        ):
            assert status(gate, wrong) == 401


@pytest.mark.parametrize(
    "header", ["", "Basic", "Basic !!!", "Bearer x", "Basic /w==", "Basic " + "A" * 5000]
)
def test_what_is_no_login_is_turned_away(header):
    assert status(LoginGate(_app, [ANN]), header) == 401


def test_a_file_of_logins_holds_no_password_and_opens_as_it_was_made(tmp_path):
    file = tmp_path / "logins"
    file.write_text(f"# who may\n\n{ANN.line()}\n{make_login('bo', 'x').line()}\n", encoding="utf-8")
    assert "cret" not in file.read_text(encoding="utf-8")
    ann, bo = read_logins(file)
    assert ann == ANN
    assert ann.opens("se:cret")
    assert not bo.opens("se:cret")


def test_the_same_password_is_hashed_differently_each_time():
    assert make_login("ann", "x").digest != make_login("ann", "x").digest


@pytest.mark.parametrize("text", ["ann:x", "ann:md5:aa:bb", "ann:scrypt:!:bb", ":scrypt:YQ==:YQ==", "ann"])
def test_a_line_that_is_no_login_is_named(tmp_path, text):
    (tmp_path / "logins").write_text(f"# one\n{text}\n", encoding="utf-8")
    with pytest.raises(LoginError, match=r"line 2, is not of the form NAME:scrypt:SALT:HASH.*chat login"):
        read_logins(tmp_path / "logins")


def test_an_empty_or_missing_file_opens_nothing(tmp_path):
    (tmp_path / "logins").write_text("# nobody\n", encoding="utf-8")
    with pytest.raises(LoginError, match="has no login"):
        read_logins(tmp_path / "logins")
    with pytest.raises(LoginError, match="cannot be read"):
        read_logins(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("name", "password"), [("", "x"), ("a:b", "x"), ("a\nb", "x"), ("#a", "x"), ("ann", "")]
)
def test_a_login_that_could_not_be_typed_is_refused(name, password):
    with pytest.raises(LoginError):
        make_login(name, password)
