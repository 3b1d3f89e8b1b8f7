"""A collector that can be told to misbehave, for the meter's tests."""

from __future__ import annotations

import contextlib
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

from flareflow_holds import HoldSettings
from flareflow_spool import Settings

SECRET = b"a secret"
KEY_HASH = "ab" * 32
PLANTED = "the prompt that nobody may keep"

Answer = Callable[[list[Any]], tuple[int, object]]
HoldAnswer = Callable[[Any], tuple[int, object]]


def accept(events: list[Any]) -> tuple[int, object]:
    return 200, {"stored": len(events), "duplicates": 0, "rejected": []}


def payload(**more: Any) -> dict[str, Any]:
    """The parts of LiteLLM's StandardLoggingPayload that matter here, as the proxy sends them."""
    usage = {"prompt_tokens": 16, "completion_tokens": 20, "prompt_tokens_details": None}
    return {
        "id": "chatcmpl-1",
        "litellm_call_id": "call-1",
        "trace_id": "trace-1",
        "call_type": "acompletion",
        "cache_hit": None,
        "stream": None,
        "status": "success",
        "custom_llm_provider": "openai",
        "startTime": 1795219393.060144,
        "endTime": 1795219393.093666,
        "model": "openai/gpt-4o",
        "model_group": "gpt-4o",
        "response_cost": 0.00024,
        "total_tokens": 999,
        "prompt_tokens": 0,
        "completion_tokens": 0,
        "request_tags": ["User-Agent: curl", "User-Agent: curl/7.88.1", "nightly"],
        "end_user": "alice",
        "messages": [{"role": "user", "content": PLANTED}],
        "response": {"choices": [{"message": {"content": PLANTED}}]},
        "metadata": {"user_api_key_hash": KEY_HASH, "user_api_key_team_id": "team-red", "usage_object": usage},
        **more,
    }


class Collector:
    """Keeps the batches that it acknowledged; refuses what is not signed."""

    def __init__(self) -> None:
        self.answer: Answer = accept
        self.batches: list[list[Any]] = []
        self.tries = 0
        self.bodies: list[bytes] = []
        self.folders: list[Path] = []
        self.headers: dict[str, str] = {}
        self.unknown_keys: list[str] = []
        self.asked: list[Any] = []
        self.holds: HoldAnswer = lambda asked: (200, {"granted": True, "heldUsd": "0.12345678"})
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                status, said = collector.receive(body, dict(self.headers.items()))
                self.send_response(status)
                if status == 302:
                    self.send_header("location", collector.url)
                for name, value in collector.headers.items():
                    self.send_header(name, value)
                data = json.dumps(said).encode()
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                # Whoever asked may be gone.
                with contextlib.suppress(BrokenPipeError):
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
        if "eventId" in payload:
            self.asked.append(payload)
            return self.holds(payload)
        assert payload["source"] == "flareflow-meter" and payload["version"] == 1
        if "keys" in payload:
            return 200, {"unknownKeys": [key for key in payload["keys"] if key in self.unknown_keys]}
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


def holds_for(collector: Collector, **more: Any) -> HoldSettings:
    return HoldSettings(url=collector.url.replace("/webhook/usage", "/holds"), **more)


def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Waits for something that another thread brings about."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen in time")
        time.sleep(0.01)
