"""FlareFlow's usage meter, a plug-in of the LiteLLM proxy.

Before a call it mints the event's id and has FlareFlow hold what the call can cost; after the call it writes the event
(token counts and labels, never a prompt or an answer) to a spool on disk, from where a thread sends it, signed, until
the collector has acknowledged it.

    litellm_settings:
      callbacks: ["flareflow_meter.instance"]     # this folder on PYTHONPATH

Environment: see the README beside this file.
Without the proxy, in LiteLLM's Python SDK: `litellm.callbacks = [flareflow_meter.sdk(key="sk-…")]`.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections import OrderedDict
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from fastapi import HTTPException
from litellm.integrations.custom_logger import CustomLogger

from flareflow_bounds import bound
from flareflow_event import ESTIMATE, EVENT_FIELD, KEY_HASH, SOURCE_FIELD, Mint, event_of, labels_of, mapping
from flareflow_fields import (
    keep_nothing,
    refuse_other_fields,
    refuse_other_routes,
    refuse_searching_models,
    refuse_unknown,
)
from flareflow_holds import HoldDesk, HoldSettings, Unreachable, event_id_of_gateway
from flareflow_limits import refuse_limited
from flareflow_sdk import sdk
from flareflow_sender import Outlet
from flareflow_spool import Settings, log
from flareflow_streams import DEFAULT_SECONDS, END, Ending, Streams, seconds_from_environment

__all__ = ["Meter", "sdk"]

REMEMBERED_IDS = 50_000


class Meter(CustomLogger):
    """Turns each call of a key into exactly one event."""

    def __init__(self, settings: Settings, holds: HoldSettings | None, drain_seconds: float = DEFAULT_SECONDS) -> None:
        super().__init__()
        self._secret = settings.secret
        self._mint = Mint(settings.secret)
        self._outlet = Outlet(settings)
        self._holds = HoldDesk(holds, settings.secret) if holds else None
        self._drain_seconds = drain_seconds
        self._streams = Streams()
        self._used: OrderedDict[str, None] = OrderedDict()

    def close(self) -> None:
        """Sends what is left if the collector answers; the rest waits on the disk for the next start."""
        self._outlet.close()

    async def async_pre_call_hook(
        self, user_api_key_dict: Any, cache: Any, data: dict[str, Any], call_type: str
    ) -> dict[str, Any]:
        """Puts the event's id where LiteLLM's own books keep it, over whatever the caller put there."""
        key_hash = user_api_key_dict.api_key
        given = event_id_of_gateway(self._secret, str(key_hash), data)
        refuse_other_routes(user_api_key_dict, call_type)
        self._refuse_what_cannot_be_metered(data)
        refuse_limited(user_api_key_dict, data)
        for switch in ("no-log", "no_log"):
            data.pop(switch, None)
        _ask_for_counts(data, call_type)
        minted = self._minted(key_hash, data, given)
        if given is None and minted:
            await self._place_hold(minted, user_api_key_dict, data, call_type)
        _write_down(minted, data)
        return data

    async def _place_hold(self, minted: dict[str, str], key: Any, data: dict[str, Any], call_type: str) -> None:
        """The gateway has held for its own calls; others are asked for here. Raises when the call may not be sent."""
        if self._holds is None:
            return
        refuse_other_fields(key, data, call_type)
        refuse_searching_models(key, data)
        keep_nothing(key, data, call_type)
        worst = bound(data, call_type, self._holds.bounds)
        try:
            is_held = await self._holds.place(minted[EVENT_FIELD], str(key.api_key), worst)
        except Unreachable as reason:
            # The hold may have been placed all the same: the failure that is reported under its id ends it.
            _write_down(minted, data)
            self._holds.pass_or_refuse(reason)
            return
        if not is_held:
            refuse_unknown(key)

    async def async_post_call_streaming_iterator_hook(
        self, user_api_key_dict: Any, response: Any, request_data: dict[str, Any]
    ) -> AsyncGenerator[Any, None]:
        """Passes a stream on, no faster than it is taken; reads on when its client leaves, to know what it used."""
        reader = self._streams.open(response, _spend_logs_metadata(request_data).get(EVENT_FIELD))
        try:
            while (chunk := await reader.next()) is not END:
                yield chunk
        except (GeneratorExit, asyncio.CancelledError):
            # LiteLLM waits here before it closes the stream and bills what it has.
            ending = await reader.drain(self._drain_seconds)
            if ending is not Ending.WHOLE and not reader.is_told():
                status = "failure" if ending is Ending.BROKEN else "success"
                payload = {**_payload_of(request_data), "status": status, "stream": True}
                await self._record(payload, _metadata_of(request_data, user_api_key_dict))
            raise

    async def async_logging_hook(
        self, kwargs: dict[str, Any], result: object, call_type: str
    ) -> tuple[dict[str, Any], object]:
        """Called before LiteLLM writes its own row: what is noted of the counts here stands there too."""
        self._note_source(kwargs)
        return kwargs, result

    async def async_log_success_event(
        self, kwargs: Mapping[str, Any], response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        """Called once per answered call, for streams after the last chunk."""
        payload = kwargs.get("standard_logging_object")
        if isinstance(payload, Mapping):
            await self._record(payload, mapping(payload.get("metadata")))

    async def async_post_call_failure_hook(
        self,
        request_data: dict[str, Any],
        original_exception: Exception,
        user_api_key_dict: Any,
        traceback_str: str | None = None,
    ) -> None:
        """Called once per call that failed for good; LiteLLM's failure event comes once per attempt."""
        payload = mapping(request_data.get("standard_logging_object")) or _payload_of(request_data)
        await self._record({**payload, "status": "failure"}, _metadata_of(request_data, user_api_key_dict))

    def _refuse_what_cannot_be_metered(self, data: Mapping[str, Any]) -> None:
        reason = self._outlet.refusal()
        if reason is not None:
            raise HTTPException(status_code=503, detail={"error": reason})
        # LiteLLM would send such a call to each of the models, under one id.
        if "," in str(data.get("model") or ""):
            raise HTTPException(status_code=400, detail={"error": "A call names one model."})

    def _minted(self, key_hash: object, data: Mapping[str, Any], given: str | None) -> dict[str, str]:
        if not isinstance(key_hash, str) or KEY_HASH.fullmatch(key_hash) is None:
            return {}
        return {**labels_of(data), EVENT_FIELD: given or self._mint.new_id(key_hash)}

    async def _record(self, payload: Mapping[str, Any], metadata: Mapping[str, Any]) -> None:
        try:
            key_hash = metadata.get("user_api_key_hash")
            event_id = self._event_id(key_hash, metadata, payload.get("status") == "failure")
            if event_id is None:
                return
            self._streams.forget(mapping(metadata.get("spend_logs_metadata"))[EVENT_FIELD])
            event = event_of(event_id, str(key_hash), payload, metadata)
            await asyncio.to_thread(self._outlet.append, json.dumps(event, separators=(",", ":")))
        except Exception:
            # LiteLLM swallows it too; without this line nobody would know. The poll of its books finds the call.
            log.exception("a call could not be recorded: %s", payload.get("litellm_call_id"))

    def _note_source(self, kwargs: Mapping[str, Any]) -> None:
        metadata = mapping(mapping(kwargs.get("standard_logging_object")).get("metadata"))
        event_id = mapping(metadata.get("spend_logs_metadata")).get(EVENT_FIELD)
        usage = mapping(metadata.get("usage_object"))
        if not isinstance(event_id, str) or self._streams.is_counted(event_id, usage) or not usage:
            return
        params = mapping(kwargs.get("litellm_params"))
        for place in (metadata, params.get("metadata"), params.get("litellm_metadata")):
            notes = mapping(place).get("spend_logs_metadata")
            if isinstance(notes, dict) and EVENT_FIELD in notes:
                notes[SOURCE_FIELD] = ESTIMATE

    def _event_id(self, key_hash: object, metadata: Mapping[str, Any], is_failure: bool) -> str | None:
        """The id minted before the call; None for a call that passed no pre-call hook, such as a refused key's."""
        minted = mapping(metadata.get("spend_logs_metadata")).get(EVENT_FIELD)
        if not isinstance(minted, str) or not isinstance(key_hash, str):
            return None
        if not self._mint.is_ours(minted, key_hash):
            log.error("an event id that this proxy did not mint was ignored")
            return None
        if minted not in self._used:
            self._remember(minted)
            return minted
        # A second answer within one request is a second event: two answers never become one.
        return None if is_failure else self._mint.new_id(key_hash)

    def _remember(self, event_id: str) -> None:
        self._used[event_id] = None
        if len(self._used) > REMEMBERED_IDS:
            self._used.popitem(last=False)


