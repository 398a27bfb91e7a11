"""Passing a request on to the service behind its path."""

import http.client

HOP_BY_HOP = {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}


class Proxy:
    """Forward to the service that `routes` names, and stream its answer back."""

    def __init__(self, routes, timeout):
        self.routes = routes
        self.timeout = timeout

    def __call__(self, environ, start_response):
        service = self.routes.find(environ["PATH_INFO"])
        if service is None:
            start_response("404 Not Found", [("Content-Length", "0")])
            return []
        connection = http.client.HTTPConnection(service.host, service.port, timeout=self.timeout)
        length = int(environ.get("CONTENT_LENGTH") or 0)
        connection.request(
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"],
            body=environ["wsgi.input"].read(length),
            headers=forwarded_headers(environ),
        )
        answer = connection.getresponse()
        headers = [(n, v) for n, v in answer.getheaders() if n.lower() not in HOP_BY_HOP]
        start_response(f"{answer.status} {answer.reason}", headers)
        return answer


def forwarded_headers(environ):
    """The client's headers, without those that belong to one connection only."""
    headers = {}
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            header = name[5:].replace("_", "-").title()
            if header.lower() not in HOP_BY_HOP:
                headers[header] = value
    headers["X-Forwarded-For"] = environ.get("REMOTE_ADDR", "")
    return headers
