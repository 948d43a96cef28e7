"""Language models by LlamaIndex: what is chosen, one request as a stream, and every fault as one line.

Nothing is imported or contacted before a model is opened. Retries and time limits are ours: LlamaIndex's
and its clients' are turned off, because theirs multiply. No tokenizer is asked for, because tiktoken
fetches its vocabulary from the network.
"""

import asyncio
import contextlib
import queue
import re
import threading
import time
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, Literal, get_args
from urllib.parse import urlsplit, urlunsplit

from chat.errors import ChatError

Provider = Literal["openai", "ollama", "anthropic"]

_EXTRAS: dict[Provider, str] = {
    "openai": "llama_index.llms.openai_like",
    "ollama": "llama_index.llms.ollama",
    "anthropic": "llama_index.llms.anthropic",
}
_PLACES: dict[Provider, str] = {
    "openai": "https://api.openai.com/v1",
    "ollama": "http://127.0.0.1:11434",
    "anthropic": "https://api.anthropic.com",
}

CONTEXT = 8_192
"""Tokens that Ollama is asked to make room for; left to itself it cuts a prompt at fewer, unsaid."""


BYTES_MOST = 8_000_000
"""Of one reply as it is sent; the 12,000 characters of `Limits` take at most half of that in their envelopes."""


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Which model, where it runs, and what opens the door."""

    provider: Provider
    name: str
    base_url: str
    key: str = field(default="", repr=False)
    """Never shown: not in a log, an error, a report or the page."""

    @property
    def place(self) -> str:
        """The address without what may be secret in it."""
        parts = urlsplit(self.base_url)
        host = parts.hostname or ""
        return urlunsplit((parts.scheme, f"{host}:{parts.port}" if parts.port else host, parts.path, "", ""))

    def __str__(self) -> str:
        return f"{self.provider}:{self.name}"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long one request may take and how much it may say."""

    first: float = 60.0
    """Seconds until the first word: a model on a laptop reads the prompt slowly."""
    stall: float = 30.0
    """Seconds between two pieces."""
    whole: float = 180.0
    """Seconds for all of it, retries included."""
    characters: int = 12_000
    """A reply that is longer is a fault."""
    tokens: int = 1_200
    """The model is told to stop there."""
    retries: int = 2
    """After 429, 5xx or no connection, and only before the first word came."""
    wait: float = 0.5
    """Seconds before the first retry; twice as many before the next. A server may ask for up to 10."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What one request took."""

    tokens_in: int
    tokens_out: int
    seconds: float
    counted: bool
    """False where the server did not say and tokens are estimated from characters."""
    cut: bool = False
    """True when the model stopped at the limit of tokens."""


class ModelFault(ChatError):
    """A language model could not be reached, or did not answer as it must; one line for a person."""


def choose_model(spec: str, base_url: str = "", key: str = "") -> ModelChoice | None:
    """The choice that `PROVIDER:MODEL` names; None for `none`. ChatError when it names nothing known."""
    if spec in ("", "none"):
        return None
    provider, _, name = spec.partition(":")
    if provider not in get_args(Provider) or not name.strip():
        raise ChatError(
            f"{spec!r} names no language model. Write none, openai:MODEL, ollama:MODEL or anthropic:MODEL; "
            "openai: is for every server that speaks OpenAI's protocol, at OPENAI_BASE_URL."
        )
    base_url = base_url or _PLACES[provider]
    if provider == "ollama" and "://" not in base_url:
        base_url = f"http://{base_url}"
    if not _is_address(base_url):
        raise ChatError("The address of the language model is none: it must start with http:// or https://.")
    if not name.isprintable() or len(name) > NAME_MOST:
        raise ChatError(
            f"{name[:40]!r}... is no name of a model: it has at most {NAME_MOST} characters, all of them printable."
        )
    if not (key.isascii() and key.isprintable()) or len(key) > KEY_MOST:
        # without the key itself
        raise ChatError(
            f"The key of the language model has characters that no key has, or more than {KEY_MOST:,}. "
            "Set it again."
        )
    if not key and base_url == _PLACES[provider] and provider != "ollama":
        name_of_key = f"{provider.upper()}_API_KEY"
        raise ChatError(
            f"{spec} needs a key: set {name_of_key}"
            + (", or OPENAI_BASE_URL to a server of your own." if provider == "openai" else ".")
        )
    return ModelChoice(provider, name.strip(), base_url, key)


