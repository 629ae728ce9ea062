"""A city's own website on another origin, with whatever headers and encoding its pages have."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Host:
    """A website whose pages a test writes."""

    address: str = ""
    pages: dict[str, tuple[bytes, dict[str, str]]] = field(default_factory=dict)

    def put(self, path: str, page: str, encoding: str = "utf-8", **headers: str) -> str:
        """Serve a page; returns its address."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content = {"Content-Type": f"text/html; charset={encoding}"}
        self.pages[path] = (page.encode(encoding), content | named)
        return f"{self.address}{path}"


@contextmanager
def host_website() -> Iterator[Host]:
    """Serve a website on a free port."""
    host = Host()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content, headers = host.pages.get(self.path, (b"", {}))
            self.send_response(200 if headers else 404)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
