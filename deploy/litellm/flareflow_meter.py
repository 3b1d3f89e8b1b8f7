"""FlareFlow's usage meter, a plug-in of the LiteLLM proxy.

Before a call it mints the event's id; after the call it writes the event (token counts and labels, never a prompt or an
answer) to a spool on disk, from where a thread sends it, signed, until the collector has acknowledged it.

    litellm_settings:
      callbacks: ["flareflow_meter.instance"]     # this folder on PYTHONPATH

Environment: FLAREFLOW_METER_URL, LITELLM_WEBHOOK_SECRET, FLAREFLOW_SPOOL_DIR, FLAREFLOW_SPOOL_MAX_BYTES (1 GiB).
"""

from __future__ import annotations

import asyncio
import atexit
import hashlib
import hmac
import json
import os
import re
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from fastapi import HTTPException
from litellm.integrations.custom_logger import CustomLogger

from flareflow_sender import Sender
from flareflow_spool import Settings, Spool, log

EVENT_FIELD = "flareflow_event"
LABELS = ("conversation", "feature", "agent")
LABEL_LENGTH = 256
MOST_TAGS = 32
REMEMBERED_IDS = 50_000
LAST_SECONDS = 2.0

KEY_HASH = re.compile(r"[0-9a-f]{64}")
EVENT_ID = re.compile(r"([0-9a-f]{32})\.([0-9a-f]{32})")
NONE: Mapping[str, Any] = {}


class Meter(CustomLogger):
    """Turns each call of a key into exactly one event."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._secret = settings.secret
        self._spool = Spool(settings)
        self._sender = Sender(settings, self._spool)
        self._sender.start()
        self._used: OrderedDict[str, None] = OrderedDict()
        self._closed = False
        atexit.register(self.close)

    def close(self) -> None:
        """Sends what is left if the collector answers; the rest waits on the disk for the next start."""
        if not self._closed:
            self._closed = True
            self._sender.stop(LAST_SECONDS)
            self._spool.close()

    async def async_pre_call_hook(
        self, user_api_key_dict: Any, cache: Any, data: dict[str, Any], call_type: str
    ) -> dict[str, Any]:
        """Puts the event's id where LiteLLM's own books keep it, over whatever the caller put there."""
        self._refuse_what_cannot_be_metered(data)
        for switch in ("no-log", "no_log"):
            data.pop(switch, None)
        minted = self._minted(user_api_key_dict.api_key, data)
        data.setdefault("metadata", {})
        for place in ("metadata", "litellm_metadata"):
            if isinstance(data.get(place), dict):
                data[place]["spend_logs_metadata"] = dict(minted)
        return data

    async def async_log_success_event(
        self, kwargs: Mapping[str, Any], response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        """Called once per answered call, for streams after the last chunk."""
        payload = kwargs.get("standard_logging_object")
        if isinstance(payload, Mapping):
            await self._record(payload, _dict(payload.get("metadata")))

    async def async_post_call_failure_hook(
        self,
        request_data: dict[str, Any],
        original_exception: Exception,
        user_api_key_dict: Any,
        traceback_str: str | None = None,
    ) -> None:
        """Called once per call that failed for good; LiteLLM's failure event comes once per attempt."""
        metadata = {
            "user_api_key_hash": user_api_key_dict.api_key,
            "user_api_key_team_id": user_api_key_dict.team_id,
            "user_api_key_org_id": user_api_key_dict.org_id,
            "spend_logs_metadata": _spend_logs_metadata(request_data),
        }
        payload = _dict(request_data.get("standard_logging_object")) or _payload_of_failure(request_data)
        await self._record({**payload, "status": "failure"}, metadata)

    def _refuse_what_cannot_be_metered(self, data: Mapping[str, Any]) -> None:
        reason = self._spool.refusal()
        if reason is not None:
            raise HTTPException(status_code=503, detail={"error": reason})
        # LiteLLM would send such a call to each of the models, under one id.
        if "," in str(data.get("model") or ""):
            raise HTTPException(status_code=400, detail={"error": "A call names one model."})

    def _minted(self, key_hash: object, data: Mapping[str, Any]) -> dict[str, str]:
        if not isinstance(key_hash, str) or KEY_HASH.fullmatch(key_hash) is None:
            return {}
        nonce = secrets.token_hex(16)
        return {**_labels(data), EVENT_FIELD: f"{nonce}.{self._mac(nonce, key_hash)}"}

    def _mac(self, nonce: str, key_hash: str) -> str:
        return hmac.new(self._secret, f"{nonce}|{key_hash}".encode(), hashlib.sha256).hexdigest()[:32]

    async def _record(self, payload: Mapping[str, Any], metadata: Mapping[str, Any]) -> None:
        try:
            key_hash = metadata.get("user_api_key_hash")
            event_id = self._event_id(key_hash, metadata, payload.get("status") == "failure")
            if event_id is None:
                return
            event = event_of(event_id, str(key_hash), payload, metadata)
            await asyncio.to_thread(self._spool.append, json.dumps(event, separators=(",", ":")))
        except Exception:
            # LiteLLM swallows it too; without this line nobody would know. The poll of its books finds the call.
            log.exception("a call could not be recorded: %s", payload.get("litellm_call_id"))

    def _event_id(self, key_hash: object, metadata: Mapping[str, Any], is_failure: bool) -> str | None:
        """The id minted before the call; None for a call that passed no pre-call hook, such as a refused key's."""
        minted = _dict(metadata.get("spend_logs_metadata")).get(EVENT_FIELD)
        match = EVENT_ID.fullmatch(minted) if isinstance(minted, str) else None
        if match is None or not isinstance(key_hash, str):
            return None
        if not hmac.compare_digest(self._mac(match[1], key_hash), match[2]):
            log.error("an event id that this proxy did not mint was ignored")
            return None
        if match[0] not in self._used:
            self._remember(match[0])
            return match[0]
        if is_failure:
            return None
        # A second answer within one request is a second event: two answers never become one.
        nonce = secrets.token_hex(16)
        return f"{nonce}.{self._mac(nonce, key_hash)}"

    def _remember(self, event_id: str) -> None:
        self._used[event_id] = None
        if len(self._used) > REMEMBERED_IDS:
            self._used.popitem(last=False)


