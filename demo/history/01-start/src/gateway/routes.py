"""Which service answers for which path."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Service:
    """A service behind the gateway."""

    name: str
    host: str
    port: int


class Routes:
    """The longest prefix wins."""

    def __init__(self, table):
        services = {prefix: Service(**about) for prefix, about in table.items()}
        self.services = dict(sorted(services.items(), key=lambda pair: -len(pair[0])))

    def find(self, path):
        """The service of a path, or None."""
        for prefix, service in self.services.items():
            if path == prefix or path.startswith(prefix + "/"):
                return service
        return None
