"""Settings: flag, `KN_*`, the user's git config, `.knowledge/config.yaml`, default, in this order.

Endpoints, models, keys, commands and trust are the user's alone: a repository that names them is
refused (hazards H8), for whoever writes the repository would otherwise choose where logs go.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kn.core.schema import FORMAT
from kn.core.yaml.loaded import Fault
from kn.core.yaml.read import read_yaml
from kn.errors import BadItem, KnError, TooNew


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its default, what it may be, and whether a repository may say it."""

    name: str
    default: str
    doc: str
    pattern: str = ".*"
    shared: bool = True

    def allows(self, value: str) -> bool:
        return re.fullmatch(self.pattern, value) is not None


_FOLDER = r"(?!\.\.?(?:/|$))[\w.-]+(?:/(?!\.\.?(?:/|$))[\w.-]+)*"
"""Below the top: no part is `.` or `..`."""

SETTINGS: tuple[Setting, ...] = (
    Setting("context.budget", "500", "Tokens of a context.", r"[0-9]{1,6}"),
    Setting("hooks.prompt", "notice", "After a commit: `notice`, `ask` on a terminal, or `off`.",
            "notice|ask|off"),
    Setting("inbox.days", "30", "Days after which a candidate ages out.", r"[0-9]{1,5}"),
    Setting("trust.ref", "", "The branch whose items count as reviewed.", shared=False),
    Setting("dir", ".knowledge", "The folder of the items.", _FOLDER, shared=False),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """The values in force, and where each comes from."""

    values: Mapping[str, str]
    origins: Mapping[str, str]

    def text(self, name: str) -> str:
        return self.values[name]

    def number(self, name: str) -> int:
        return int(self.values[name])


def gather_settings(
    environment: Mapping[str, str], git: Mapping[str, str], repository: Mapping[str, str]
) -> Settings:
    """Put the sources together.

    Args:
        environment: `KN_CONTEXT_BUDGET` sets `context.budget`.
        git: Names with their `kn.` prefix, in lower case.
        repository: What `.knowledge/config.yaml` says, as `read_config` gives it.

    Raises:
        KnError: A value is none that the setting may have.
    """
    values, origins = {}, {}
    for setting in SETTINGS:
        variable = "KN_" + setting.name.upper().replace(".", "_")
        sources = (
            ("environment", environment.get(variable)),
            ("git config", git.get(f"kn.{setting.name}")),
            ("repository", repository.get(setting.name) if setting.shared else None),
            ("default", setting.default),
        )
        origin, value = next((o, v) for o, v in sources if v is not None)
        if not setting.allows(value):
            raise KnError(
                f"The setting {setting.name} ({origin}) cannot be {value!r}.",
                hint=f"It must match {setting.pattern}.",
            )
        values[setting.name], origins[setting.name] = value, origin
    return Settings(values, origins)


ALONE = "is the user's alone"
"""How a fault begins that says that a repository sets what it may not."""


def read_config(raw: bytes, path: str) -> dict[str, str]:
    """What a repository's `config.yaml` says, as flat names: `{"format": "1", "hooks.prompt": …}`.

    Raises:
        TooNew: Its format is newer than this kn's.
        BadItem: It is unreadable, or sets what is the user's alone.
    """
    flat, faults = survey_config(raw, path)
    if faults:
        raise BadItem([f"{path}:{f.line}: {f.place}: {f.message}" for f in faults])
    return flat


def survey_config(raw: bytes, path: str) -> tuple[dict[str, str], list[Fault]]:
    """What a repository's `config.yaml` says, without what is wrong in it; and that.

    Raises:
        TooNew: Its format is newer than this kn's.
    """
    loaded = read_yaml(raw)
    faults = list(loaded.faults)
    data = loaded.data if isinstance(loaded.data, dict) else {}
    flat: dict[str, str] = {}
    for name, value in data.items():
        inner = value if isinstance(value, dict) else {"": value}
        for key, text in inner.items():
            flat[f"{name}.{key}".rstrip(".")] = text if isinstance(text, str) else ""
    number = flat.get("format", "")
    if number.isdigit() and int(number) > FORMAT:
        raise TooNew(
            f"{path} says format {number}; this kn knows format {FORMAT} and would damage it.",
            hint="Install a newer kn.",
        )
    known = {s.name for s in SETTINGS if s.shared} | {"format"}
    for full in [name for name in flat if name not in known]:
        del flat[full]
        line = loaded.lines.get(tuple(full.split(".", 1)), 1)
        own = next((s for s in SETTINGS if s.name == full), None)
        said = (
            f"{ALONE}; say it with `git config kn.{full}`"
            if own or re.search(_PRIVATE, full)
            else f"unknown setting; there are {', '.join(sorted(known))}"
        )
        faults.append(Fault(line, full, said))
    if not faults and number != str(FORMAT):
        faults.append(Fault(1, "format", f"expected `format: {FORMAT}`"))
    return flat, faults


_PRIVATE = (
    r"(?i)model|key|url|endpoint|command|trust|token|exec|script|shell|proxy|host|secret|password"
)
