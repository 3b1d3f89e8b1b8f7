"""What a held call may carry: the fields of OpenAI's API that FlareFlow's gateway passes too, and LiteLLM's own labels.

Any other may be a limit by a name that one provider alone knows, which makes an answer longer than its hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fastapi import HTTPException

from flareflow_bounds import FALLBACKS, LIMITS, MODEL_NAME
from flareflow_event import mapping
from flareflow_parts import is_searching_model, route_of

# In the metadata of a key that FlareFlow made.
OWNER_FIELD = "flareflow_deployment"
# By route; the same as the gateway's, which a test of FlareFlow's compares.
FIELDS: Mapping[str, frozenset[str]] = {
    route: frozenset(names)
    for route, names in json.loads(Path(__file__).with_name("flareflow_fields.json").read_text("utf-8")).items()
}
# Labels and switches that LiteLLM keeps for itself or reads from headers: no provider makes anything longer of them.
LITELLMS = frozenset(
    (
        *FALLBACKS,
        *("metadata", "litellm_metadata", "tags", "user"),
        *("litellm_call_id", "litellm_trace_id", "litellm_session_id"),
        *("timeout", "stream_timeout", "client_side_timeout", "request_timeout", "num_retries", "keepalive_seconds"),
        *("cache", "ttl", "no-log", "no_log"),
        *("headers", "provider_specific_header", "organization", "api_version"),
    )
)
SHOWN = 64


def is_flareflows(key: Any) -> bool:
    return OWNER_FIELD in mapping(getattr(key, "metadata", None))


def refuse_other_routes(key: Any, call_type: str) -> None:
    """LiteLLM opens what lies below a route with it: what compacts, cancels or tells a response, or a WebSocket."""
    if is_flareflows(key) and route_of(call_type) is None:
        sentence = f"This key can be used with {', '.join(FIELDS)} alone. Nothing was sent."
        raise HTTPException(status_code=403, detail={"error": sentence, "code": "not_permitted"})


def refuse_unknown(key: Any) -> None:
    """FlareFlow may have lost a key that it made, with its database: nobody would pay for the call."""
    if is_flareflows(key):
        sentence = "FlareFlow doesn't know this key any more. Nothing was sent: make a new key of the subscription."
        raise HTTPException(status_code=403, detail={"error": sentence, "code": "key_missing"})


def refuse_other_fields(key: Any, data: Mapping[str, Any], call_type: str) -> None:
    """Raises 400 for the first field of a held call that is neither OpenAI's nor a label."""
    route = route_of(call_type)
    if route is None or not is_flareflows(key):
        return
    for place, name, value in _sent(data):
        if value is None:
            continue
        if name in FALLBACKS and not _are_names(value):
            raise _refused(f"{name} must be a list of models' names here. Nothing was sent.", name)
        if name not in FIELDS[route] and name not in LITELLMS:
            field = f"{place}{name}"[:SHOWN]
            limits = " or ".join(limit for limit in LIMITS if limit in FIELDS[route])
            remedy = f"Leave it out; {limits} limits an answer." if limits else "Leave it out."
            raise _refused(f"{field} can't be sent here: it is no field of OpenAI's {route}. {remedy}", field)


def refuse_searching_models(key: Any, data: Mapping[str, Any]) -> None:
    """Raises 403 for a model that searches or runs tools at its provider: a wildcard of LiteLLM's may serve one."""
    names = [data.get("model"), mapping(data.get("extra_body")).get("model")]
    for given in (data.get(name) for name in FALLBACKS):
        names += given if isinstance(given, list) else []
    if is_flareflows(key) and any(is_searching_model(name) for name in names if isinstance(name, str)):
        sentence = "Models that search or run tools at their provider are not offered. Nothing was sent."
        raise HTTPException(status_code=403, detail={"error": sentence, "code": "model_not_allowed", "field": "model"})


def keep_nothing(key: Any, data: dict[str, Any], call_type: str) -> None:
    """What a provider keeps of a response could be named by the next, which would not show what it costs."""
    if route_of(call_type) != "/responses" or not is_flareflows(key):
        return
    data["store"] = False
    if isinstance(data.get("extra_body"), dict):
        data["extra_body"].pop("store", None)


def _sent(data: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """What the caller sent, by place and name; LiteLLM's own books are beside it in the call, not in the body."""
    body = mapping(data.get("proxy_server_request")).get("body")
    for name, value in (body if isinstance(body, dict) else data).items():
        if name == "extra_body":
            yield from (("extra_body.", inner, given) for inner, given in mapping(value).items())
        elif name != "proxy_server_request":
            yield "", name, value


def _are_names(fallbacks: Any) -> bool:
    """An object has fields of its own, which LiteLLM sends over the call's; another name could not be billed."""
    names = fallbacks if isinstance(fallbacks, list) else [None]
    return all(isinstance(name, str) and MODEL_NAME.fullmatch(name) is not None for name in names)


def _refused(sentence: str, field: str) -> HTTPException:
    return HTTPException(status_code=400, detail={"error": sentence, "code": "invalid_request", "field": field})