def event_of(event_id: str, key_hash: str, payload: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any]:
    """LiteLLM's StandardLoggingPayload as one event. A count that the model did not report is null, never a guess."""
    usage = _dict(_dict(payload.get("metadata")).get("usage_object"))
    prompt = _dict(usage.get("prompt_tokens_details") or usage.get("input_tokens_details"))
    completion = _dict(usage.get("completion_tokens_details") or usage.get("output_tokens_details"))
    started, ended = _seconds(payload.get("startTime")), _seconds(payload.get("endTime"))
    labels = _dict(metadata.get("spend_logs_metadata"))
    # An embedding has no answer to count.
    no_answer = "0" if usage and "embedding" in str(payload.get("call_type")) else None
    cost = payload.get("response_cost")
    return {
        "id": event_id,
        "callId": _label(payload.get("litellm_call_id")) or event_id,
        "keyHash": key_hash,
        "startedAt": _iso(started),
        "endedAt": _iso(ended),
        "model": _label(payload.get("model_group") or payload.get("model")) or "unknown",
        "servedModel": _label(payload.get("model")),
        "provider": _label(payload.get("custom_llm_provider")),
        "inputTokens": _count(usage, "prompt_tokens", "input_tokens"),
        "outputTokens": _count(usage, "completion_tokens", "output_tokens") or no_answer,
        "cachedTokens": _count(prompt, "cached_tokens") or _count(usage, "cache_read_input_tokens"),
        "cacheWriteTokens": _count(prompt, "cache_creation_tokens") or _count(usage, "cache_creation_input_tokens"),
        "reasoningTokens": _count(completion, "reasoning_tokens"),
        "litellmCostUsd": repr(cost)[:40] if isinstance(cost, (int, float)) else None,
        "status": "failure" if payload.get("status") == "failure" else "success",
        "cacheHit": payload.get("cache_hit") is True,
        "stream": payload.get("stream") is True,
        "latencyMs": max(0, round((ended - started) * 1000)),
        "endUser": _label(payload.get("end_user")),
        "organization": _label(metadata.get("user_api_key_org_id")),
        "team": _label(metadata.get("user_api_key_team_id")),
        "traceId": _label(payload.get("trace_id")),
        "tags": _tags(payload.get("request_tags")),
        **{name: _label(labels.get(name)) for name in LABELS},
    }


def _payload_of_failure(request_data: Mapping[str, Any]) -> dict[str, Any]:
    """For calls that failed before LiteLLM had built its own payload."""
    return {
        "litellm_call_id": request_data.get("litellm_call_id"),
        "startTime": request_data.get("start_time"),
        "model": request_data.get("model"),
        "stream": request_data.get("stream"),
    }


def _spend_logs_metadata(request_data: Mapping[str, Any]) -> dict[str, Any]:
    places = (_dict(request_data.get(name)).get("spend_logs_metadata") for name in ("metadata", "litellm_metadata"))
    return next((dict(found) for found in places if isinstance(found, Mapping) and EVENT_FIELD in found), {})


def _labels(data: Mapping[str, Any]) -> dict[str, str]:
    """The caller's labels, from the body's metadata or the spend-logs header."""
    found: dict[str, str] = {}
    for place in ("metadata", "litellm_metadata"):
        own = _dict(data.get(place))
        for source in (_dict(own.get("requester_metadata")), own, _dict(own.get("spend_logs_metadata"))):
            found.update({name: label for name in LABELS if (label := _label(source.get(name))) is not None})
    return found


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else NONE


def _label(value: object) -> str | None:
    """A text that any database takes: bounded, without NUL and half characters."""
    if not isinstance(value, str) or not value:
        return None
    return value.replace("\0", "").encode("utf-8", "replace").decode()[:LABEL_LENGTH] or None


def _tags(value: object) -> list[str]:
    tags = [_label(tag) for tag in value] if isinstance(value, list) else []
    # LiteLLM adds the client's name by itself.
    return [tag for tag in tags if tag is not None and not tag.startswith("User-Agent: ")][:MOST_TAGS]


def _count(usage: Mapping[str, Any], *names: str) -> str | None:
    for name in names:
        count = usage.get(name)
        if isinstance(count, int) and not isinstance(count, bool) and count >= 0:
            return str(count)
    return None


def _seconds(value: object) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    return float(value) if isinstance(value, (int, float)) else datetime.now(timezone.utc).timestamp()


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# What LiteLLM's configuration names. Tests import the module without these settings.
if "FLAREFLOW_METER_URL" in os.environ:
    instance = Meter(Settings.from_environment(os.environ))
