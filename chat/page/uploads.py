"""Articles that people add to their own corpus from the page, and take away again."""

import json
import logging
import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response, StreamingResponse

from chat.engine import Answerer
from chat.errors import ChatError
from chat.logs import log_fault
from chat.own import OwnCorpus, added_name
from index import DossierIndexError
from ingest import IngestError, RefusedFile, read_corpus
from ingest.loaders import MAX_BYTES

log = logging.getLogger(__name__)

BROKE = "Something broke; the articles are as they were. Look for fault {id} in the window where Dossier was started."


def add_uploads(app: FastAPI, answerer: Answerer, own: OwnCorpus) -> None:
    """PUT and DELETE below `/own/` for single files, POST to it to read them all and make the index anew.

    The answer to POST is lines of JSON: `{"doing", "done", "total"}` and at last `{"articles", "refused"}`,
    or `{"problem"}`.
    """
    one_build = threading.Lock()

    @app.put("/own/{name}")
    async def put(name: str, request: Request) -> Response:
        content = bytearray()
        async for piece in request.stream():
            content += piece
            if len(content) > MAX_BYTES:
                return _refused(f"it has more than {MAX_BYTES:,} bytes; make it smaller", 413)
        try:
            await run_in_threadpool(own.add, name, bytes(content))
        except RefusedFile as fault:
            return _refused(fault.reason)
        except OSError as error:
            return _refused(f"it cannot be stored ({error.strerror})", 507)
        return JSONResponse({"file": name})

    @app.delete("/own/{name}")
    def delete(name: str) -> Response:
        try:
            own.remove(name)
        except KeyError:
            return _refused("there is no added article of this name", 404)
        except OSError as error:
            return _refused(f"it cannot be removed ({error.strerror})", 507)
        return JSONResponse({"file": name})

    @app.post("/own")
    def build() -> Response:
        if not one_build.acquire(blocking=False):
            busy = json.dumps({"problem": "Somebody else is adding articles. Try again in a moment."})
            return Response(busy + "\n", 409, media_type="application/x-ndjson")
        said: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()

        def work() -> None:
            try:
                said.put(rebuild(answerer, own, said))
            finally:
                one_build.release()
                said.put(None)

        threading.Thread(target=work, daemon=True).start()
        return StreamingResponse(_lines(said), media_type="application/x-ndjson")


def rebuild(
    answerer: Answerer, own: OwnCorpus, said: "queue.SimpleQueue[dict[str, Any] | None]"
) -> dict[str, Any]:
    """Reads the own corpus and makes its index anew; what was added and cannot be used is taken away again."""
    try:
        refused = []
        for fault in read_corpus(own.folder).refused:
            name = Path(fault.file).name
            if fault.file.startswith("uploads/"):
                refused.append({"file": name, "reason": fault.reason})
                with suppress(KeyError):
                    own.remove(name)
        answerer.rebuild(
            read_corpus(own.folder),
            lambda doing, done, total: said.put({"doing": doing, "done": done, "total": total}),
        )
    except (IngestError, DossierIndexError, ChatError) as error:
        return {"problem": str(error)}
    except Exception as problem:  # the page must not wait for ever
        return {"problem": BROKE.format(id=log_fault(log, problem))}
    return {"articles": len(answerer.articles), "refused": refused}


def removable(answerer: Answerer) -> dict[str, str]:
    """Article id → the name to remove it by, for those that were added."""
    return {id: name for id, article in answerer.articles.items() if (name := added_name(article))}


def _lines(said: "queue.SimpleQueue[dict[str, Any] | None]") -> Iterator[str]:
    while (row := said.get()) is not None:
        yield json.dumps(row) + "\n"


def _refused(reason: str, status: int = 422) -> Response:
    return JSONResponse({"reason": reason}, status)
