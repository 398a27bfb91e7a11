"""The repository that kn watches."""

from tests.e2e.watched import world as world
