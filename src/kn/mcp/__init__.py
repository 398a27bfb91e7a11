"""Floor 4: the Model Context Protocol. Parse, call one flow, show: the second face of the flows.

What is given here is what an agent may see (DESIGN §4), as data between two lines that no item
can write. Everything in this package needs the extra `kn[mcp]`.
"""

from kn.mcp.server import make_server, serve

__all__ = ["make_server", "serve"]
