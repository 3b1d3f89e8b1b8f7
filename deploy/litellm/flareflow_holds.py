"""Asks FlareFlow, before a call is sent, whether the key can pay for it: so that none is served beyond its balance.

A call that came through FlareFlow's own gateway was asked for there, and shows it in a signed header.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from fastapi import HTTPException

from flareflow_bounds import Bounds, WorstCase
from flareflow_event import mapping
from flareflow_spool import log

GATEWAY_HEADER = "x-flareflow-gateway"
GATEWAY_PASS = re.compile(r"v1\.(\d{1,12})\.([0-9a-f]{32}\.[0-9a-f]{32})\.([0-9a-f]{64})")
GATEWAY_SECONDS = 300
CONNECTIONS = 100
DEFAULT_SECONDS = 5.0
LONGEST_SECONDS = 60.0


@dataclass(frozen=True)
class HoldSettings:
    url: str
    # What becomes of a call while nobody answers: "refuse" or "pass".
    unreachable: str = "refuse"
    seconds: float = DEFAULT_SECONDS
    bounds: Bounds = Bounds()

    @staticmethod
    def from_environment(env: Mapping[str, str]) -> HoldSettings | None:
        """None when the operator wants no holds."""
        wanted = _choice(env, "FLAREFLOW_HOLDS", ("on", "off"))
        unreachable = _choice(env, "FLAREFLOW_HOLDS_UNREACHABLE", ("refuse", "pass"))
        if wanted == "off":
            return None
        meter = env.get("FLAREFLOW_METER_URL", "")
        url = env.get("FLAREFLOW_HOLDS_URL") or re.sub(r"/webhook/usage/?$", "/holds", meter)
        if url == meter:
            raise ValueError("The FlareFlow meter needs FLAREFLOW_HOLDS_URL, or FLAREFLOW_HOLDS=off.")
        seconds = float(env.get("FLAREFLOW_HOLDS_TIMEOUT") or DEFAULT_SECONDS)
        if not 0 < seconds <= LONGEST_SECONDS:
            raise ValueError(f"FLAREFLOW_HOLDS_TIMEOUT must be seconds, {LONGEST_SECONDS:.0f} at most.")
        return HoldSettings(url=url, unreachable=unreachable, seconds=seconds, bounds=Bounds.from_environment(env))


def _choice(env: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """The first choice is the default."""
    given = env.get(name) or choices[0]
    if given not in choices:
        raise ValueError(f"{name} must be {' or '.join(choices)}.")
    return given


class Unreachable(Exception):
    """Nobody said whether the call may be sent."""


class HoldDesk:
    """Keeps connections to the hold service, in the event loop that calls come from."""

    def __init__(self, settings: HoldSettings, secret: bytes) -> None:
        self.bounds = settings.bounds
        self._settings = settings
        self._secret = secret
        self._timeout = aiohttp.ClientTimeout(total=settings.seconds)
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def place(self, event_id: str, key_hash: str, worst: WorstCase) -> bool:
        """Whether something is held; False for a key that is nobody's there.

        Raises what the caller is told when the call may not be sent, or Unreachable.
        """
        asked = {
            "eventId": event_id,
            "keyHash": key_hash,
            "model": worst.model,
            "among": worst.among,
            "tokens": str(worst.tokens),
        }
        answer = await self._ask(json.dumps(asked).encode())
        if answer.get("granted") is True:
            return answer.get("heldUsd") is not None
        status, message = answer.get("status"), answer.get("message")
        if answer.get("granted") is not False or not isinstance(status, int) or not isinstance(message, str):
            raise Unreachable("the answer is not one of a hold service")
        retry_after = answer.get("retryAfter")
        headers = {"retry-after": retry_after} if isinstance(retry_after, str) else None
        told = {**mapping(answer.get("details")), "code": answer.get("code")}
        raise HTTPException(status_code=status, detail={"error": message, **told}, headers=headers)

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _ask(self, body: bytes) -> Mapping[str, Any]:
        timestamp = str(int(time.time()))
        mac = hmac.new(self._secret, f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {
            "content-type": "application/json",
            "x-flareflow-timestamp": timestamp,
            "x-flareflow-signature": f"v1={mac}",
        }
        try:
            async with self._open().post(
                self._settings.url, data=body, headers=headers, timeout=self._timeout, allow_redirects=False
            ) as response:
                if response.status != 200:
                    raise Unreachable(f"the hold service answered {response.status}")
                answer = json.loads(await response.read())
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError) as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error
        return mapping(answer)

    def _open(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        if self._session is None or self._loop is not loop:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS))
            self._loop = loop
        return self._session

    def pass_or_refuse(self, reason: Unreachable) -> None:
        """What the operator chose for the time in which nobody can say."""
        log.error("a hold could not be placed (%s): the call is %s", reason, self._settings.unreachable)
        if self._settings.unreachable == "refuse":
            sentence = "Whether the subscription can pay is not known right now. Nothing was sent: try again in a moment."
            detail = {"error": sentence, "code": "holds_unreachable"}
            raise HTTPException(status_code=503, detail=detail, headers={"retry-after": "1"})


def event_id_of_gateway(secret: bytes, key_hash: str, data: dict[str, Any]) -> str | None:
    """The event id that FlareFlow's gateway gave the call, whose header goes no further; None for a direct call."""
    given = _take_header(data)
    if given is None:
        return None
    match = GATEWAY_PASS.fullmatch(given)
    if match is not None:
        timestamp, event_id, mac = match.groups()
        signed = f"gateway|{timestamp}|{event_id}|{key_hash}".encode()
        expected = hmac.new(secret, signed, hashlib.sha256).hexdigest()
        if hmac.compare_digest(expected, mac) and abs(time.time() - int(timestamp)) <= GATEWAY_SECONDS:
            return event_id
    raise HTTPException(status_code=401, detail={"error": f"The header {GATEWAY_HEADER} is not FlareFlow's."})


def _take_header(data: dict[str, Any]) -> str | None:
    """Removes the header wherever LiteLLM keeps what the caller sent: it must reach neither a provider nor a log."""
    found: str | None = None
    places = [data.get("headers"), mapping(data.get("proxy_server_request")).get("headers")]
    for metadata in (data.get("metadata"), data.get("litellm_metadata")):
        places += [mapping(metadata).get("headers"), mapping(metadata).get("requester_custom_headers")]
    for place in places:
        for name in [name for name in place if name.lower() == GATEWAY_HEADER] if isinstance(place, dict) else []:
            found = str(place.pop(name))
    return found
