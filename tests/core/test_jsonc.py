"""What is put into somebody's settings comes out again, and nothing else moves by a byte."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kn.core import jsonc
from kn.errors import KnError

NAMES = ["a", "b", "hooks", "tasks", 'q"x', "ü"]
spaces = st.sampled_from(
    ["", " ", "\n", "\n  ", "\t", "\r\n    ", " // c \n", "/* x */", " /* , } */ ", "//\r\n"]
)
blanks = st.sampled_from(["", " ", "\n", "\r\n", "\n\t", "  \n  "])
scalars = st.sampled_from(["1", "-0.5e3", "true", "null", '""', '"// no"', '"a\\"}"'])


@st.composite
def values(draw: st.DrawFn, depth: int = 3) -> str:
    """JSON in any layout: comments, trailing commas, tabs, both sorts of line end."""
    sort = draw(st.sampled_from(["scalar", "object", "array"])) if depth else "scalar"
    if sort == "scalar":
        return draw(scalars)
    return draw(containers(is_object=sort == "object", depth=depth))


@st.composite
def containers(draw: st.DrawFn, *, is_object: bool, depth: int = 3) -> str:
    first, last = "{}" if is_object else "[]"
    names: list[str] = draw(st.lists(st.sampled_from(NAMES), max_size=3, unique=True))
    parts = []
    for name in names:
        key = f"{json.dumps(name)}{draw(spaces)}:{draw(spaces)}" if is_object else ""
        parts.append(f"{draw(spaces)}{key}{draw(values(depth - 1))}{draw(spaces)}")
    comma = draw(st.sampled_from(["", ","])) if parts else ""
    comma += draw(spaces) if comma else ""
    return first + (",".join(parts) + comma if parts else draw(spaces)) + last


@st.composite
def documents(draw: st.DrawFn) -> str:
    mark = draw(st.sampled_from(["", "\ufeff"]))
    if draw(st.integers(0, 9)) == 0:
        return mark + draw(spaces) + draw(spaces)
    return mark + draw(spaces) + draw(containers(is_object=True)) + draw(spaces)


paths = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3)
added = st.sampled_from(
    [1, "x", [], {}, ["context", "--file"], {"k": [{"d": "}"}]}, [{"label": "kn: a"}, {"l": 1}]]
)


def _at(value: Any, path: list[str]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _holds(value: Any, path: list[str]) -> bool:
    return not path or (
        isinstance(value, dict) and path[0] in value and _holds(value[path[0]], path[1:])
    )


def _blocked(text: str, path: list[str]) -> bool:
    """Whether something on the way is there and is no object."""
    whole = jsonc.read(text)
    return whole is not None and any(
        _holds(whole, path[:n]) and not isinstance(_at(whole, path[:n]), dict)
        for n in range(len(path))
    )


@given(documents(), paths, added)
def test_what_is_inserted_is_there_and_comes_out_to_the_byte(
    text: str, path: list[str], value: Any
) -> None:
    if _holds(jsonc.read(text), path):
        return  # replacing is another law
    if _blocked(text, path):
        with pytest.raises(KnError, match="is not an object"):
            jsonc.insert(text, path, value)
        return
    done = jsonc.insert(text, path, value)
    assert _at(jsonc.read(done.text), path) == value
    assert jsonc.insert(done.text, path, value).text == done.text
    assert jsonc.remove(done.text, path, made=done.made, inner=done.inner) == text


@given(documents(), paths, st.lists(st.integers(100, 102), min_size=1, max_size=3))
def test_what_is_appended_is_last_and_comes_out_to_the_byte(
    text: str, path: list[str], numbers: list[int]
) -> None:
    before = _at(jsonc.read(text), path)
    ours = [{"label": f"kn: {n}"} for n in numbers]
    if _blocked(text, path) or (_holds(jsonc.read(text), path) and not isinstance(before, list)):
        with pytest.raises(KnError, match="is not an"):
            jsonc.append(text, path, ours)
        return
    done = jsonc.append(text, path, ours)
    assert _at(jsonc.read(done.text), path) == [*(before or []), *ours]
    left = jsonc.remove(
        done.text, path, where=lambda v: v in ours, made=done.made, inner=done.inner
    )
    assert left == text


@given(documents(), paths)
def test_taking_out_what_was_always_there_leaves_the_rest_as_it_means(
    text: str, path: list[str]
) -> None:
    whole = jsonc.read(text)
    left = jsonc.read(jsonc.remove(text, path))
    holder = _at(whole, path[:-1]) if whole is not None else None
    if isinstance(holder, dict):
        holder.pop(path[-1], None)
    assert left == whole


@given(documents(), paths, added, added)
def test_replacing_changes_the_value_alone(text: str, path: list[str], old: Any, new: Any) -> None:
    if _blocked(text, path):
        return
    first = jsonc.insert(jsonc.insert(text, path, "~").text, path, old).text  # in our own layout
    assert jsonc.insert(jsonc.insert(first, path, new).text, path, old).text == first
    assert _at(jsonc.read(jsonc.insert(first, path, new).text), path) == new


SETTINGS = """\
// Settings of the team.
{
\t"editor.rulers": [100], // as our linter
\t/* YAML */
\t"yaml.schemas": {
\t\t"./other.json": "*.other.yaml", // ours
\t},
}
"""


def test_an_entry_is_written_as_its_neighbours_are() -> None:
    done = jsonc.insert(SETTINGS, ["yaml.schemas", "./.knowledge/schema/fact.json"], "facts/*.yaml")

    assert done.text == SETTINGS.replace(
        "// ours\n",
        '// ours\n\t\t"./.knowledge/schema/fact.json": "facts/*.yaml",\n',
    )


def test_a_file_that_is_empty_becomes_a_document_and_is_empty_again() -> None:
    done = jsonc.append("// ours\n\n", ["tasks"], [{"label": "kn: x", "args": ["a", "b"]}])

    assert done.text == (
        '// ours\n{\n  "tasks": [\n    {\n      "label": "kn: x",\n      "args": ["a", "b"]\n'
        "    }\n  ]\n}\n"
    )
    assert jsonc.remove(
        done.text, ["tasks"], where=lambda v: True, made=done.made, inner=done.inner
    ) == ("// ours\n\n")


def test_a_container_that_was_made_stays_when_somebody_uses_it_too() -> None:
    done = jsonc.append("{}", ["tasks"], [1])
    theirs = jsonc.append(done.text, ["tasks"], [2]).text

    left = jsonc.remove(theirs, ["tasks"], where=lambda v: v == 1, made=done.made, inner=done.inner)

    assert jsonc.read(left) == {"tasks": [2]}


def test_a_comment_that_somebody_put_beside_ours_stays() -> None:
    done = jsonc.insert("{}", ["a", "b"], 1)
    theirs = done.text.replace('"b": 1', '"b": 1 // mine')

    left = jsonc.remove(theirs, ["a", "b"], made=done.made, inner=done.inner)

    assert "// mine" in left
    assert jsonc.read(left) == {"a": {}}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{\n  "a": 1\n  "b": 2\n}', 3),
        ("{\n/* never", 2),
        ('{"a": [1,\n,]}', 2),
        ("{} {}", 1),
        ("{a: 1}", 1),
        ('{"a" 1}', 1),
        ("[" * 200, 1),
        ("{\n\n" + '"a": ' + "9" * 5000 + "}", 3),
        ('{"a": nul}', 1),
    ],
)
def test_what_is_no_json_is_said_with_its_line(text: str, line: int) -> None:
    with pytest.raises(KnError, match=f"Line {line}: "):
        jsonc.read(text)


def test_a_value_of_another_sort_on_the_way_is_refused() -> None:
    for text, path in (('{"a": 1}', ["a", "b"]), ("[]", ["a"]), ('{"a": []}', ["a", "b"])):
        with pytest.raises(KnError, match="Line 1"):
            jsonc.insert(text, path, 1)
    with pytest.raises(KnError, match="a is not an array"):
        jsonc.append('{"a": {}}', ["a"], [1])
