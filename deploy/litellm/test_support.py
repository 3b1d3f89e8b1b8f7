"""A collector that can be told to misbehave, for the meter's tests."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from flareflow_spool import Settings

SECRET = b"a secret"
KEY_HASH = "ab" * 32

Answer = Callable[[list[Any]], tuple[int, object]]


def accept(events: list[Any]) -> tuple[int, object]:
    return 200, {"stored": len(events), "duplicates": 0, "rejected": []}


class Collector:
    """Keeps the batches that it acknowledged; refuses what is not signed."""

    def __init__(self) -> None:
        self.answer: Answer = accept
        self.batches: list[list[Any]] = []
        self.tries = 0
        self.bodies: list[bytes] = []
        self.folders: list[Path] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                status, said = collector.receive(body, dict(self.headers.items()))
                self.send_response(status)
                if status == 302:
                    self.send_header("location", collector.url)
                data = json.dumps(said).encode()
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/webhook/usage"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def receive(self, body: bytes, headers: dict[str, str]) -> tuple[int, object]:
        self.tries += 1
        timestamp = headers["x-flareflow-timestamp"]
        mac = hmac.new(SECRET, f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
        if headers["x-flareflow-signature"] != f"v1={mac}" or abs(time.time() - int(timestamp)) > 5:
            return 401, {"error": "signature"}
        payload = json.loads(body)
        assert payload["source"] == "flareflow-meter" and payload["version"] == 1
        status, said = self.answer(payload["events"])
        if self.answer is accept:
            self.bodies.append(body)
            self.batches.append(payload["events"])
        return status, said

    @property
    def events(self) -> list[Any]:
        return [event for batch in self.batches for event in batch]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)


def settings_for(collector: Collector, **more: Any) -> Settings:
    folder = Path(tempfile.mkdtemp(prefix="flareflow-spool-"))
    collector.folders.append(folder)
    return Settings(url=collector.url, secret=SECRET, folder=folder, **more)


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Waits for something that another thread brings about."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen in time")
        time.sleep(0.01)
