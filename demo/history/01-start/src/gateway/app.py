"""The gateway as a WSGI application: a chain of middleware around a proxy."""

from gateway.proxy import Proxy
from gateway.routes import Routes


def make_app(config):
    """Build the application from the configuration; the outermost middleware comes last."""
    app = Proxy(Routes(config["routes"]), timeout=config["timeout_seconds"])
    for wrap in config.get("middleware", []):
        app = wrap(app, config)
    return app
