"""A small PhysioNet on this machine, with the ways in which a server or a line can fail."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar


class Physionet:
    """A small PhysioNet: files by name, and the ways in which a server or a line can fail."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.breaks: dict[str, list[int]] = {}
        """File name to the number of bytes after which the line breaks, one entry per transfer."""
        self.knows_ranges = True
        self.status = 200
        self.requests: list[tuple[str, str | None]] = []
        """(file name, Range header) in the order in which they came."""
        handler = type("Handler", (_Handler,), {"physionet": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/files/ludb/1.0.1/"

    def publish(self, files: dict[str, bytes]) -> None:
        """Offer these files, with their checksums."""
        sums = [f"{hashlib.sha256(content).hexdigest()} {name}" for name, content in files.items()]
        self.files = {**files, "SHA256SUMS.txt": "\n".join(sums).encode()}

    def times_sent(self, name: str) -> int:
        return sum(asked == name for asked, _ in self.requests)

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    physionet: ClassVar[Physionet]
    protocol_version = "HTTP/1.1"
    timeout = 100
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        physionet = self.physionet
        name = self.path.removeprefix("/files/ludb/1.0.1/")
        asked = self.headers.get("Range")
        physionet.requests.append((name, asked))
        content = physionet.files.get(name)
        if content is None or physionet.status != 200:
            self.send_error(404 if content is None else physionet.status)
            return
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and physionet.knows_ranges else 0
        if start >= len(content) > 0:
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        breaks = physionet.breaks.get(name)
        if breaks:
            self.wfile.write(content[start : start + breaks.pop(0)])
            self.close_connection = True
        else:
            self.wfile.write(content[start:])

    def log_message(self, *_: object) -> None:
        """Quiet."""
