"""The disk spool of flareflow_meter.py: events outlive a killed proxy and a collector that is down.

Each process writes into a folder of its own, in segments of at most one batch, and holds the folder's lock while it
lives. The folder of a process that died, its lock given back by the kernel, is sent by whichever process finds it.
"""

from __future__ import annotations

import fcntl
import fnmatch
import logging
import os
import re
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

log = logging.getLogger("flareflow_meter")
if not log.handlers:
    log.addHandler(logging.StreamHandler())
    log.setLevel(logging.INFO)
    log.propagate = False

MOST_EVENTS = 500
GATHER_SECONDS = 0.05
ALARM_SECONDS = 60.0
DEFAULT_MAX_BYTES = 1 << 30
ALARM_SHARE = 0.8
# The folder may hold what is nobody's of ours: only what is named like this is sent, or goes away.
FOLDER_NAME = re.compile(r"\d+-[0-9a-f]{16}")
SEGMENTS = f"{'[0-9]' * 12}.jsonl"
REQUIRED = ("FLAREFLOW_METER_URL", "LITELLM_WEBHOOK_SECRET", "FLAREFLOW_SPOOL_DIR")


@dataclass(frozen=True)
class Settings:
    url: str
    secret: bytes = field(repr=False)
    folder: Path
    max_bytes: int = DEFAULT_MAX_BYTES

    @staticmethod
    def from_environment(env: Mapping[str, str]) -> Settings:
        missing = [name for name in REQUIRED if not env.get(name)]
        if missing:
            raise ValueError(f"The FlareFlow meter needs {' and '.join(missing)}.")
        return Settings(
            url=env["FLAREFLOW_METER_URL"],
            secret=env["LITELLM_WEBHOOK_SECRET"].encode(),
            folder=Path(env["FLAREFLOW_SPOOL_DIR"]),
            max_bytes=int(env.get("FLAREFLOW_SPOOL_MAX_BYTES") or DEFAULT_MAX_BYTES),
        )


class Spool:
    """Appends lines durably and hands them out in order. Safe to use from any thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._folder = Folder.create(self._settings.folder)
        self._open: IO[bytes] | None = None
        self._open_events = 0
        self._number = 0
        self._unwritten: list[str] = []
        self._failing = False
        self._given_up = False
        self._bytes = _size(self._settings.folder)
        self._alarmed_at = 0.0

    def append(self, line: str) -> None:
        """Returns when the line is on the disk. A disk that takes nothing is retried; until then calls are refused."""
        with self._lock:
            self._unwritten.append(line)
            self._write()
        self._wake.set()

    def refusal(self) -> str | None:
        """Why no further call may start: one that could not be metered. None while there is room."""
        if self._failing:
            return "Usage can't be recorded right now: the meter's disk takes no more. Try again later."
        if self._bytes >= self._settings.max_bytes:
            return "Usage can't be recorded right now: the meter's spool is full. Try again later."
        return None

    def wait(self, seconds: float) -> None:
        """Sleeps until there is something to send, then a moment more to gather."""
        if self._wake.wait(seconds):
            self._wake.clear()
            time.sleep(GATHER_SECONDS)

    def wake(self) -> None:
        self._wake.set()

    def seal(self) -> list[Path]:
        """Closes the open segment; returns all segments of this process in order."""
        with self._lock:
            if self._unwritten:
                self._write()
            self._close()
            return self._folder.segments()

    def close(self) -> None:
        """Gives the folder to whoever comes next; it goes away when nothing is left in it."""
        if self.seal():
            self._folder.release()
        else:
            self._folder.remove()
        self._given_up = True

    def measure(self) -> None:
        """Looks at how full the spool is, and says so loudly before calls are refused."""
        self._bytes = _size(self._settings.folder)
        share = self._bytes / self._settings.max_bytes
        if share >= ALARM_SHARE and time.monotonic() - self._alarmed_at >= ALARM_SECONDS:
            self._alarmed_at = time.monotonic()
            log.critical("the spool is %.0f%% full; at 100%% calls are refused. Is the collector up?", share * 100)

    def owns(self, path: Path) -> bool:
        return path == self._folder.path

    def _write(self) -> None:
        try:
            if self._given_up:
                # A call that ends while the process does: the next start sends it.
                self._folder, self._given_up = Folder.create(self._settings.folder), False
            if self._open is None:
                self._number += 1
                self._open = self._folder.open_segment(self._number)
            data = "".join(f"{line}\n" for line in self._unwritten).encode()
            self._open.write(data)
            self._open.flush()
            os.fsync(self._open.fileno())
        except OSError as error:
            # What was written in part ends in a torn line, which the reader skips; all of it is written again.
            log.critical("the spool can't be written (%s); calls are refused until it can", error)
            self._failing = True
            self._close()
            return
        self._failing = False
        self._open_events += len(self._unwritten)
        self._bytes += len(data)
        self._unwritten = []
        if self._open_events >= MOST_EVENTS:
            self._close()

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
        self._open = None
        self._open_events = 0


class Folder:
    """One process's part of the spool; whoever holds the lock may send and delete it."""

    def __init__(self, path: Path, lock: IO[bytes]) -> None:
        self.path = path
        self._lock = lock

    @staticmethod
    def create(spool: Path) -> Folder:
        while True:
            path = spool / f"{os.getpid()}-{secrets.token_hex(8)}"
            path.mkdir(parents=True)
            folder = Folder.take(path)
            # Before it is locked, another process may think that its owner has died.
            if folder is not None:
                return folder

    @staticmethod
    def take(path: Path) -> Folder | None:
        """None while the process that made the folder lives, and when another one has cleared it away."""
        try:
            lock = open(path / "lock", "ab")
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            return None
        if not path.exists():
            lock.close()
            return None
        return Folder(path, lock)

    def open_segment(self, number: int) -> IO[bytes]:
        segment = open(self.path / f"{number:012d}.jsonl", "ab")
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return segment

    def segments(self) -> list[Path]:
        return sorted(self.path.glob(SEGMENTS))

    def release(self) -> None:
        self._lock.close()

    def remove(self) -> None:
        try:
            (self.path / "lock").unlink(missing_ok=True)
            self.path.rmdir()
        except OSError:
            # Something of somebody else's lies in it, or the next process has taken it already.
            log.debug("a folder of the spool stays: it is not empty")
        self.release()


def segments_in(spool: Path) -> list[Path]:
    """The segments of all processes, some of which may be cleared away meanwhile."""
    return [
        Path(at) / name
        for at, _, names in os.walk(spool)
        if FOLDER_NAME.fullmatch(Path(at).name)
        for name in fnmatch.filter(names, SEGMENTS)
    ]


def _size(spool: Path) -> int:
    total = 0
    for path in segments_in(spool):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue
    return total
