"""The real YAML language server, told what `kn init --editor vscode` wrote, finds a wrong field.

It comes from npm (`make tools`).
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Kn
from tests.rig.tools import foreign_tool

from kn.core import jsonc

pytestmark = pytest.mark.slow

GOOD = """\
id: dec-7k3m9qzt
kind: decision
statement: Use a leaky bucket for rate limiting.
because: It shapes traffic smoothly.
rejected:
  - option: token bucket
    because: allows bursts
scope:
  paths: [src/gateway/**]
status: accepted
recorded: 2026-05-18
"""


class Server:
    """A language server over stdio, asked as an editor asks it."""

    def __init__(self, program: str, root: Path, settings: dict[str, Any]) -> None:
        self._process = subprocess.Popen(
            [program, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root
        )
        self._settings = settings
        self._count = 0
        capabilities = {
            "textDocument": {"publishDiagnostics": {}, "synchronization": {}, "hover": {}},
            "workspace": {"configuration": True, "workspaceFolders": True},
        }
        folders = [{"uri": root.as_uri(), "name": "root"}]
        self.request("initialize", processId=os.getpid(), rootUri=root.as_uri(),
                     workspaceFolders=folders, capabilities=capabilities)  # fmt: skip
        self._send(method="initialized", params={})

    def request(self, method: str, **params: Any) -> Any:
        self._count += 1
        self._send(id=self._count, method=method, params=params)
        while True:
            message = self._next()
            if message.get("id") == self._count and "method" not in message:
                return message.get("result")

    def diagnose(self, path: Path) -> list[str]:
        """Open a file, and the messages that the server has for it."""
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": 1,
                    "text": path.read_text("utf-8")}  # fmt: skip
        self._send(method="textDocument/didOpen", params={"textDocument": document})
        while True:
            message = self._next()
            if message.get("method") == "textDocument/publishDiagnostics":
                params = message["params"]
                if params["uri"] == path.as_uri():
                    return [
                        f"{d['range']['start']['line'] + 1}: {d['message']}"
                        for d in params["diagnostics"]
                    ]

    def hover(self, path: Path, line: int, column: int) -> str:
        place = {"line": line - 1, "character": column - 1}
        found = self.request(
            "textDocument/hover", textDocument={"uri": path.as_uri()}, position=place
        )
        return json.dumps(found)

    def close(self) -> None:
        self.request("shutdown")
        self._send(method="exit", params=None)
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()
        self._process.wait(20)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def _send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _next(self) -> dict[str, Any]:
        """The next message; what the server asks its editor is answered on the way."""
        assert self._process.stdout is not None
        length = 0
        while (line := self._process.stdout.readline().strip()) or not length:
            assert line, "the server has ended"
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        message: dict[str, Any] = json.loads(self._process.stdout.read(length))
        if "id" in message and "method" in message:
            answer: Any = None
            if message["method"] == "workspace/configuration":
                asked = [item.get("section") for item in message["params"]["items"]]
                answer = [self._section(name) for name in asked]
            self._send(id=message["id"], result=answer)
        return message

    def _section(self, name: str) -> dict[str, Any]:
        """The settings below a name, as an editor hands them out."""
        start = f"{name}."
        return {n.removeprefix(start): v for n, v in self._settings.items() if n.startswith(start)}


@pytest.fixture
def server(repo: Path, kn: Kn) -> Iterator[Server]:
    program = foreign_tool("yaml-language-server")
    kinds = repo / ".knowledge/kinds"
    kn("init", "--no-hooks")
    (kinds / "runbook.yaml").write_text(
        "kind: runbook\nprefix: run\nfolder: runbooks\ndoc: What to do when it breaks.\n"
        "fields:\n  steps: {shape: text, doc: The steps.}\n"
    )
    kn("init", "--no-hooks", "--editor", "vscode")
    settings = jsonc.read((repo / ".vscode/settings.json").read_text("utf-8"))
    # A catalogue of foreign schemas comes from the network.
    server = Server(program, repo, {**settings, "yaml.schemaStore": {"enable": False}})
    try:
        yield server
    except BaseException:
        server.kill()
        raise
    server.close()


def _item(repo: Path, kind: str, text: str) -> Path:
    path = repo / ".knowledge" / kind / "x-7k3m9qzt.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (("because:", "becuase:"), "4: Property becuase is not allowed."),
        (("status: accepted", "status: done"), "10: Value is not accepted."),
        (("id: dec-", "id: fac-"), "1: String does not match the pattern"),
        (("recorded: 2026-05-18", "recorded: May"), "11: String does not match the pattern"),
        (("  - option: token", "  - choice: token"), "6: Property choice is not allowed."),
        (("statement: Use a leaky bucket for rate limiting.\n", ""), 'Missing property "stat'),
    ],
)  # fmt: skip
def test_a_wrong_field_of_an_item_is_found(
    server: Server, repo: Path, change: tuple[str, str], found: str
) -> None:
    wrong = _item(repo, "decisions", GOOD.replace(*change))

    said = server.diagnose(wrong)

    assert any(found in one for one in said), said


def test_a_sound_item_has_no_finding_and_its_fields_are_explained(
    server: Server, repo: Path
) -> None:
    path = _item(repo, "decisions", GOOD)

    assert server.diagnose(path) == []
    assert "The reason, in a sentence." in server.hover(path, 4, 3)


def test_an_item_of_the_teams_own_kind_is_held_to_its_own_schema(
    server: Server, repo: Path
) -> None:
    path = _item(
        repo, "runbooks",
        "id: run-7k3m9qzt\nkind: runbook\nstatement: Restart it.\nsteps: One.\n"
        "severity: high\nstatus: accepted\nrecorded: 2026-05-18\n",
    )  # fmt: skip

    assert [one for one in server.diagnose(path) if "severity" in one] != []
    assert "The steps." in server.hover(path, 4, 3)


def test_the_same_map_serves_neovim_and_the_line_serves_any_editor(
    server: Server, repo: Path
) -> None:
    """The line that `docs/editors.md` names, in a file that no map covers."""
    line = "# yaml-language-server: $schema=.knowledge/schema/decision.json\n"
    path = repo / "draft.yaml"
    path.write_text(line + GOOD.replace("because:", "becuase:", 1))

    assert any("becuase" in one for one in server.diagnose(path))