# Their streams tell the model's own counts only when asked to.
COUNTED_WHEN_ASKED = ("completion", "acompletion", "text_completion", "atext_completion")


def _ask_for_counts(data: dict[str, Any], call_type: str) -> None:
    """Where a caller could keep the model from counting, LiteLLM would estimate from the text: reasoning has none."""
    if call_type not in COUNTED_WHEN_ASKED or not data.get("stream"):
        return
    data["stream_options"] = {**mapping(data.get("stream_options")), "include_usage": True}
    if isinstance(data.get("extra_body"), dict):
        data["extra_body"].pop("stream_options", None)


def _write_down(minted: Mapping[str, str], data: dict[str, Any]) -> None:
    data.setdefault("metadata", {})
    for place in ("metadata", "litellm_metadata"):
        if isinstance(data.get(place), dict):
            data[place]["spend_logs_metadata"] = dict(minted)


def _metadata_of(request_data: Mapping[str, Any], key: Any) -> dict[str, Any]:
    return {
        "user_api_key_hash": key.api_key,
        "user_api_key_team_id": key.team_id,
        "user_api_key_org_id": key.org_id,
        "spend_logs_metadata": _spend_logs_metadata(request_data),
    }


def _payload_of(request_data: Mapping[str, Any]) -> dict[str, Any]:
    """For calls that ended before LiteLLM had built its own payload."""
    metadata = mapping(request_data.get("metadata") or request_data.get("litellm_metadata"))
    return {
        "litellm_call_id": request_data.get("litellm_call_id"),
        "startTime": request_data.get("start_time"),
        "model": request_data.get("model"),
        "stream": request_data.get("stream"),
        "end_user": metadata.get("user_api_key_end_user_id"),
        "trace_id": request_data.get("litellm_trace_id"),
        "request_tags": metadata.get("tags"),
    }


def _spend_logs_metadata(request_data: Mapping[str, Any]) -> dict[str, Any]:
    places = (mapping(request_data.get(name)).get("spend_logs_metadata") for name in ("metadata", "litellm_metadata"))
    return next((dict(found) for found in places if isinstance(found, Mapping) and EVENT_FIELD in found), {})


def __getattr__(name: str) -> Any:
    """`instance`, which LiteLLM's configuration names, is made when it is asked for: the SDK does without it."""
    if name != "instance":
        raise AttributeError(name)
    env = os.environ
    settings, holds = Settings.from_environment(env), HoldSettings.from_environment(env)
    globals()[name] = Meter(settings, holds, seconds_from_environment(env))
    return globals()[name]
