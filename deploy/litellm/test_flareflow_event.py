"""What an event says of a call, and what it leaves out."""

from __future__ import annotations

import json
import unittest
from typing import Any

from flareflow_event import HEADERS, event_of, labels_of
from test_support import KEY_HASH, PLANTED, payload


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
                "accountKey": None,
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
        self.assertEqual((len(found["endUser"]), found["traceId"], len(found["tags"])), (256, "ab\ufffd", 32))
        json.dumps(found).encode()

    def test_a_label_is_cut_by_characters_and_never_through_one(self) -> None:
        face = "\U0001f600"
        half = "\ud83d" + "x" * 300
        cases = ((face * 200, face * 200), ("x" + face * 300, "x" + face * 255), (half, "\ufffd" + "x" * 255))
        for given, kept in cases:
            found = event(payload(end_user=given, litellm_call_id=given))
            self.assertEqual((found["endUser"], found["callId"]), (kept, kept))

    def test_a_model_is_no_longer_than_the_collector_takes_and_never_cut_to_a_valid_name(self) -> None:
        for given in ("x" * 300, "\U0001f600" * 300, "x" + "\U0001f600" * 300):
            name = event(payload(model_group=given))["model"]
            self.assertIn(len(name.encode("utf-16-le")) // 2, (255, 256))

    def test_a_cost_that_is_no_cost_is_left_out(self) -> None:
        for cost in (float("nan"), float("inf"), -0.1, 1e308, "0.1", True, None):
            self.assertIsNone(event(payload(response_cost=cost))["litellmCostUsd"], cost)
        self.assertEqual(event(payload(response_cost=0))["litellmCostUsd"], "0")

    def test_no_text_of_a_prompt_or_an_answer_is_in_it(self) -> None:
        self.assertNotIn(PLANTED, json.dumps(event(payload())))


def request(tags: Any = None, metadata: Any = None, spend: Any = None, headers: Any = None) -> dict[str, Any]:
    """A request as the pre-call hook sees it."""
    own = {"requester_metadata": metadata, "tags": tags, "spend_logs_metadata": spend}
    return {"metadata": own, "proxy_server_request": {"headers": headers}}


class LabelsTest(unittest.TestCase):
    def test_each_source_is_read_and_the_later_one_wins(self) -> None:
        tags = ["feature:search", "nightly", "agent: researcher ", "feature:second", "department:legal", "empty:"]
        found = labels_of(request(tags))
        self.assertEqual(found, {"feature": "search", "agent": "researcher", "team": "legal"})
        metadata = {"feature": "chat", "session_id": "s-1", "trace_id": "t-1", "org": "acme", "end_user": 7}
        more = {"feature": "chat", "conversation": "s-1", "traceId": "t-1", "organization": "acme", "endUser": "7"}
        self.assertEqual(labels_of(request(tags, metadata)), {**found, **more})
        spend = {"feature": "export", "agent": None}
        self.assertEqual(labels_of(request(tags, metadata, spend)), {**found, **more, "feature": "export"})
        headers = {"x-flareflow-feature": "import", "x-flareflow-end-user": "bob", "x-flareflow-trace-id": "t-2"}
        last = {**found, **more, "feature": "import", "endUser": "bob", "traceId": "t-2"}
        self.assertEqual(labels_of(request(tags, metadata, spend, headers)), last)

    def test_a_header_each(self) -> None:
        names = ("conversation", "feature", "agent", "team", "organization", "end-user", "trace-id")
        found = labels_of(request(headers={f"x-flareflow-{name}": name for name in names}))
        self.assertEqual(sorted(found), sorted(HEADERS))

    def test_the_gateway_names_the_key_that_it_was_called_with_in_the_metadata_alone(self) -> None:
        named = {"account_key": "key_1", "feature": "chat"}
        found = labels_of(request(metadata=named, headers={"x-flareflow-accountkey": "key_2"}))
        self.assertEqual(found, {"accountKey": "key_1", "feature": "chat"})
        base = payload()
        noted = {**base, "metadata": {**base["metadata"], "spend_logs_metadata": found}}
        self.assertEqual(event(noted)["accountKey"], "key_1")

    def test_whatever_stands_there_instead_is_no_label(self) -> None:
        odd = (None, 1, "text", [], [None, 7, {}], {"feature": {}}, {"feature": [1]}, {"feature": True}, {"agent": ""})
        for value in odd:
            self.assertEqual(labels_of(request(value, value, value, value)), {})
            everywhere = {"metadata": value, "litellm_metadata": value, "proxy_server_request": value}
            self.assertEqual(labels_of(everywhere), {})

    def test_what_litellm_knows_of_the_key_outranks_what_the_caller_says(self) -> None:
        given = {"endUser": "mallory", "team": "other", "organization": "other", "traceId": "t-9", "feature": "f"}
        base = payload()
        metadata = {**base["metadata"], "user_api_key_org_id": "acme", "spend_logs_metadata": given}
        found = event_of("0", KEY_HASH, base, metadata)
        named = ("endUser", "team", "organization", "traceId", "feature")
        self.assertEqual([found[name] for name in named], ["alice", "team-red", "acme", "t-9", "f"])
        nobody = {**base, "end_user": None, "trace_id": "made-up"}
        bare = event_of("0", KEY_HASH, nobody, {"spend_logs_metadata": given})
        self.assertEqual([bare[name] for name in named], ["mallory", "other", "other", "t-9", "f"])


if __name__ == "__main__":
    unittest.main()