def open_model(choice: ModelChoice, limits: Limits = Limits()) -> "LanguageModel":
    """The model, not contacted yet; ChatError when what it needs is not installed."""
    module = _EXTRAS[choice.provider]
    try:
        installed = find_spec(module) is not None
    except ModuleNotFoundError:
        installed = False
    if not installed:
        raise ChatError(
            f"{choice} needs {module.replace('.', '-').replace('_', '-')}, which is not installed. "
            f"Install it with the extra {choice.provider!r}."
        )
    try:
        llm = _llm(choice, limits)
        _keep_at_home(choice, _client_of(llm, choice.provider))
        _ = llm.metadata  # Anthropic's class refuses names that it does not know, and would do so only later
    except ValueError as error:
        raise ChatError(f"{choice} cannot be used: {_without(str(error), choice.key)[:200]}") from None
    return LanguageModel(choice, llm, limits)


NAME_MOST = 200
KEY_MOST = 4_000
"""Characters; servers take no longer header."""


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host.encode("idna")  # as every client does
    except ValueError:
        return False
    plain = url.isprintable() and " " not in url
    return plain and parts.scheme in ("http", "https") and bool(host) and port != 0


class LanguageModel:
    """One language model, with a thread of its own for its connection; close it."""

    def __init__(self, choice: ModelChoice, llm: Any, limits: Limits):
        self.choice = choice
        self.limits = limits
        self._llm = llm
        # asyncio, because cancelling a task closes its connection at once, whatever it waits for
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="language-model", daemon=True)
        self._thread.start()

    def stream(self, messages: Sequence[Message]) -> Iterator[str | Usage | None]:
        """The pieces of the reply, None now and then while there is none, and at the end the usage.

        Close it to cancel the request. ModelFault when the model cannot be asked or does not answer.
        """
        events: queue.SimpleQueue[str | Usage | Exception] = queue.SimpleQueue()
        task = self._start(self._tell(messages, events))
        try:
            while True:
                try:
                    event = events.get(timeout=0.1)
                except queue.Empty:
                    yield None
                    continue
                if isinstance(event, Exception):
                    raise event
                yield event
                if isinstance(event, Usage):
                    return
        finally:
            task.cancel()

    def ask(self, messages: Sequence[Message]) -> tuple[str, Usage]:
        """The whole reply at once; ModelFault as for `stream`."""
        pieces: list[str] = []
        for event in self.stream(messages):
            if isinstance(event, Usage):
                return "".join(pieces), event
            pieces.append(event or "")
        raise AssertionError("a stream ends with its usage")

    def close(self) -> None:
        """Ends what is under way and closes the connections."""
        if self._loop.is_closed():
            return
        with contextlib.suppress(Exception):
            self._start(self._end()).result(timeout=5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        if not self._thread.is_alive():
            self._loop.close()

    def _start(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _end(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for name in ("_aclient", "_async_client"):
            client = getattr(self._llm, name, None)
            if client is not None:
                with contextlib.suppress(Exception):
                    await getattr(
                        client, "_client", client
                    ).aclose() if name == "_async_client" else await client.close()
        await asyncio.get_running_loop().shutdown_asyncgens()

    async def _tell(self, messages: Sequence[Message], events: queue.SimpleQueue) -> None:
        try:
            async with asyncio.timeout(self.limits.whole):
                await self._tell_within(messages, events)
        except TimeoutError:
            events.put(ModelFault(f"{self.choice} took longer than {self.limits.whole:g} seconds."))
        except ModelFault as fault:
            events.put(fault)
        except Exception as error:  # the clients' own classes differ from version to version
            own = (cause for cause in _causes(error) if isinstance(cause, ModelFault))
            events.put(next(own, None) or self._fault(error))

    async def _tell_within(self, messages: Sequence[Message], events: queue.SimpleQueue) -> None:
        began = time.perf_counter()
        for attempt in range(self.limits.retries + 1):
            said = 0
            try:
                async for event in self._once(messages, began):
                    said += isinstance(event, str)
                    events.put(event)
                return
            except Exception as error:
                if said or attempt == self.limits.retries or not _may_pass(error):
                    raise
                asked = _retry_after(error)
                await asyncio.sleep(min(asked, 10.0) if asked else self.limits.wait * 2**attempt)

    async def _once(self, messages: Sequence[Message], began: float) -> AsyncIterator[str | Usage]:
        """One request: streamed, and once more in one piece from a server that does not stream."""
        chat = _as_chat(messages)
        characters, tokens, cut, ended = 0, {}, False, False
        seen = False
        reply = await self._within(self._llm.astream_chat(chat), self.limits.first, "not begun to answer")
        while True:
            limit = self.limits.stall if seen else self.limits.first
            doing = "said nothing more" if seen else "not begun to answer"
            try:
                chunk = await self._within(anext(reply), limit, doing)
            except StopAsyncIteration:
                break
            seen = True
            tokens = _usage_of(chunk) or tokens
            finish = _finish_of(chunk)
            ended, cut = ended or bool(finish), cut or finish in ("length", "max_tokens")
            if chunk.delta:
                characters += len(chunk.delta)
                try:
                    self._check_length(characters)
                except ModelFault:
                    await _cancel(reply)
                    raise
                yield chunk.delta
        if not seen:
            # some servers answer a streamed request with one piece of JSON, which the client reads over
            response = await self._within(self._llm.achat(chat), self.limits.first, "not answered")
            tokens, finish = _usage_of(response), _finish_of(response)
            ended, cut = True, finish in ("length", "max_tokens")
            text = response.message.content or ""
            characters = len(text)
            self._check_length(characters)
            if text:
                yield text
        if not characters:
            raise ModelFault(f"{self.choice} gave an empty answer.")
        if not ended:
            raise ModelFault(f"{self.choice} broke off in the middle of its answer.")
        seconds = time.perf_counter() - began
        tokens_in = tokens.get("in") or sum(len(m.content) for m in messages) // 4
        tokens_out = tokens.get("out") or max(1, characters // 4)
        yield Usage(tokens_in, tokens_out, seconds, bool(tokens), cut)

    def _check_length(self, characters: int) -> None:
        if characters > self.limits.characters:
            raise ModelFault(
                f"{self.choice} said more than {self.limits.characters:,} characters and was stopped."
            )

    async def _within(self, work: Any, seconds: float, doing: str) -> Any:
        try:
            async with asyncio.timeout(seconds) as limit:
                return await work
        except TimeoutError:
            if not limit.expired():
                raise
            raise ModelFault(f"{self.choice} has {doing} for {seconds:g} seconds.") from None

    def _fault(self, error: Exception) -> ModelFault:
        """What a client raised as one line without the server's own words: they may hold the key."""
        choice, status = self.choice, _status(error)
        kind = " ".join(cls.__name__ for cls in type(error).__mro__)
        if status in (401, 403):
            return ModelFault(f"{choice} at {choice.place} refused the key ({status}). Check it, or set one.")
        if status == 404:
            return ModelFault(f"{choice.place} knows no model {choice.name!r} (404). Check name and address.")
        if status == 429:
            return ModelFault(f"{choice} is busy or its quota is used up (429). Ask again later.")
        if status in (400, 413, 422) and re.search(
            r"context|too long|too many tokens|maximum.{0,20}tokens|prompt.{0,20}(?:long|exceed)",
            str(error),
            re.I,
        ):
            return ModelFault(f"{choice} cannot take a prompt of this length ({status}).")
        if status is not None and 300 <= status < 400:
            return ModelFault(
                f"{choice.place} sends elsewhere ({status}), which is not followed: give the address that it names."
            )
        if status is not None and status >= 500:
            return ModelFault(f"{choice} at {choice.place} is in trouble ({status}). Ask again later.")
        if status is not None:
            return ModelFault(f"{choice} at {choice.place} refused the request ({status}).")
        if "Timeout" in kind:
            return ModelFault(f"{choice} at {choice.place} did not answer in time.")
        if re.search(r"Protocol|ReadError|IncompleteRead", f"{kind} {type(error.__cause__).__name__}"):
            return ModelFault(f"{choice} broke off in the middle of its answer.")
        if "Connect" in kind:
            return ModelFault(f"{choice} cannot be reached at {choice.place}. Is it running?")
        return ModelFault(f"{choice} answered with something that is no answer ({type(error).__name__}).")


@dataclass(frozen=True, slots=True)
class Reached:
    """What `python -m chat models` says of one model."""

    ok: bool
    line: str


def try_model(choice: ModelChoice, limits: Limits = Limits()) -> Reached:
    """Asks a model one word, and says in one line how that went."""
    try:
        with contextlib.closing(open_model(choice, limits)) as model:
            _, usage = model.ask([Message("user", "Reply with the one word: ready")])
    except ChatError as error:
        return Reached(False, f"{choice}: {error}")
    tokens = f"{usage.tokens_in} tokens in, {usage.tokens_out} out{'' if usage.counted else ', estimated'}"
    return Reached(True, f"{choice} at {choice.place} answered in {usage.seconds:.2f} s ({tokens})")


def _llm(choice: ModelChoice, limits: Limits) -> Any:
    """LlamaIndex's class for it, imported only here."""
    if choice.provider == "openai":
        from llama_index.llms.openai_like import OpenAILike

        return OpenAILike(
            model=choice.name,
            api_base=choice.base_url,
            # the client refuses to start without one; servers of one's own take any
            api_key=choice.key or "none",
            is_chat_model=True,
            context_window=CONTEXT,
            max_tokens=limits.tokens,
            temperature=0.0,
            max_retries=0,
            timeout=limits.whole,
            additional_kwargs={"stream_options": {"include_usage": True}},
        )
    if choice.provider == "ollama":
        from llama_index.llms.ollama import Ollama

        return Ollama(
            model=choice.name,
            base_url=choice.base_url,
            temperature=0.0,
            # given, because it would otherwise ask the server and take all that the model can hold
            context_window=CONTEXT,
            request_timeout=limits.whole,
            additional_kwargs={"num_predict": limits.tokens},
        )
    from llama_index.llms.anthropic import Anthropic

    return Anthropic(
        model=choice.name,
        base_url=choice.base_url,
        api_key=choice.key or "none",
        max_tokens=limits.tokens,
        temperature=0.0,
        max_retries=0,
        timeout=limits.whole,
    )


def _client_of(llm: Any, provider: Provider) -> Any:
    """The httpx client through which LlamaIndex's class speaks."""
    match provider:
        case "openai":
            return llm._get_aclient()._client
        case "ollama":
            return llm.async_client._client
        case "anthropic":
            return llm._aclient._client


def _keep_at_home(choice: ModelChoice, client: Any) -> None:
    """What is asked goes to the chosen address and to no other, and no reply fills the memory."""
    import httpx

    class Bounded(httpx.AsyncByteStream):
        def __init__(self, stream: Any):
            self._stream = stream

        async def __aiter__(self) -> AsyncIterator[bytes]:
            size = 0
            async for piece in self._stream:
                size += len(piece)
                if size > BYTES_MOST:
                    raise ModelFault(f"{choice} sent more than {BYTES_MOST:,} bytes and was stopped.")
                yield piece

        async def aclose(self) -> None:
            await self._stream.aclose()

    async def check(response: Any) -> None:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise ModelFault(f"{choice} sent a compressed answer, which was not asked for.")
        response.stream = Bounded(response.stream)

    client.follow_redirects = False
    client.headers["accept-encoding"] = "identity"  # a few bytes could unpack to any number
    client.event_hooks = {"response": [check]}


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The exception, what it came from, and so on."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _as_chat(messages: Sequence[Message]) -> list[Any]:
    from llama_index.core.base.llms.types import ChatMessage, MessageRole

    return [ChatMessage(role=MessageRole(m.role), content=m.content) for m in messages]


async def _cancel(reply: Any) -> None:
    """Ends a stream in the one way in which every client closes its connection: cancelled while it waits."""
    with contextlib.suppress(Exception):
        for _ in range(10_000):  # what has come already is given without waiting
            async with asyncio.timeout(0):
                await anext(reply)


def _status(error: BaseException) -> int | None:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) and status > 0 else None


def _may_pass(error: Exception) -> bool:
    """True for what may be gone a moment later."""
    if any(isinstance(cause, ModelFault) for cause in _causes(error)):
        return False
    status = _status(error)
    if status is not None:
        return status in (408, 409, 429) or status >= 500
    return any("Connect" in cls.__name__ for cls in type(error).__mro__)


def _retry_after(error: Exception) -> float:
    """Seconds that the server asked to wait; 0 when it did not."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return max(0.0, float(headers.get("retry-after", 0)))
    except (TypeError, ValueError):
        return 0.0


def _usage_of(chunk: Any) -> dict[str, int]:
    """Tokens in and out, where this piece tells them: each class has its own place for them."""
    raw = chunk.raw.get("usage") if isinstance(chunk.raw, dict) else None
    told = chunk.message.additional_kwargs.get("usage")
    for counts in (told, raw, chunk.additional_kwargs):
        if isinstance(counts, dict):
            tokens_in = counts.get("prompt_tokens", counts.get("input_tokens"))
            tokens_out = counts.get("completion_tokens", counts.get("output_tokens"))
            if isinstance(tokens_in, int) and isinstance(tokens_out, int):
                return {"in": tokens_in, "out": tokens_out}
    return {}


def _finish_of(chunk: Any) -> str:
    """Why the model stopped, if this piece says so: `stop`, `length`, ..."""
    raw = chunk.raw
    if told := chunk.message.additional_kwargs.get("stop_reason"):
        return str(told)
    if isinstance(raw, dict):
        return str(raw.get("done_reason") or raw.get("stop_reason") or ("stop" if raw.get("done") else ""))
    choices = getattr(raw, "choices", None)
    return str((choices and getattr(choices[0], "finish_reason", None)) or "")


def _without(text: str, secret: str) -> str:
    return text.replace(secret, "***") if secret else text
