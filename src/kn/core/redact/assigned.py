"""Secrets that stand behind a name: `KEY=…`, `"password": "…"`, `--token …`, `<pass>…</pass>`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from kn.core.redact.finding import Finding
from kn.core.redact.names import Shape, is_secret, strength_of
from kn.core.redact.places import lowered, places_of_any

_ANCHORS = tuple(
    "pass pwd psw psk pw secret token key auth cred salt dsn pat sid session cookie".split()
)
"""What a telling name contains; where one stands, the pattern below is tried."""

_NAMED = re.compile(
    r"""(?ix)
    (?P<rest>[\w.-]{0,48}+)
    (?P<sep>
        [?]?[ \t]{0,4}:?[ \t]{0,4}
        (?:str|string|&(?:'static[ ])?str|any|(?:Optional\[str\]|str[ ]?\|[ ]?None))
        [ \t]{0,4}=[ \t]{0,4}
      | ["'`\]]{0,2}+[ \t]{0,8}+(?:=>|:=|={1,3}|:{1,2}|\?=|\|)[ \t]{0,8}+
      | ["'][ \t]{0,4}\]?[ \t]{0,4}(?:,|=)[ \t]{0,16}(?=["'`])
      | \([ \t]{0,2}(?=["'`])
      | ["']?(?:\s{1,20}+|\s{0,20}+,\s{0,20}+)["']?value["']?[ \t]{0,4}[:=][ \t]{0,4}
      | (?:[ \t][^<>\n]{0,60}+)?>
      | </(?:key|name)>\s{0,20}+<(?:string|value)>
      | [ \t]{1,4}(?:(?:is|was|as|to|of|=|set)[ \t]{1,4}){0,3}+
    )
    (?:
        [bruf@]{0,2}"(?P<dq>(?:[^"\\\n]|\\.){1,256}+)
      | [bruf@]{0,2}'(?P<sq>(?:[^'\\\n]|\\.){1,256}+)
      | `(?P<bq>[^`\n]{1,256}+)
      | (?P<bare>[^\s"'`<>]{1,256}+)
    )
    """
)
_JUDGED = 256
"""Characters of a value that are judged; what is secret goes as far as the value does."""

_REST = {
    "dq": re.compile(r'(?:[^"\\\n]|\\.)*+'),
    "sq": re.compile(r"(?:[^'\\\n]|\\.)*+"),
    "bq": re.compile(r"[^`\n]*+"),
    "bare": re.compile(r"[^\s\"'`<>]*+"),
}
_BEFORE = re.compile(r"[\w.$-]{0,48}")
_SETS = ("", "export", "set", "ENV", "ARG", "-e", "-", "env", "+")
_SETS_AT = ("--", "?", "&", ";", " -e", "//", ":", "-D")
_SURROUNDINGS = re.compile(r"[,;)}\]|](?=[\s\"',;)}\]]|\Z)|[,;&](?=[\w.]{1,40}[=:])|\\[nrt\"']")
_SENTENCE = re.compile(r"[,;:.!?)*_]*\Z|\]\(|://")
_NEXT_PAIR = re.compile(r"[&;](?=[\w. ]{1,40}=|\Z)")


def assignments(text: str, spend: Callable[[], None]) -> Iterator[Finding]:
    """Values behind telling names, unless they are placeholders, code or prose.

    `spend` is called once for each value that is judged: the caller bounds the work.
    """
    done = 0
    for at in places_of_any(lowered(text), _ANCHORS):
        match = _NAMED.match(text, at) if at >= done else None
        if match is None:
            continue
        lead = _BEFORE.match(text[max(0, at - 48) : at][::-1])
        before = at - (lead.end() if lead else 0)
        name = text[before : match.end("rest")]
        strength = strength_of(name)
        if strength is None:
            done = match.end("rest")
            continue
        spend()
        group = next(g for g in _REST if match[g] is not None)
        shape = _shape_of(text, before, match, group)
        start, end = match.span(group)
        value = match[group]
        if group == "bare":
            value = _bare(value, shape, ends_line=text[end : end + 1] in ("", "\n", "\r"))
            end = start + len(value) if len(value) < _JUDGED else end
        if value and is_secret(value, name, shape):
            rest = _REST[group].match(text, end) if end - start >= _JUDGED else None
            done = rest.end() if rest else end
            yield Finding(start, done, "password" if strength == "password" else "secret")
        else:
            done = start


def _shape_of(text: str, before: int, match: re.Match[str], group: str) -> Shape:
    sep = match["sep"].strip()
    line = text[max(0, before - 40) : before].rpartition("\n")[2].strip()
    if text[before] == "-":  # an option
        return "quoted" if group != "bare" else "set"
    if not sep or sep.split()[0] in ("is", "was", "as", "to", "of", "set"):
        return "told" if line or group == "bare" else "quoted"
    if group != "bare":
        return "quoted"
    if sep.endswith(">"):
        return "set" if line.endswith(("<", ":")) or "</" in sep else "code"
    if "value" in sep.lower() or (
        match["sep"] == "=" and (line in _SETS or line.endswith(_SETS_AT))
    ):
        return "set"
    end = match.end()
    if sep == ":" and text[end : end + 1] not in ('"', "'"):
        return "bare"
    alone = sep == "=" and not line.strip("-*+>|# \t/") and text[end : end + 1] in ("", "\n", "\r")
    return "line" if alone else "code"


def _bare(value: str, shape: Shape, ends_line: bool) -> str:
    """A value without quotes, up to where its surroundings begin again."""
    whole = shape in ("set", "line") or (shape == "bare" and ends_line)
    if shape == "told":
        end = _SENTENCE
    elif whole and value[0] not in "$({<[":
        end = _NEXT_PAIR
    else:
        end = _SURROUNDINGS
    cut = end.search(value, 1)
    return (value[: cut.start()] if cut else value).rstrip(".,;:")
