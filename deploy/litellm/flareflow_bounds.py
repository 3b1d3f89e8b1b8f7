"""The most tokens that a request can cost, as FlareFlow's gateway counts them: no request may exceed its hold.

Every byte of the body counts as a token (a token is a byte at least), what a provider adds as a constant, an image as
the declared maximum, and each answer as long as it may become. A request that sets no limit to its answer gets one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import HTTPException

from flareflow_event import mapping
from flareflow_parts import images_of, route_of

# What a provider adds to a prompt, at most: it writes the tools or a schema into a preamble of its own, marks each
# message, and the like. Nothing in the request shows it, and it is counted as input.
ADDED_TOKENS = 1_000
LIMITS = ("max_completion_tokens", "max_tokens", "max_output_tokens")
# Those that a route knows, the one to set first. Another route's name may pass LiteLLM as a field of a provider's own.
CHAT_LIMITS = ("max_tokens", "max_completion_tokens")
COMPLETION_LIMITS = ("max_tokens",)
RESPONSE_LIMITS = ("max_output_tokens",)
BOOKS = frozenset(("metadata", "litellm_metadata", "proxy_server_request", "secret_fields", "litellm_logging_obj"))
ANSWERS = ("n", "best_of")
SEARCHES = ("web_search_options",)
# LiteLLM takes the fields that it names out of the request after all hooks.
DROPS = "additional_drop_params"
# Another model may answer than the one that was named.
FALLBACKS = ("fallbacks", "context_window_fallbacks", "content_policy_fallbacks")

# As a model can be billed, and as many as one month's bill has room for.
MODEL_NAME = re.compile(r"[A-Za-z0-9._:/@-]{1,128}")
MOST_MODELS = 32

VARIABLES = {
    "output_tokens": "FLAREFLOW_OUTPUT_TOKENS",
    "longest_output": "FLAREFLOW_LONGEST_OUTPUT_TOKENS",
    "image_tokens": "FLAREFLOW_IMAGE_TOKENS",
}


@dataclass(frozen=True)
class Bounds:
    # Of an answer to a request that sets no limit, and of the longest that one may ask for.
    output_tokens: int = 4_000
    longest_output: int = 128_000
    image_tokens: int = 10_000
    answers: int = 16

    @staticmethod
    def from_environment(env: Mapping[str, str]) -> Bounds:
        given = {name: int(env[variable]) for name, variable in VARIABLES.items() if env.get(variable)}
        if any(value < 1 for value in given.values()):
            raise ValueError(f"{', '.join(VARIABLES.values())} must be whole numbers above 0.")
        return Bounds(**given)


@dataclass(frozen=True)
class WorstCase:
    # None: whichever of the others answers.
    model: str | None
    tokens: int
    # None: any model.
    among: tuple[str, ...] | None = None


def bound(data: dict[str, Any], call_type: str, bounds: Bounds) -> WorstCase:
    """Sets the output limit where the caller set none; raises 400 for what nothing bounds."""
    # LiteLLM sends what stands in extra_body over the rest or beside it, as the provider takes it: either may count.
    readings = (data, {**data, **mapping(data.get("extra_body"))})
    for reading in readings:
        _refuse_fields(reading)
    route = route_of(call_type)
    images = max(images_of(route, reading) if route else 0 for reading in readings)
    answers = max(_answers(reading, bounds) for reading in readings)
    output = 0 if "embedding" in call_type else answers * _limit(data, call_type, bounds)
    among = _answering(data)
    is_sure = among is not None and len(among) == 1
    tokens = _body_bytes(data) + ADDED_TOKENS + images * bounds.image_tokens + output
    return WorstCase(model=among[0] if is_sure else None, tokens=tokens, among=None if is_sure else among)


def _answering(data: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The models of which one answers; None where that can't be told."""
    names: list[Any] = [data.get("model")]
    for fallbacks in filter(None, (data.get(name) for name in FALLBACKS)):
        names += fallbacks if isinstance(fallbacks, list) else [fallbacks]
    if not all(isinstance(name, str) for name in names):
        return None
    distinct = tuple(dict.fromkeys(name[:256] for name in names))
    return distinct if len(distinct) <= MOST_MODELS else None


def _refuse_fields(asked: Mapping[str, Any]) -> None:
    for name in SEARCHES:
        if asked.get(name) is not None:
            raise _refused(f"{name} can't be metered here: what is found counts as tokens that nobody knows before.")
    if asked.get(DROPS):
        raise _refused(f"{DROPS} can't be sent here: it may drop the limit of an answer.")


def _answers(asked: Mapping[str, Any], bounds: Bounds) -> int:
    """All that may come back: each of several prompts is answered as often as one alone would be."""
    prompts = _prompts(asked.get("prompt"))
    answers = prompts * max(_whole(asked, name, bounds.answers) or 1 for name in ANSWERS)
    if answers > bounds.answers:
        raise _refused(f"{prompts} prompts may have {bounds.answers} answers at most together. Send fewer at a time.")
    return answers


def _prompts(prompt: object) -> int:
    """A list of texts or of lists of tokens is as many prompts; a list of tokens is one."""
    if isinstance(prompt, list) and any(isinstance(item, (str, list)) for item in prompt):
        return len(prompt)
    return 1


def _limit(data: dict[str, Any], call_type: str, bounds: Bounds) -> int:
    """The longest answer by any name, wherever it stands: which of several a provider heeds is not known."""
    own = _own_limits(call_type)
    if all(data.get(name) is None for name in own):
        data[own[0]] = bounds.output_tokens
    extra = mapping(data.get("extra_body"))
    if extra:
        # A null there would be sent over the limit.
        data["extra_body"] = {name: value for name, value in extra.items() if name not in LIMITS or value is not None}
    given = [_whole(place, name, bounds.longest_output) for place in (data, extra) for name in LIMITS]
    return max(limit for limit in given if limit is not None)


def _own_limits(call_type: str) -> tuple[str, ...]:
    if "responses" in call_type:
        return RESPONSE_LIMITS
    return CHAT_LIMITS if call_type in ("completion", "acompletion") else COMPLETION_LIMITS


def _whole(data: Mapping[str, Any], name: str, most: int) -> int | None:
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise _refused(f"{name} must be a whole number from 1 to {most}.")
    return value


def _body_bytes(data: Mapping[str, Any]) -> int:
    """The length of the body as it came or as it is written again, whichever is more.

    The server holds a caller to the declared length, but where the body came in chunks: there a declared length means
    nothing. A server that lets another one through must not make the hold small either.
    """
    request = mapping(data.get("proxy_server_request"))
    body = request.get("body")
    came = body if isinstance(body, dict) else data
    # LiteLLM keeps its own books where a caller's metadata is: neither is part of a prompt.
    asked = {name: value for name, value in came.items() if name not in BOOKS}
    text = json.dumps(asked, default=str, ensure_ascii=False, separators=(",", ":"))
    return max(_declared(mapping(request.get("headers"))), len(text.encode("utf-8", "surrogatepass")))


def _declared(headers: Mapping[str, Any]) -> int:
    given = {name.lower(): value for name, value in headers.items()}
    length = given.get("content-length")
    if "transfer-encoding" in given or not isinstance(length, str):
        return 0
    return int(length) if length.isascii() and length.isdigit() else 0


def _refused(sentence: str) -> HTTPException:
    return HTTPException(status_code=400, detail={"error": sentence})
