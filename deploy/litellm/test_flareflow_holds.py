"""That no call of a key is sent before somebody said that it can be paid for, and what is said when it can't."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
import unittest
from types import SimpleNamespace
from typing import Any

from fastapi import HTTPException

from flareflow_event import EVENT_FIELD, Mint
from flareflow_holds import HoldSettings
from flareflow_meter import Meter
from test_support import KEY_HASH, PLANTED, SECRET, Collector, holds_for, settings_for, until

KEY = SimpleNamespace(api_key=KEY_HASH, team_id=None, org_id=None)
REFUSAL = {
    "granted": False,
    "status": 429,
    "code": "vault_funds_held",
    "message": "Try again in a moment.",
    "retryAfter": "1",
    "details": {"affordable_usd": "0.10000000"},
}


def request(headers: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    sent = {"content-length": "500", **(headers or {})}
    return {
        "model": "gpt-4",
        "messages": [{"role": "user", "content": PLANTED}],
        "metadata": {"headers": dict(sent)},
        "proxy_server_request": {"headers": dict(sent)},
        **more,
    }


def ticket(event_id: str, *, key_hash: str = KEY_HASH, secret: bytes = SECRET, age: int = 0) -> str:
    seconds = int(time.time()) - age
    mac = hmac.new(secret, f"gateway|{seconds}|{event_id}|{key_hash}".encode(), hashlib.sha256).hexdigest()
    return f"v1.{seconds}.{event_id}.{mac}"


async def ask(meter: Meter, key: Any, data: dict[str, Any]) -> dict[str, Any]:
    try:
        return await meter.async_pre_call_hook(key, None, data, "acompletion")
    finally:
        await meter._holds.aclose()


class DeskCase(unittest.TestCase):
    def setUp(self) -> None:
        self.collector = Collector()
        self.addCleanup(self.collector.close)

    def meter(self, **more: Any) -> Meter:
        meter = Meter(settings_for(self.collector), holds_for(self.collector, **more))
        self.addCleanup(meter.close)
        return meter

    def before(self, data: dict[str, Any], key: Any = KEY, **more: Any) -> dict[str, Any]:
        return asyncio.run(ask(self.meter(**more), key, data))

    def refusal(self, data: dict[str, Any], **more: Any) -> HTTPException:
        with self.assertRaises(HTTPException) as refused:
            self.before(data, **more)
        return refused.exception


class HoldsTest(DeskCase):
    def test_the_hold_is_asked_for_under_the_events_id_with_all_that_the_call_may_use(self) -> None:
        data = self.before(request(max_tokens=30))
        minted = data["metadata"]["spend_logs_metadata"][EVENT_FIELD]
        asked = {"eventId": minted, "keyHash": KEY_HASH, "model": "gpt-4", "among": None, "tokens": "1530"}
        self.assertEqual(self.collector.asked, [asked])

    def test_a_refusal_is_told_with_its_status_and_code_and_makes_no_event(self) -> None:
        self.collector.holds = lambda asked: (200, REFUSAL)
        data = request()
        refused = self.refusal(data)
        self.assertEqual((refused.status_code, refused.headers), (429, {"retry-after": "1"}))
        told = {"error": "Try again in a moment.", "code": "vault_funds_held", "affordable_usd": "0.10000000"}
        self.assertEqual(refused.detail, told)
        self.assertNotIn("spend_logs_metadata", data["metadata"])

    def test_a_key_that_is_nobodys_asks_for_nothing(self) -> None:
        self.before(request(), SimpleNamespace(api_key="sk-nobody", team_id=None, org_id=None))
        self.assertEqual(self.collector.asked, [])

    def test_a_key_that_flareflow_made_and_lost_is_refused_and_the_operators_own_is_served(self) -> None:
        self.collector.holds = lambda asked: (200, {"granted": True, "heldUsd": None})
        self.before(request())
        own = SimpleNamespace(**vars(KEY), metadata={"flareflow_deployment": "emulator"})
        data = request()
        refused = self.refusal(data, key=own)
        self.assertEqual((refused.status_code, refused.detail["code"]), (403, "key_missing"))
        self.assertNotIn("spend_logs_metadata", data["metadata"])

    def test_while_nobody_answers_a_call_is_refused_or_passes_as_the_operator_chose(self) -> None:
        for answer in ((503, {}), (401, {"error": "signature"}), (200, {"granted": "yes"}), (200, []), (302, {})):
            self.collector.holds = lambda asked, answer=answer: answer
            with self.assertLogs("flareflow_meter", "ERROR"):
                refused = self.refusal(request())
            self.assertEqual((refused.status_code, refused.headers), (503, {"retry-after": "1"}))
            with self.assertLogs("flareflow_meter", "ERROR"):
                self.before(request(), unreachable="pass")

    def test_an_answer_that_takes_too_long_is_none_and_its_hold_is_ended_by_the_failure(self) -> None:
        def slowly(asked: Any) -> tuple[int, object]:
            time.sleep(3)
            return 200, {"granted": True}

        self.collector.holds = slowly
        meter = self.meter(seconds=1.0)
        data = request()

        async def refuse() -> None:
            with self.assertRaises(HTTPException):
                await ask(meter, KEY, data)
            await meter.async_post_call_failure_hook(data, ValueError("refused"), KEY)

        with self.assertLogs("flareflow_meter", "ERROR"):
            asyncio.run(refuse())
        until(lambda: len(self.collector.events) == 1)
        [event] = self.collector.events
        self.assertEqual((event["id"], event["status"]), (self.collector.asked[0]["eventId"], "failure"))

    def test_no_prompt_and_no_secret_is_in_what_is_asked(self) -> None:
        self.before(request())
        self.assertNotIn(PLANTED, repr(self.collector.asked))
        self.assertNotIn(SECRET.decode(), repr(self.collector.asked))


class GatewayTest(DeskCase):
    def test_a_call_of_the_gateway_keeps_its_id_asks_for_nothing_and_loses_the_header(self) -> None:
        event_id = Mint(SECRET).new_id(KEY_HASH)
        data = self.before(request({"x-flareflow-gateway": ticket(event_id)}))
        self.assertEqual(data["metadata"]["spend_logs_metadata"][EVENT_FIELD], event_id)
        self.assertEqual(self.collector.asked, [])
        self.assertNotIn("x-flareflow-gateway", repr(data))

    def test_a_header_that_is_not_the_gateways_is_refused(self) -> None:
        event_id = Mint(SECRET).new_id(KEY_HASH)
        good = ticket(event_id)
        forged = [
            "",
            "yes",
            good[:-1] + ("0" if good[-1] != "0" else "1"),
            good + "0",
            ticket(event_id, key_hash="cd" * 32),
            ticket(event_id, secret=b"another"),
            ticket(event_id, age=600),
            ticket(event_id, age=-600),
            ".".join(["v1", "1", *good.split(".")[2:]]),
        ]
        for header in forged:
            self.assertEqual(self.refusal(request({"x-flareflow-gateway": header})).status_code, 401, header)


class SettingsTest(unittest.TestCase):
    def test_holds_are_on_unless_the_operator_turns_them_off(self) -> None:
        env = {"FLAREFLOW_METER_URL": "http://oracle:3001/webhook/usage"}
        self.assertEqual(HoldSettings.from_environment(env), HoldSettings(url="http://oracle:3001/holds"))
        self.assertIsNone(HoldSettings.from_environment({**env, "FLAREFLOW_HOLDS": "off"}))
        more = {"UNREACHABLE": "pass", "TIMEOUT": "0.5", "URL": "http://h/"}
        more_env = {f"FLAREFLOW_HOLDS_{name}": value for name, value in more.items()}
        found = HoldSettings.from_environment({**env, **more_env})
        self.assertEqual(found, HoldSettings(url="http://h/", unreachable="pass", seconds=0.5))

    def test_a_setting_that_makes_no_sense_stops_the_start(self) -> None:
        env = {"FLAREFLOW_METER_URL": "http://oracle:3001/webhook/usage"}
        odd = [("HOLDS", "maybe"), ("HOLDS_UNREACHABLE", "ask"), ("HOLDS_TIMEOUT", "0"), ("METER_URL", "http://else/")]
        for name, value in odd:
            with self.assertRaises(ValueError):
                HoldSettings.from_environment({**env, f"FLAREFLOW_{name}": value})


if __name__ == "__main__":
    unittest.main()
