"""As much of litellm as kn uses, for tests where it is not installed: OpenAI's API by urllib.

The names of the errors and their fields are litellm's own.
"""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest


class _Failed(Exception):
    status_code = 0

    def __init__(self, message: str, response: Any = None) -> None:
        super().__init__(f"litellm.{type(self).__name__}: OpenAIException - {message}")
        self.response = response


def _error(name: str, status: int) -> type[_Failed]:
    return type(name, (_Failed,), {"status_code": status})


_BY_STATUS = {
    400: _error("BadRequestError", 400),
    401: _error("AuthenticationError", 401),
    404: _error("NotFoundError", 404),
    429: _error("RateLimitError", 429),
    503: _error("ServiceUnavailableError", 503),
}
_TIMEOUT = _error("Timeout", 408)
_SERVER = _error("InternalServerError", 500)


def completion(*, model: str, api_base: str, timeout: float, api_key: str, **body: Any) -> Any:
    """Ask a server once, as `litellm.completion` would with no retries."""
    for name in ("num_retries", "max_retries"):
        assert body.pop(name) == 0, "kn tries again by itself"
    data = json.dumps({"model": model.partition("/")[2], **body}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {api_key}"}
    request = urllib.request.Request(f"{api_base}/chat/completions", data, headers)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:
            return as_objects(json.load(response))
    except urllib.error.HTTPError as error:
        kind = _BY_STATUS.get(error.code, _SERVER)
        with error:
            raise kind(error.read().decode(), SimpleNamespace(headers=error.headers)) from error
    except TimeoutError as error:
        raise _TIMEOUT("timed out") from error
    except Exception as error:  # broken JSON, a broken connection
        raise _SERVER(str(error)) from error


def as_objects(value: Any) -> Any:
    """A JSON value as a response of litellm has it: attributes instead of keys."""
    if isinstance(value, dict):
        return SimpleNamespace(**{name: as_objects(part) for name, part in value.items()})
    return [as_objects(part) for part in value] if isinstance(value, list) else value


def install(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Put it where `import litellm` finds it, for one test."""
    module = ModuleType("litellm")
    module.completion = completion  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "litellm", module)
    return module
