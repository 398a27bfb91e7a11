"""The one wall around litellm, and the only door of kn to the network.

litellm is imported in one function, in an environment in which it reads no `.env` (a cloned
repository may own one: dependencies 7) and fetches nothing by itself.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from kn.adapters.prices import installed_at, safe_path
from kn.core.prompt import Question
from kn.core.redact import Redactor
from kn.errors import KnError

_SAID_MOST = 300
"""Characters of a provider's message that an error repeats."""

_STOLEN = ("1.82.7", "1.82.8")
"""Releases that carried a credential stealer (BerriAI/litellm#24512)."""

_BEFORE_IMPORT: Mapping[str, str] = {
    "LITELLM_MODE": "PRODUCTION",  # reads no .env
    "PYTHON_DOTENV_DISABLED": "1",  # nor does anything else
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # fetches no prices
    "LITELLM_OFFLINE_MODE": "true",  # fetches nothing else by itself (1.109)
}


_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Which model is asked, and where; all of it the user's own choice (hazards H8)."""

    model: str
    """As litellm names it: `anthropic/claude-haiku-4-5`, `openai/qwen3` at a server of one's own.
    """
    base: str = ""
    """Address of an OpenAI-compatible server; empty for the provider's own."""
    key: str = field(default="", repr=False)
    """Empty: the provider's own variable, as `ANTHROPIC_API_KEY`."""

    @property
    def title(self) -> str:
        """The model and where its server is, for people; no more of the address than the host."""
        if not self.base:
            return self.model
        parts = urlsplit(self.base)
        host = parts.hostname or self.base
        open_to_all = parts.scheme == "http" and host not in _THIS_MACHINE
        return f"{self.model} at {host}{' (unencrypted)' if open_to_all else ''}"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model said, and what that took."""

    text: str
    input_tokens: int
    output_tokens: int
    """Both as the provider counts; 0 when it does not say."""
    whole: bool = True
    """Whether the model came to an end by itself."""


class Model(Protocol):
    """Something that answers questions; the tests have a scripted one."""

    def ask(self, question: Question, *, most: int, timeout: float) -> Reply:
        """Ask once, without trying again.

        Args:
            question: What to send.
            most: Tokens of the answer at the most.
            timeout: Seconds without a word after which the request is given up.

        Raises:
            Unavailable: No answer this time; the next try may have one.
            Refused: No answer to this, however often it is asked.
        """


class Refused(KnError):
    """The model, its provider or its server does not take such a request."""


class Unavailable(KnError):
    """No usable answer this time: too many requests, a broken server, a broken connection.

    Attributes:
        after: Seconds that the server asks to wait; 0 when it does not say.
        billed: Whether the request may have been worked on, and so be paid for.
    """

    def __init__(self, message: str, *, after: float = 0, billed: bool = False) -> None:
        super().__init__(message, hint="Try again later.")
        self.after = after
        self.billed = billed


def open_model(endpoint: Endpoint) -> Model:
    """A model behind litellm; nothing is imported or sent yet.

    Raises:
        KnError: litellm is not installed.
    """
    if "litellm" not in sys.modules and installed_at("litellm") is None:
        raise _missing()
    return _LiteLLM(endpoint)


def _missing() -> KnError:
    return KnError(
        "Asking a model needs litellm, which is not installed.",
        hint="Install it with kn: `pip install 'kn[llm]'` (about 340 MB).",
    )


class _LiteLLM:
    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._plain = False
        self._redactor = Redactor([endpoint.key] if endpoint.key else [])

    def ask(self, question: Question, *, most: int, timeout: float) -> Reply:
        litellm = import_litellm()
        try:
            return self._call(litellm, question, most, timeout)
        except Refused as refused:
            # Servers that know no schema say so in as many ways as there are; the prompt has it.
            if self._plain or not isinstance(refused.__cause__, Exception):
                raise
            if _status(refused.__cause__) not in (400, 422) or _is_too_long(refused.__cause__):
                raise
            self._plain = True
            return self._call(litellm, question, most, timeout)

    def _call(self, litellm: Any, question: Question, most: int, timeout: float) -> Reply:
        form = {"name": "candidates", "schema": dict(question.schema), "strict": True}
        shaped: dict[str, Any] = {
            "response_format": {"type": "json_schema", "json_schema": form},
            "temperature": 0,
        }
        place = self._endpoint
        # With an address of one's own, the key of the provider's is never sent there.
        key = place.key or ("none" if place.base else None)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                response = litellm.completion(
                    model=place.model,
                    messages=[dict(message) for message in question.messages],
                    api_base=place.base or None,
                    api_key=key,
                    max_tokens=most,
                    timeout=timeout,
                    num_retries=0,
                    max_retries=0,
                    **({} if self._plain else shaped),
                )
                return _reply(response)
        except Exception as error:
            raise self._explained(error) from error

    def _explained(self, error: Exception) -> KnError:
        """litellm's error in kn's words, without secrets."""
        name, status = type(error).__name__, _status(error)
        said = _NOISE.sub("", " ".join(str(error).split()))
        said = self._redactor.redact(said).text[:_SAID_MOST]
        what = self._endpoint.title
        if name == "Timeout" or status == 408:
            return Unavailable(f"{what} did not answer in time.", billed=True)
        if status == 429:
            return Unavailable(f"{what} takes no more requests now: {said}", after=_after(error))
        if status in (401, 403) or _NO_KEY.search(said):
            return Refused(f"{what} does not accept the key: {said}", hint=_KEY_HINT)
        if "LLM Provider NOT provided" in said:
            return Refused(f"litellm knows no provider of {self._endpoint.model!r}.", hint=_NAMES)
        if status == 404:
            return Refused(f"There is no {what}: {said}", hint=_NAMES)
        if isinstance(error, ImportError) or (status and 400 <= status < 500):
            return Refused(f"{what} does not take the request: {said}")
        if status >= 500 or name in _BROKEN or isinstance(error, (OSError, ValueError)):
            idle = name in _BEFORE_WORK or _never_left(error)
            return Unavailable(f"{what} failed: {said}", billed=not idle)
        return Refused(f"{what} failed: {name}: {said}")


_NAMES = (
    "Name it as litellm does: `anthropic/NAME`, `gemini/NAME`, or `openai/NAME` for a server of "
    "your own (KN_LLM_BASE)."
)
_KEY_HINT = (
    "Keys come from your environment: KN_LLM_KEY, or the provider's own variable; with KN_LLM_BASE "
    "only KN_LLM_KEY is sent."
)
_BROKEN = ("APIError", "APIConnectionError", "APIResponseValidationError", "BadAnswerForm")
_BEFORE_WORK = ("ServiceUnavailableError", "BadGatewayError")
_NO_KEY = re.compile(r"(?i)\bmissing (?:credentials|\S* ?api key)")
_NO_CONNECTION = ("ConnectError", "ConnectTimeout", "ConnectionRefusedError")
_NOISE = re.compile(r"(?:litellm\.)?\b\w+(?:Error|Exception)(?: -|:) ")


class BadAnswerForm(Exception):
    """A response without choices, or whose parts are of another shape."""


def _reply(response: Any) -> Reply:
    try:
        choice = response.choices[0]
        text = choice.message.content or ""
        whole = choice.finish_reason != "length"
    except (AttributeError, IndexError, TypeError) as error:
        raise BadAnswerForm("the answer has no message") from error
    usage = getattr(response, "usage", None)
    counts = (getattr(usage, name, None) for name in ("prompt_tokens", "completion_tokens"))
    paid, got = (int(count) if isinstance(count, int) else 0 for count in counts)
    return Reply(str(text), paid, got, whole)


def _status(error: Exception) -> int:
    status = getattr(error, "status_code", None)
    return int(status) if isinstance(status, int) else 0


def _never_left(error: BaseException | None) -> bool:
    """Whether no connection was made, so that nobody can have worked on the request."""
    while error is not None:
        if type(error).__name__ in _NO_CONNECTION:
            return True
        error = error.__cause__ or error.__context__
    return False


def _is_too_long(error: Exception) -> bool:
    return type(error).__name__ in ("ContextWindowExceededError", "ContentPolicyViolationError")


def _after(error: Exception) -> float:
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return max(0.0, float(headers.get("retry-after", 0)))
    except (TypeError, ValueError):
        return 0.0


def import_litellm() -> Any:
    """The litellm module, imported where no repository can speak to it (hazards H8, H41).

    Takes about three seconds the first time.

    Raises:
        KnError: It is not installed, or is a release that is known to steal credentials.
    """
    if "litellm" in sys.modules:
        return sys.modules["litellm"]
    _refuse_stolen(sys.path)
    os.environ.update(_BEFORE_IMPORT)
    os.environ.pop("LITELLM_DEV_ENV_HOT_RELOAD", None)
    sys.path[:] = safe_path(sys.path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import litellm
        except ImportError as error:
            raise _missing() from error
    import logging

    logging.getLogger("LiteLLM").setLevel(logging.ERROR)  # its advice is for its callers' authors
    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.drop_params = True  # what a provider is known not to take
    return litellm


def _refuse_stolen(path: Sequence[str]) -> None:
    from importlib.metadata import distributions

    for found in distributions(name="litellm", path=list(path)):
        if found.version in _STOLEN:
            raise KnError(
                f"litellm {found.version} steals credentials; kn does not run it.",
                hint="Replace it, and change every key that this machine had.",
            )
