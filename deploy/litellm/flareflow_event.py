"""What an event says of a call: who made it, when, which model, how many tokens. Never a prompt or an answer."""

from __future__ import annotations

import hashlib
import hmac
import math
import re
import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

EVENT_FIELD = "flareflow_event"
# Beside it where the counts are not the model's own, as is said of them in a tag.
SOURCE_FIELD = "flareflow_usage_source"
ESTIMATE = "estimate"
SOURCE_TAG = "usage-source:"
KEY_HASH = re.compile(r"[0-9a-f]{64}")
EVENT_ID = re.compile(r"([0-9a-f]{32})\.([0-9a-f]{32})")

# Each label, and the names that it goes by in a caller's metadata and tags.
LABELS: Mapping[str, tuple[str, ...]] = {
    # Of the gateway: with which of its account's keys it was called. The collector believes it of the payer's only.
    "accountKey": ("account_key",),
    "conversation": ("conversation", "conversation_id", "session_id"),
    "feature": ("feature",),
    "agent": ("agent", "agent_id", "agent_name"),
    "team": ("team", "department"),
    "organization": ("organization", "org"),
    "endUser": ("end_user",),
    "traceId": ("trace_id",),
}
HEADERS = {
    **{name: f"x-flareflow-{name}" for name in LABELS if name != "accountKey"},
    "endUser": "x-flareflow-end-user",
    "traceId": "x-flareflow-trace-id",
}
LABEL_LENGTH = 256
MOST_TAGS = 32
# A cost beyond this is no cost of a call. It is a cross-check only: nothing is billed from it.
LARGEST_COST = 1_000_000.0
NONE: Mapping[str, Any] = {}


class Mint:
    """Makes the identities of events; nobody without the secret can make one, or use one with another key."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def new_id(self, key_hash: str) -> str:
        nonce = secrets.token_hex(16)
        return f"{nonce}.{self._mac(nonce, key_hash)}"

    def is_ours(self, event_id: str, key_hash: str) -> bool:
        match = EVENT_ID.fullmatch(event_id)
        return match is not None and hmac.compare_digest(self._mac(match[1], key_hash), match[2])

    def _mac(self, nonce: str, key_hash: str) -> str:
        return hmac.new(self._secret, f"{nonce}|{key_hash}".encode(), hashlib.sha256).hexdigest()[:32]


def event_of(event_id: str, key_hash: str, payload: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any]:
    """LiteLLM's StandardLoggingPayload as one event. A count that the model did not report is null, never a guess."""
    started, ended = seconds(payload.get("startTime")), seconds(payload.get("endTime"))
    labels = mapping(metadata.get("spend_logs_metadata"))
    given = {name: label(labels.get(name)) for name in LABELS}
    return {
        "id": event_id,
        "callId": label(payload.get("litellm_call_id")) or event_id,
        "keyHash": key_hash,
        "startedAt": iso(started),
        "endedAt": iso(ended),
        "model": _model(payload.get("model_group") or payload.get("model")),
        "servedModel": label(payload.get("model")),
        "provider": label(payload.get("custom_llm_provider")),
        **_counts(payload),
        "litellmCostUsd": _cost(payload.get("response_cost")),
        "status": "failure" if payload.get("status") == "failure" else "success",
        "cacheHit": payload.get("cache_hit") is True,
        "stream": payload.get("stream") is True,
        "latencyMs": max(0, round((ended - started) * 1000)),
        **given,
        # What LiteLLM knows of the key outranks what the caller says.
        "endUser": label(payload.get("end_user")) or given["endUser"],
        "organization": label(metadata.get("user_api_key_org_id")) or given["organization"],
        "team": label(metadata.get("user_api_key_team_id")) or given["team"],
        # LiteLLM makes one up when the caller has none.
        "traceId": given["traceId"] or label(payload.get("trace_id")),
        "tags": _tags(payload.get("request_tags"), labels.get(SOURCE_FIELD)),
    }


