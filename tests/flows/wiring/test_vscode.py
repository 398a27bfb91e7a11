"""`kn init --editor vscode`: our entries beside theirs, and out again to the byte."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from kn.adapters.git import find_repository
from kn.core import jsonc
from kn.core.schema import BUILT_IN
from kn.errors import KnError
from kn.flows.setup import install, vscode
from kn.flows.setup.install import Options

from .clones import git, init, remove, snapshot

KINDS = {kind.name: kind.folder for kind in BUILT_IN}
WITH_EDITOR = Options(editors=("vscode",), kinds=KINDS)

THEIRS = {
    "nothing": None,
    "an empty file": "",
    "an empty object": "{}",
    "comments alone": "// to come\n",
    "tabs and comments": '{\n\t// ours\n\t"editor.rulers": [100], /* as the linter */\n}\n',
    "windows lines": '{\r\n    "a": 1,\r\n    "b": {}\r\n}\r\n',
    "no newline at the end": '{"a": true}',
}
TASKS = {
    **THEIRS,
    "tasks of theirs": """{
    // See https://go.microsoft.com/fwlink/?LinkId=733558
    "version": "2.0.0",
    "tasks": [
        {
            "label": "build", "type": "shell", "command": "make", // the default
        },
    ],
}
""",
    "empty tasks and inputs": '{ "version": "2.0.0", "tasks": [ ], "inputs": [\n  ] }',
}
SETTINGS = {
    **THEIRS,
    "schemas of theirs": '{"yaml.schemas": {\n\t\t"x.json": ["*.x.yaml"], // x\n\t}}',
    "one of ours already": json.dumps(
        {"yaml.schemas": {"./.knowledge/schema/fact.json": ".knowledge/facts/*.yaml"}}
    ),
}


def _write(project: Path, name: str, text: str | None) -> Path:
    path = project / ".vscode" / name
    if text is not None:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8", newline="")
    return path


@pytest.mark.parametrize("tasks", TASKS)
def test_tasks_go_in_beside_theirs_and_come_out_to_the_byte(project: Path, tasks: str) -> None:
    path = _write(project, "tasks.json", TASKS[tasks])
    before = snapshot(project)
    held = jsonc.read(TASKS[tasks] or "") or {}

    init(project, WITH_EDITOR)
    assert init(project, WITH_EDITOR).changes == (), "a second time changes nothing"
    merged = jsonc.read(path.read_text("utf-8"))
    assert merged["tasks"] == [*held.get("tasks", []), *vscode.TASKS]
    assert merged["inputs"] == [*held.get("inputs", []), *vscode.INPUTS]
    assert {name: merged[name] for name in held if name not in ("tasks", "inputs")} == {
        name: held[name] for name in held if name not in ("tasks", "inputs")
    }

    remove(project)
    assert snapshot(project) == before


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_schema_of_each_kind_is_mapped_and_comes_out_to_the_byte(
    project: Path, settings: str
) -> None:
    path = _write(project, "settings.json", SETTINGS[settings])
    before = snapshot(project)

    init(project, WITH_EDITOR)
    merged = jsonc.read(path.read_text("utf-8"))
    for name, folder in KINDS.items():
        schema = f"./.knowledge/schema/{name}.json"
        assert merged["yaml.schemas"][schema] == f".knowledge/{folder}/*.yaml"

    remove(project)
    assert snapshot(project) == before


def test_what_people_wrote_between_stays_and_ours_goes(project: Path) -> None:
    init(project, WITH_EDITOR)
    path = project / ".vscode/tasks.json"
    text = jsonc.append(path.read_text("utf-8"), ["tasks"], [{"label": "mine"}]).text
    text = text.replace('"kn: check",', '"kn: check", // hands off')
    path.write_text(text, "utf-8")

    remove(project)

    assert jsonc.read(path.read_text("utf-8")) == {"version": "2.0.0", "tasks": [{"label": "mine"}]}
    assert not (project / ".vscode/settings.json").exists()


def test_an_entry_of_ours_that_was_changed_is_left(project: Path) -> None:
    init(project, WITH_EDITOR)
    path = project / ".vscode/tasks.json"
    path.write_text(path.read_text("utf-8").replace('["check"]', '["check", "src"]'), "utf-8")
    settings = project / ".vscode/settings.json"
    settings.write_text(
        settings.read_text("utf-8").replace('".knowledge/facts/*.yaml"', '["facts/*.yaml"]'),
        "utf-8",
    )

    plan = init(project, WITH_EDITOR)

    assert plan.changes == ()
    assert "fact.json stays ['facts/*.yaml']" in " ".join(plan.notes)


def test_a_kind_that_the_team_adds_later_is_mapped_too_and_comes_out(project: Path) -> None:
    before = snapshot(project)
    init(project, WITH_EDITOR)
    more = Options(editors=("vscode",), kinds={**KINDS, "runbook": "runbooks"})
    top = find_repository(project).top
    assert top is not None
    assert vscode.is_wired(top, ".knowledge", more.kinds) is False

    init(project, more)
    assert vscode.is_wired(top, ".knowledge", more.kinds) is True
    assert "schema/runbook.json" in (project / ".vscode/settings.json").read_text("utf-8")

    remove(project)
    assert snapshot(project) == before
    assert vscode.is_wired(top, ".knowledge", KINDS) is None


def test_a_teammate_keeps_what_the_team_has_committed(project: Path, tmp_path: Path) -> None:
    init(project, WITH_EDITOR)
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "Knowledge")
    git(tmp_path, "clone", "-q", "--template=", str(project), "clone")
    before = snapshot(tmp_path / "clone")

    init(tmp_path / "clone", WITH_EDITOR)
    assert git(tmp_path / "clone", "status", "--porcelain") == ""
    remove(tmp_path / "clone")

    assert snapshot(tmp_path / "clone") == before


def test_an_init_that_was_cut_off_comes_out_again(project: Path) -> None:
    _write(project, "settings.json", '{\n\t"a": 1\n}')
    before = snapshot(project)
    plan = install.plan_install(find_repository(project), WITH_EDITOR)
    for stop in range(1, len(plan.changes)):
        install.apply(install.Plan(plan.folder, plan.changes[:stop]))
        remove(project)
        assert snapshot(project) == before


@pytest.mark.parametrize(
    ("text", "said"),
    [(b'{\n"a" 1}', "tasks.json: Line 2: expected `:`"), (b"\xff", "tasks.json is not UTF-8"),
     (b'{"tasks": {}}', "tasks is not an array"), (b"[]", "the document is not an object")],
)  # fmt: skip
def test_a_file_that_cannot_be_edited_safely_stops_init_before_anything_is_done(
    project: Path, text: bytes, said: str
) -> None:
    (project / ".vscode").mkdir()
    (project / ".vscode/tasks.json").write_bytes(text)
    before = snapshot(project)
    with pytest.raises(KnError, match=said):
        init(project, WITH_EDITOR)
    assert snapshot(project) == before


def test_a_file_that_was_broken_since_stops_uninstall_before_anything_is_done(
    project: Path,
) -> None:
    init(project, WITH_EDITOR)
    path = project / ".vscode/settings.json"
    path.write_text(path.read_text("utf-8") + "}", "utf-8")
    before = snapshot(project)

    with pytest.raises(KnError, match=r"settings\.json: Line 11: something follows"):
        remove(project)

    assert snapshot(project) == before
    path.write_text(path.read_text("utf-8")[:-1], "utf-8")
    remove(project)
    assert not (project / ".vscode").exists()


def test_nothing_is_written_through_a_link(project: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (project / ".vscode").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KnError, match="is not a folder"):
        init(project, WITH_EDITOR)
    (project / ".vscode").unlink()
    (project / ".vscode").mkdir()
    (tmp_path / "mine.json").write_text("{}")
    (project / ".vscode/settings.json").symlink_to(tmp_path / "mine.json")
    with pytest.raises(KnError, match="through no link"):
        init(project, WITH_EDITOR)


STRING, BOOLEAN, ANY = (str,), (bool,), (object,)
MATCHER: dict[str, Any] = {
    "owner": STRING, "fileLocation": (str, list), "severity": STRING, "applyTo": STRING,
    "pattern": {
        "regexp": STRING, "file": (int,), "line": (int,), "column": (int,), "severity": (int,),
        "message": (int,), "code": (int,), "endLine": (int,), "endColumn": (int,),
        "kind": STRING, "location": (int,), "loop": BOOLEAN,
    },
}  # fmt: skip
DOCUMENT: dict[str, Any] = {
    "version": STRING,
    "tasks": [{
        "label": STRING, "type": STRING, "command": STRING, "args": (list,),
        "isBackground": BOOLEAN, "group": (str, dict), "problemMatcher": (str, list, dict),
        "options": {"cwd": STRING, "env": (dict,), "shell": (dict,)},
        "presentation": {
            "reveal": STRING, "echo": BOOLEAN, "focus": BOOLEAN, "panel": STRING,
            "showReuseMessage": BOOLEAN, "clear": BOOLEAN, "group": STRING, "close": BOOLEAN,
        },
        "runOptions": (dict,),
    }],
    "inputs": [{
        "id": STRING, "type": STRING, "description": STRING, "default": STRING,
        "password": BOOLEAN, "options": (list,), "command": STRING, "args": ANY,
    }],
}  # fmt: skip
"""The documented shape of tasks.json 2.0.0 (code.visualstudio.com/docs/reference/tasks-appendix and
variables-reference): the members that there are, and what each may hold."""


def _faults(value: Any, shape: Any, place: str = "") -> list[str]:
    if isinstance(shape, tuple):
        return [] if isinstance(value, shape) else [f"{place}: {value!r}"]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{place}: no list"]
        return [f for one in value for f in _faults(one, shape[0], place + "[]")]
    if not isinstance(value, dict):
        return [f"{place}: no object"]
    unknown = [f"{place}.{name} is unknown" for name in value if name not in shape]
    return unknown + [
        f for n, v in value.items() if n in shape for f in _faults(v, shape[n], f"{place}.{n}")
    ]


def test_tasks_have_the_documented_shape(project: Path) -> None:
    init(project, WITH_EDITOR)
    document = json.loads((project / ".vscode/tasks.json").read_text("utf-8"))

    assert _faults(document, DOCUMENT) == []
    assert document["version"] == "2.0.0"
    asked = set(re.findall(r"\$\{input:([\w-]+)\}", json.dumps(document["tasks"])))
    assert asked == {one["id"] for one in document["inputs"]}
    labels = [task["label"] for task in document["tasks"]]
    assert len(set(labels)) == len(labels)
    for task in document["tasks"]:
        assert task["type"] == "process" and task["presentation"]["reveal"] == "always"
        assert task["presentation"]["panel"] in ("dedicated", "shared", "new")
        assert all(isinstance(word, str) for word in task["args"])
        if task["problemMatcher"]:
            assert _faults(task["problemMatcher"], MATCHER) == []
            re.compile(task["problemMatcher"]["pattern"]["regexp"])
    assert {one["type"] for one in document["inputs"]} == {"promptString"}
    wrong = {**document, "tasks": [{**document["tasks"][0], "prompt": 1, "args": "x"}]}
    assert len(_faults(wrong, DOCUMENT)) == 2, "and the shape can say no"
