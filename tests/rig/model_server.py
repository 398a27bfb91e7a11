"""A model server on the loopback, so that real coding agents and litellm run offline
against scripted replies.

    python -m tests.rig.model_server [--port 0] [--script FILE.json] [--log FILE.jsonl]
                           [--fault 429 --fault hang:5 …]

It prints its address (http://127.0.0.1:PORT) as the first line and serves until it is
ended. In a test:

    with ModelServer(script=[{"shell": "git status"}, {"text": "Done."}]) as server:
        …  # give server.url to an agent
        assert server.saw("the context that kn injected")

`tests.rig.script` says what a script and a fault are; the log has one request a line.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import threading
import zlib
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.rig.dialect import Dialect, Event, Reply
from tests.rig.dialects import dialect_of
from tests.rig.script import Faults, Player, Script

MODELS = {
    "object": "list",
    "has_more": False,
    "data": [
        {
            "id": "mock-model",
            "type": "model",
            "display_name": "mock",
            "created_at": "2026-01-01T00:00:00Z",
        }
    ],
}


def strings(value: Any) -> Iterator[str]:
    """Every string in a JSON value, decoded: what a model would have read."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


class ModelServer:
    """The server, on a thread of its own. Use it with `with`."""

    def __init__(
        self,
        script: Script | list[dict[str, Any]] | dict[str, Any] | str | Path | None = None,
        *,
        log: str | Path | None = None,
        port: int = 0,
        faults: Sequence[str] = (),
    ) -> None:
        self.script = Script.of(script)
        self.requests: list[dict[str, Any]] = []  # the records of the log
        self._faults = Faults([*self.script.faults, *faults])
        self._player = Player(self.script)
        self._log = Path(log) if log else None
        self._lock = threading.Lock()
        self.stopping = threading.Event()
        handler = type("BoundHandler", (_Handler,), {"owner": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> ModelServer:
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()  # ends whatever hangs
        self._http.shutdown()
        self._http.server_close()

    def serve(self) -> None:
        self._http.serve_forever(0.2)

    def saw(self, text: str) -> bool:
        """Did this text reach the model in any request?"""
        return any(
            text in string for record in self.requests for string in strings(record.get("body"))
        )

    @property
    def escapes(self) -> list[str]:
        """What tried to leave through the proxy variables that agents.py points
        here."""
        return [record["escape"] for record in self.requests if "escape" in record]

    # -- for the handler

    def record(self, **entry: Any) -> None:
        with self._lock:
            entry = {"n": len(self.requests), **entry}
            self.requests.append(entry)
            if self._log:
                with self._log.open("a", encoding="utf-8") as out:
                    out.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def answer(self, dialect: Dialect, path: str, body: dict[str, Any]) -> tuple[str, Reply]:
        """The fault of this request ("" = none) and the reply; both are logged before
        anything is sent."""
        fault = self._faults.take()
        if fault and not fault.startswith("slow"):
            reply, given = Reply(text="never said"), f"fault {fault}"
        else:
            reply, given = self._player.reply(dialect, body)
        self.record(dialect=dialect.name, path=path, given=given, body=body)
        return fault, reply


class _Handler(BaseHTTPRequestHandler):
    owner: ModelServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._json({})

    def do_GET(self) -> None:
        if self._escaped():
            return
        self.owner.record(method="GET", path=self.path)
        self._json(MODELS if "models" in self.path else {})

    def do_CONNECT(self) -> None:
        self._escaped(tunnel=True)

    def do_POST(self) -> None:
        if self._escaped():
            return
        body, problem = self._body()
        dialect = dialect_of(self.path)
        if problem or dialect is None:
            self.owner.record(
                method="POST",
                path=self.path,
                body=body,
                **({"problem": problem} if problem else {}),
            )
            counted = {
                "input_tokens": 100,
                "totalTokens": 100,
            }  # what every count-tokens call asks for
            return self._json(
                {"error": {"message": problem}} if problem else counted,
                415 if problem else 200,
            )
        fault, reply = self.owner.answer(dialect, self.path, body)
        try:
            self._send(dialect, body, reply, fault)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client gave up, as it may

    def _send(self, dialect: Dialect, body: dict[str, Any], reply: Reply, fault: str) -> None:
        kind, _, seconds = fault.partition(":")
        if kind.isdigit():
            return self._json(
                dialect.error(int(kind)),
                int(kind),
                {"Retry-After": "1"} if kind == "429" else {},
            )
        if kind in ("hang", "slow"):
            self.owner.stopping.wait(float(seconds or (3600 if kind == "hang" else 2)))
        if kind == "hang":
            self.close_connection = True
        elif dialect.streams(self.path, body):
            self._events(dialect.events(body, reply), kind)
        else:
            self._document(dialect.document(body, reply), kind)

    def _document(self, document: dict[str, Any], fault: str) -> None:
        text = json.dumps(document).encode()
        if fault == "malformed":
            text = text[: len(text) // 2]
        length = len(text) * (2 if fault == "cut" else 1)
        self._start(200, {"Content-Type": "application/json", "Content-Length": str(length)})
        self.wfile.write(text)
        if fault == "cut":
            self.close_connection = True

    def _events(self, events: Iterator[Event], fault: str) -> None:
        self._start(200, {"Content-Type": "text/event-stream", "Connection": "close"})
        self.close_connection = True
        for count, (name, data) in enumerate(events):
            text = data if isinstance(data, str) else json.dumps(data)
            if fault == "malformed":
                text = text[: len(text) // 2]
            self.wfile.write(((f"event: {name}\n" if name else "") + f"data: {text}\n\n").encode())
            self.wfile.flush()
            if fault == "cut" and count == 1:
                return

    def _json(
        self, document: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        text = b"" if self.command == "HEAD" else json.dumps(document).encode()
        self._start(
            status,
            {
                "Content-Type": "application/json",
                "Content-Length": str(len(text)),
                **(headers or {}),
            },
        )
        self.wfile.write(text)

    def _start(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _escaped(self, tunnel: bool = False) -> bool:
        """A request meant for another host (this server is also the agents' proxy):
        note it, refuse it."""
        if not tunnel and not self.path.startswith("http"):
            return False
        self.owner.record(escape=self.path)
        self.close_connection = True
        self._json({"error": "offline"}, 403)
        return True

    def _body(self) -> tuple[Any, str]:
        """The decoded body, and what is wrong with it ("" = nothing)."""
        raw = self._raw()
        encoding = self.headers.get("Content-Encoding", "identity")
        try:
            if encoding == "gzip":
                raw = gzip.decompress(raw)
            elif encoding == "deflate":
                raw = zlib.decompress(raw)
            elif encoding != "identity":
                return None, f"content encoding {encoding} is not understood here"
            return json.loads(raw or b"{}"), ""
        except (ValueError, OSError, zlib.error) as error:
            return None, f"not JSON: {error}"

    def _raw(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)


def main() -> None:
    parser = argparse.ArgumentParser(description="A scripted model server on the loopback.")
    parser.add_argument("--port", type=int, default=0, help="0 (default) = any free port")
    parser.add_argument(
        "--script",
        type=Path,
        help="JSON file: a list of steps, or a mapping",
    )
    parser.add_argument(
        "--log",
        type=Path,
        help="append every request to this file, one JSON object per line",
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        help="what goes wrong with the next request; repeatable",
    )
    args = parser.parse_args()
    server = ModelServer(args.script, log=args.log, port=args.port, faults=args.fault)
    print(server.url, flush=True)  # noqa: T201 -- what it is started for
    with contextlib.suppress(KeyboardInterrupt):
        server.serve()


if __name__ == "__main__":
    main()
