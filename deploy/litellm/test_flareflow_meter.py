"""What the meter records of a call, and what it leaves out."""

from __future__ import annotations

import asyncio
import json
import unittest
from types import SimpleNamespace
from typing import Any

from fastapi import HTTPException

from flareflow_meter import EVENT_FIELD, EVENT_ID, Meter, event_of
from test_support import KEY_HASH, SECRET, Collector, settings_for, until

KEY = SimpleNamespace(api_key=KEY_HASH, team_id="team-red", org_id=None)
PLANTED = "the prompt that nobody may keep"


def payload(**more: Any) -> dict[str, Any]:
    """The parts of LiteLLM's StandardLoggingPayload that matter here, as the proxy sends them."""
    usage = {"prompt_tokens": 16, "completion_tokens": 20, "prompt_tokens_details": None}
    return {
        "id": "chatcmpl-1",
        "litellm_call_id": "call-1",
        "trace_id": "trace-1",
        "call_type": "acompletion",
        "cache_hit": None,
        "stream": None,
        "status": "success",
        "custom_llm_provider": "openai",
        "startTime": 1795219393.060144,
        "endTime": 1795219393.093666,
        "model": "openai/gpt-4o",
        "model_group": "gpt-4o",
        "response_cost": 0.00024,
        "total_tokens": 999,
        "prompt_tokens": 0,
        "completion_tokens": 0,
        "request_tags": ["User-Agent: curl", "User-Agent: curl/7.88.1", "nightly"],
        "end_user": "alice",
        "messages": [{"role": "user", "content": PLANTED}],
        "response": {"choices": [{"message": {"content": PLANTED}}]},
        "metadata": {"user_api_key_hash": KEY_HASH, "user_api_key_team_id": "team-red", "usage_object": usage},
        **more,
    }


def with_usage(usage: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    base = payload(**more)
    return {**base, "metadata": {**base["metadata"], "usage_object": usage}}


def event(of: dict[str, Any]) -> dict[str, Any]:
    return event_of("0" * 32 + "." + "1" * 32, KEY_HASH, of, of["metadata"])


class EventTest(unittest.TestCase):
    def test_counts_are_the_models_own_and_everything_else_is_named(self) -> None:
        self.assertEqual(
            event(payload()),
            {
                "id": "0" * 32 + "." + "1" * 32,
                "callId": "call-1",
                "keyHash": KEY_HASH,
                "startedAt": "2026-11-21T00:03:13.060Z",
                "endedAt": "2026-11-21T00:03:13.093Z",
                "model": "gpt-4o",
                "servedModel": "openai/gpt-4o",
                "provider": "openai",
                "inputTokens": "16",
                "outputTokens": "20",
                "cachedTokens": None,
                "cacheWriteTokens": None,
                "reasoningTokens": None,
                "litellmCostUsd": "0.00024",
                "status": "success",
                "cacheHit": False,
                "stream": False,
                "latencyMs": 34,
                "endUser": "alice",
                "organization": None,
                "team": "team-red",
                "traceId": "trace-1",
                "tags": ["nightly"],
                "conversation": None,
                "feature": None,
                "agent": None,
            },
        )

    def test_a_missing_count_is_null_and_not_zero(self) -> None:
        for usage in (None, {}, {"prompt_tokens": None, "completion_tokens": "20"}, {"prompt_tokens": -1}):
            found = event(with_usage(usage))
            self.assertEqual((found["inputTokens"], found["outputTokens"]), (None, None), usage)

    def test_cached_and_reasoning_tokens_come_from_the_details(self) -> None:
        details = {"prompt_tokens_details": {"cached_tokens": 5}, "completion_tokens_details": {"reasoning_tokens": 7}}
        counts = {"prompt_tokens": 9, "completion_tokens": 8, "cache_creation_input_tokens": 3}
        found = event(with_usage({**counts, **details}))
        self.assertEqual((found["cachedTokens"], found["cacheWriteTokens"], found["reasoningTokens"]), ("5", "3", "7"))

    def test_an_embedding_without_an_answer_count_has_none_to_count(self) -> None:
        found = event(with_usage({"prompt_tokens": 10, "total_tokens": 10}, call_type="aembedding"))
        self.assertEqual((found["inputTokens"], found["outputTokens"]), ("10", "0"))

    def test_labels_are_bounded_and_fit_any_database(self) -> None:
        long = "x" * 300 + "\0"
        found = event(payload(end_user=long, trace_id="a\0b\ud800", request_tags=[long] * 40 + [7]))
        self.assertEqual((len(found["endUser"]), found["traceId"], len(found["tags"])), (256, "ab?", 32))
        json.dumps(found).encode()

    def test_no_text_of_a_prompt_or_an_answer_is_in_it(self) -> None:
        self.assertNotIn(PLANTED, json.dumps(event(payload())))


class MeterTest(unittest.TestCase):
    def setUp(self) -> None:
        self.collector = Collector()
        self.meter = Meter(settings_for(self.collector))
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
        self.assertEqual(mac, self.meter._mac(nonce, KEY_HASH))
        self.assertEqual(minted, {"feature": "search", EVENT_FIELD: f"{nonce}.{mac}"})
        self.assertEqual(data["litellm_metadata"]["spend_logs_metadata"], minted)
        self.assertNotIn("no-log", data)

    def test_the_mac_is_the_one_that_the_collector_knows(self) -> None:
        mac = self.meter._mac("00112233445566778899aabbccddeeff", KEY_HASH)
        self.assertEqual(mac, "a2d98d87183cd3a48f1d7b243d455c68")

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
            nonce, mac = EVENT_ID.fullmatch(event_id).groups()
            self.assertEqual(mac, self.meter._mac(nonce, KEY_HASH))

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
