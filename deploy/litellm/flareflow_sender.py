"""The sender of flareflow_meter.py: a thread that posts spooled events, signed, until the collector has taken them."""

from __future__ import annotations

import atexit
import hashlib
import hmac
import json
import random
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from flareflow_spool import FOLDER_NAME, MOST_EVENTS, Folder, Settings, Spool, log

LOOK_SECONDS = 5.0
FIRST_RETRY_SECONDS = 0.1
LONGEST_RETRY_SECONDS = 5.0
ANSWER_SECONDS = 10.0
LONGEST_WISH_SECONDS = 60.0
LAST_SECONDS = 2.0


class Outlet:
    """A spool with its sender, for as long as the process lives."""

    def __init__(self, settings: Settings) -> None:
        self._spool = Spool(settings)
        self._sender = Sender(settings, self._spool)
        self._sender.start()
        self._closed = False
        # What is registered last runs first: LiteLLM hands over its last calls before the spool closes.
        flush = getattr(GLOBAL_LOGGING_WORKER, "_flush_on_exit", None)
        if flush is not None:
            atexit.unregister(flush)
        atexit.register(self.close)
        if flush is not None:
            atexit.register(flush)

    def append(self, line: str) -> None:
        self._spool.append(line)

    def refusal(self) -> str | None:
        return self._spool.refusal()

    def close(self) -> None:
        """Sends what is left if the collector answers; the rest waits on the disk for the next start."""
        if not self._closed:
            self._closed = True
            self._sender.stop(LAST_SECONDS)
            self._spool.close()


class Sender:
    """Delivers segments in order, for as long as it takes."""

    def __init__(self, settings: Settings, spool: Spool, most: int = MOST_EVENTS) -> None:
        self._settings = settings
        self._spool = spool
        self._http = httpx.Client(timeout=ANSWER_SECONDS, follow_redirects=False)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="flareflow-meter", daemon=True)
        self._most = self._limit = most
        self._failures = 0
        self._wish = 0.0

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Sends what is left, once and for at most this long. What can't be sent stays on the disk."""
        self._stopping.set()
        self._spool.wake()
        self._thread.join(seconds)

    def _run(self) -> None:
        looked_at = -LOOK_SECONDS
        last_round = False
        while not last_round:
            last_round = self._stopping.is_set()
            try:
                if time.monotonic() - looked_at >= LOOK_SECONDS:
                    looked_at = time.monotonic()
                    self._adopt()
                self._deliver_all(self._spool.seal())
                self._spool.measure()
                if not last_round:
                    self._spool.wait(LOOK_SECONDS)
            except Exception:
                log.exception("the spool could not be sent; it is tried again")
                self._stopping.wait(LONGEST_RETRY_SECONDS)

    def _adopt(self) -> None:
        """Sends what processes left behind that died before they could."""
        entries = (entry for entry in self._settings.folder.iterdir() if FOLDER_NAME.fullmatch(entry.name))
        for path in sorted(entry for entry in entries if entry.is_dir()):
            folder = None if self._spool.owns(path) else Folder.take(path)
            if folder is None:
                continue
            if self._deliver_all(folder.segments()):
                folder.remove()
            else:
                folder.release()

    def _deliver_all(self, segments: list[Path]) -> bool:
        """False when it was told to stop before everything was taken."""
        return all(self._deliver(segment) for segment in segments)

    def _deliver(self, segment: Path) -> bool:
        events = read_segment(segment)
        sent = 0
        while sent < len(events):
            batch = events[sent : sent + self._most]
            if self._post(batch):
                sent += len(batch)
                self._failures = 0
                self._most = min(self._limit, 2 * self._most)
            elif self._stopping.is_set():
                return False
            else:
                self._pause()
        segment.unlink()
        return True

    def _post(self, events: list[Any]) -> bool:
        """True when the collector has taken every event of the batch."""
        self._wish = 0.0
        body = delivery(events=events)
        try:
            answer = self._http.post(self._settings.url, content=body, headers=signature(self._settings.secret, body))
        except httpx.HTTPError as error:
            return self._not_taken(f"no answer ({type(error).__name__})")
        self._wish = wished_pause(answer)
        if answer.status_code == 413 and len(events) > 1:
            self._most = len(events) // 2
            return self._not_taken("batches are too large for it; smaller ones follow")
        if answer.status_code != 200:
            return self._not_taken(f"status {answer.status_code}")
        return self._taken(answer, len(events))

    def _taken(self, answer: httpx.Response, count: int) -> bool:
        try:
            said = answer.json()
            rejected = list(said["rejected"])
            complete = said["stored"] + said["duplicates"] + len(rejected) == count
        except (ValueError, KeyError, TypeError):
            return self._not_taken("it answers 200, but not as a collector does")
        if not complete:
            return self._not_taken("it does not account for every event")
        if rejected:
            log.error("the collector holds %d of %d events as unreadable: %s", len(rejected), count, rejected[:3])
        return True

    def _not_taken(self, why: str) -> bool:
        self._failures += 1
        # Each retry at first, then about once a minute.
        if self._failures <= 3 or self._failures % 12 == 0:
            log.warning("the collector has not taken a batch: %s; try %d", why, self._failures)
        return False

    def _pause(self) -> None:
        """As long as the collector asks for, and at least a while that grows with each failure."""
        longest = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** min(self._failures, 10))
        self._stopping.wait(max(self._wish, longest * random.uniform(0.5, 1.0)))
        self._spool.measure()


def read_segment(segment: Path) -> list[Any]:
    """The events of a segment. A torn line was left by a process that was killed while it wrote."""
    events = []
    for line in segment.read_bytes().splitlines():
        try:
            events.append(json.loads(line))
        except ValueError:
            log.error("a line of %d bytes in the spool is torn; LiteLLM's own books have the call", len(line))
    return events


def wished_pause(answer: httpx.Response) -> float:
    """Seconds that a busy collector asks to be left alone, by Retry-After; 0 when that makes no sense."""
    if answer.status_code not in (429, 503):
        return 0.0
    try:
        return min(LONGEST_WISH_SECONDS, max(0.0, float(answer.headers.get("retry-after", "0"))))
    except ValueError:
        return 0.0


def delivery(events: Sequence[Any] = (), keys: Sequence[str] = ()) -> bytes:
    message: dict[str, Any] = {"source": "flareflow-meter", "version": 1, "events": list(events)}
    if keys:
        message["keys"] = list(keys)
    return json.dumps(message, separators=(",", ":")).encode()


def ask_unknown_keys(settings: Settings, keys: Sequence[str]) -> list[str] | None:
    """Which of these keys (SHA-256, hex) the collector can't bill; None when it gives no answer to that."""
    body = delivery(keys=keys)
    headers = signature(settings.secret, body)
    try:
        answer = httpx.post(settings.url, content=body, headers=headers, timeout=ANSWER_SECONDS)
        said = answer.json()
        return [key for key in said["unknownKeys"] if key in keys] if answer.status_code == 200 else None
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return None


def signature(secret: bytes, body: bytes) -> dict[str, str]:
    """Proves to the collector who sends, and when."""
    timestamp = str(int(time.time()))
    mac = hmac.new(secret, f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {
        "content-type": "application/json",
        "x-flareflow-timestamp": timestamp,
        "x-flareflow-signature": f"v1={mac}",
    }
