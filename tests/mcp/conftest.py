"""A repository with knowledge, and clients of `kn mcp`."""

from __future__ import annotations

from tests.flows.conftest import _begun as _begun
from tests.flows.conftest import desk as desk
