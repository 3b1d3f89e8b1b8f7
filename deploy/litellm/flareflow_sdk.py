"""The meter for LiteLLM's Python SDK, where no proxy stands between the program and the model.

    import litellm, flareflow_meter
    litellm.callbacks = [flareflow_meter.sdk(key="sk-…")]

A program that calls asynchronously awaits `drain()` before its event loop ends, which would cancel what LiteLLM still
has to hand over. All calls of the program are metered on that one key. Whoever runs it holds the collector's secret,
and is trusted with it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import Mapping
from typing import Any

from litellm.integrations.custom_logger import CustomLogger
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

from flareflow_event import KEY_HASH, Mint, event_of, label, labels_of, mapping
from flareflow_sender import Outlet, ask_unknown_keys
from flareflow_spool import Settings, log

# What LiteLLM runs beside a call or a stream that has ended.
HANDLERS = (
    "_client_async_logging_helper",
    "async_success_handler",
    "async_failure_handler",
    "dispatch_success_handlers",
    "dispatch_failure_handlers",
)


class SdkMeter(CustomLogger):
    """Turns each answered call, streamed or not, and each failed attempt into one event of the configured key."""

    def __init__(self, settings: Settings, key_hash: str) -> None:
        super().__init__()
        self._key_hash = key_hash
        self._mint = Mint(settings.secret)
        self._outlet = Outlet(settings)

    def close(self) -> None:
        """Sends what is left if the collector answers; the rest waits on the disk for the next start."""
        self._outlet.close()

    async def drain(self) -> None:
        """Waits until LiteLLM has handed over every call that was answered in this event loop."""
        while under_way := [task for task in asyncio.all_tasks() if _hands_over(task)]:
            await asyncio.wait(under_way)
        await GLOBAL_LOGGING_WORKER.flush()

    def log_success_event(self, kwargs: Mapping[str, Any], response_obj: Any, start_time: Any, end_time: Any) -> None:
        self._record(kwargs)

    def log_failure_event(self, kwargs: Mapping[str, Any], response_obj: Any, start_time: Any, end_time: Any) -> None:
        self._record(kwargs)

    async def async_log_success_event(
        self, kwargs: Mapping[str, Any], response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        await self._record_apart(kwargs)

    async def async_log_failure_event(
        self, kwargs: Mapping[str, Any], response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        await self._record_apart(kwargs)

    async def _record_apart(self, kwargs: Mapping[str, Any]) -> None:
        try:
            await asyncio.to_thread(self._record, kwargs)
        except RuntimeError:
            # The interpreter is ending and starts no thread any more.
            self._record(kwargs)

    def _record(self, kwargs: Mapping[str, Any]) -> None:
        try:
            payload = kwargs.get("standard_logging_object")
            if not isinstance(payload, Mapping):
                return
            labels = labels_of({"metadata": mapping(mapping(kwargs.get("litellm_params")).get("metadata"))})
            user = label(kwargs.get("user")) or label(mapping(kwargs.get("optional_params")).get("user"))
            said = {**payload, "end_user": payload.get("end_user") or user}
            # LiteLLM calls once for each answer: each is a call of its own, whatever ids it carries.
            event_id = self._mint.new_id(self._key_hash)
            event = event_of(event_id, self._key_hash, said, {"spend_logs_metadata": labels})
            self._outlet.append(json.dumps(event, separators=(",", ":")))
        except Exception:
            # LiteLLM swallows it too; without this line nobody would know.
            log.exception("a call could not be recorded")


def _hands_over(task: asyncio.Task[Any]) -> bool:
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and code.co_name in HANDLERS


def sdk(
    key: str,
    *,
    url: str | None = None,
    secret: str | None = None,
    spool_dir: str | None = None,
    verify: bool = True,
) -> SdkMeter:
    """A callback for `litellm.callbacks` that meters this program on a FlareFlow key: the key itself, or its SHA-256.

    What is not given comes from the environment, as for the proxy. Raises ValueError when the collector says that it
    doesn't know the key; while the collector is away the key can't be checked, and calls wait on the disk.
    """
    given = {"FLAREFLOW_METER_URL": url, "LITELLM_WEBHOOK_SECRET": secret, "FLAREFLOW_SPOOL_DIR": spool_dir}
    settings = Settings.from_environment({**os.environ, **{name: value for name, value in given.items() if value}})
    key_hash = key if KEY_HASH.fullmatch(key) else _hash_of(key)
    if verify:
        unknown = ask_unknown_keys(settings, [key_hash])
        if unknown is None:
            log.warning("the collector does not answer: the key could not be checked, calls wait on the disk")
        elif key_hash in unknown:
            raise ValueError("FlareFlow knows no such key, so nothing could be billed. Nothing was set up.")
    return SdkMeter(settings, key_hash)


def _hash_of(key: str) -> str:
    if not key.startswith("sk-"):
        raise ValueError("The key must be a FlareFlow key (sk-…) or its SHA-256 in hex.")
    return hashlib.sha256(key.encode()).hexdigest()