def labels_of(data: Mapping[str, Any]) -> dict[str, str]:
    """The labels that a request carries; the later source wins: tags, metadata, spend-logs metadata, headers."""
    found: dict[str, str] = {}
    for source in _sources(data):
        for name, aliases in LABELS.items():
            given = next((text for alias in aliases if (text := label(source.get(alias))) is not None), None)
            if given is not None:
                found[name] = given
    return found


def _sources(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    places = [mapping(data.get(place)) for place in ("metadata", "litellm_metadata")]
    for own in places:
        yield _tagged(own.get("tags"))
    for own in places:
        yield mapping(own.get("requester_metadata"))
        yield own
    for own in places:
        yield mapping(own.get("spend_logs_metadata"))
    headers = mapping(mapping(data.get("proxy_server_request")).get("headers"))
    yield {LABELS[name][0]: headers.get(header) for name, header in HEADERS.items()}


def _tagged(tags: object) -> dict[str, str]:
    """Tags of the form `feature:search`; the first of a name counts."""
    pairs = [tag.split(":", 1) for tag in reversed(tags) if isinstance(tag, str)] if isinstance(tags, list) else []
    return {pair[0].strip(): pair[1].strip() for pair in pairs if len(pair) == 2}


def _tags(value: object, source: object) -> list[str]:
    given = [label(tag) for tag in value] if isinstance(value, list) else []
    # LiteLLM adds the client's name by itself, and who counted is no caller's to say.
    tags = [tag for tag in given if tag is not None and not tag.startswith(("User-Agent: ", SOURCE_TAG))]
    return [*([f"{SOURCE_TAG}{ESTIMATE}"] if source == ESTIMATE else []), *tags][:MOST_TAGS]


def _counts(payload: Mapping[str, Any]) -> dict[str, str | None]:
    """Token counts from the model's own usage object; cached and reasoning tokens are parts of the first two."""
    usage = mapping(mapping(payload.get("metadata")).get("usage_object"))
    prompt = mapping(usage.get("prompt_tokens_details") or usage.get("input_tokens_details"))
    completion = mapping(usage.get("completion_tokens_details") or usage.get("output_tokens_details"))
    # An embedding has no answer to count.
    no_answer = "0" if usage and "embedding" in str(payload.get("call_type")) else None
    written = _count(prompt, "cache_write_tokens", "cache_creation_tokens")
    return {
        "inputTokens": _count(usage, "prompt_tokens", "input_tokens"),
        "outputTokens": _count(usage, "completion_tokens", "output_tokens") or no_answer,
        "cachedTokens": _count(prompt, "cached_tokens") or _count(usage, "cache_read_input_tokens"),
        "cacheWriteTokens": written or _count(usage, "cache_creation_input_tokens"),
        "reasoningTokens": _count(completion, "reasoning_tokens"),
    }


def _count(usage: Mapping[str, Any], *names: str) -> str | None:
    for name in names:
        count = usage.get(name)
        if isinstance(count, int) and not isinstance(count, bool) and count >= 0:
            return str(count)
    return None


def _cost(value: object) -> str | None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return repr(value)[:40] if is_number and math.isfinite(value) and 0 <= value <= LARGEST_COST else None


def _model(value: object) -> str:
    """Longer than any valid name may be, so that none becomes valid by being cut; the collector counts in UTF-16."""
    name = label(value) or "unknown"
    return name.encode("utf-16-le")[: 2 * LABEL_LENGTH].decode("utf-16-le", "ignore")


def mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else NONE


def label(value: object) -> str | None:
    """A text that any database takes: no NUL, no half characters, at most 256 characters."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value:
        return None
    whole = value.replace("\0", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole[:LABEL_LENGTH] or None


def seconds(value: object) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    return float(value) if isinstance(value, (int, float)) else datetime.now(timezone.utc).timestamp()


def iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
