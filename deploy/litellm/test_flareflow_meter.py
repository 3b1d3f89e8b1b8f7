"""That each call of a key becomes one event, whatever the caller sends."""

from __future__ import annotations

import asyncio
import unittest
from types import SimpleNamespace
from typing import Any

from fastapi import HTTPException

from flareflow_event import EVENT_FIELD, EVENT_ID, Mint
from flareflow_meter import Meter
from test_support import KEY_HASH, PLANTED, SECRET, Collector, payload, settings_for, until

KEY = SimpleNamespace(api_key=KEY_HASH, team_id="team-red", org_id=None)


class MeterTest(unittest.TestCase):
    def setUp(self) -> None:
        self.collector = Collector()
        self.meter = Meter(settings_for(self.collector), None)
        self.addCleanup(self.collector.close)
        self.addCleanup(self.meter.close)

    def before(self, data: dict[str, Any], key: Any = KEY) -> dict[str, Any]:
        return asyncio.run(self.meter.async_pre_call_hook(key, None, data, "acompletion"))

    def succeed(self, data: dict[str, Any], **more: Any) -> None:
        metadata = {**payload()["metadata"], "spend_logs_metadata": data["metadata"]["spend_logs_metadata"]}
        said = payload(metadata=metadata, **more)
        asyncio.run(self.meter.async_log_success_event({"standard_logging_object": said}, None, None, None))

    def fail(self, data: dict[str, Any]) -> None:
        asyncio.run(self.meter.async_post_call_failure_hook(data, ValueError("no"), KEY))

    def arrived(self, count: int) -> list[Any]:
        until(lambda: len(self.collector.events) >= count)
        self.meter.close()
        self.assertEqual(len(self.collector.events), count)
        return self.collector.events

    def test_the_id_is_minted_for_the_key_over_what_the_caller_sent(self) -> None:
        forged = {"spend_logs_metadata": {EVENT_FIELD: "forged", "feature": "search", "other": "x"}}
        data = self.before({"model": "gpt-4", "metadata": forged, "litellm_metadata": dict(forged), "no-log": True})
        minted = data["metadata"]["spend_logs_metadata"]
        nonce, mac = EVENT_ID.fullmatch(minted[EVENT_FIELD]).groups()
        self.assertTrue(Mint(SECRET).is_ours(f"{nonce}.{mac}", KEY_HASH))
        self.assertEqual(minted, {"feature": "search", EVENT_FIELD: f"{nonce}.{mac}"})
        self.assertEqual(data["litellm_metadata"]["spend_logs_metadata"], minted)
        self.assertNotIn("no-log", data)

    def test_a_stream_is_counted_by_the_model_whatever_the_caller_says(self) -> None:
        for options in (None, {"include_usage": False, "x": 1}, {}, "no"):
            data = self.before({"model": "gpt-4", "stream": True, "stream_options": options})
            self.assertTrue(data["stream_options"]["include_usage"])
        extra = {"stream_options": {"include_usage": False}, "top_k": 1}
        data = self.before({"model": "gpt-4", "stream": True, "extra_body": extra})
        self.assertEqual(data["extra_body"], {"top_k": 1})
        self.assertNotIn("stream_options", self.before({"model": "gpt-4"}))

    def test_the_mac_is_the_one_that_the_collector_knows(self) -> None:
        known = "00112233445566778899aabbccddeeff.a2d98d87183cd3a48f1d7b243d455c68"
        self.assertTrue(Mint(SECRET).is_ours(known, KEY_HASH))

    def test_a_call_that_names_several_models_is_refused(self) -> None:
        with self.assertRaises(HTTPException) as refused:
            self.before({"model": "gpt-4,gpt-4o"})
        self.assertEqual(refused.exception.status_code, 400)

    def test_a_call_becomes_an_event_under_its_minted_id(self) -> None:
        data = self.before({"model": "gpt-4o"})
        self.succeed(data)
        [found] = self.arrived(1)
        self.assertEqual(found["id"], data["metadata"]["spend_logs_metadata"][EVENT_FIELD])

    def test_two_answers_of_one_request_are_two_events(self) -> None:
        data = self.before({"model": "gpt-4o"})
        self.succeed(data)
        self.succeed(data)
        ids = {found["id"] for found in self.arrived(2)}
        self.assertEqual(len(ids), 2)
        for event_id in ids:
            self.assertTrue(Mint(SECRET).is_ours(event_id, KEY_HASH))

    def test_a_failed_call_is_one_event_and_none_after_a_success(self) -> None:
        failed, answered = self.before({"model": "gpt-4o"}), self.before({"model": "gpt-4o"})
        self.fail(failed)
        self.fail(failed)
        self.succeed(answered)
        self.fail(answered)
        self.assertEqual([found["status"] for found in self.arrived(2)], ["failure", "success"])

    def test_an_id_that_this_proxy_did_not_mint_for_the_key_is_ignored(self) -> None:
        real = self.before({"model": "gpt-4o"})
        stranger = SimpleNamespace(api_key="cd" * 32, team_id=None, org_id=None)
        for key, data in ((stranger, {"model": "gpt-4o"}), (KEY, {"model": "gpt-4o"})):
            minted = self.before(data, key)["metadata"]["spend_logs_metadata"]
            if key is KEY:
                minted[EVENT_FIELD] = minted[EVENT_FIELD][:-1] + ("0" if minted[EVENT_FIELD][-1] != "0" else "1")
            with self.assertLogs("flareflow_meter", "ERROR"):
                self.succeed(data)
        self.succeed(real)
        self.arrived(1)

    def test_a_refused_key_and_a_broken_payload_make_no_event_and_no_exception(self) -> None:
        data = self.before({"model": "gpt-4o"}, SimpleNamespace(api_key="sk-nobody", team_id=None, org_id=None))
        self.assertEqual(data["metadata"]["spend_logs_metadata"], {})
        self.succeed(data)
        self.fail({"model": "gpt-4o"})
        asyncio.run(self.meter.async_log_success_event({"standard_logging_object": None}, None, None, None))
        self.succeed(self.before({"model": "gpt-4o"}))
        self.arrived(1)

    def test_neither_a_secret_nor_a_text_leaves_in_a_batch(self) -> None:
        self.succeed(self.before({"model": "gpt-4o", "messages": [{"role": "user", "content": PLANTED}]}))
        self.arrived(1)
        sent = b"".join(self.collector.bodies)
        self.assertNotIn(PLANTED.encode(), sent)
        self.assertNotIn(SECRET, sent)


if __name__ == "__main__":
    unittest.main()
