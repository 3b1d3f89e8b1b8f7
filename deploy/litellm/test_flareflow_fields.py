"""That no call is held for less than it can use because a field of it is one that a single provider knows."""

from __future__ import annotations

import unittest
from types import SimpleNamespace
from typing import Any

from fastapi import HTTPException

from flareflow_event import EVENT_FIELD, Mint
from flareflow_fields import (
    FIELDS,
    LITELLMS,
    keep_nothing,
    refuse_other_fields,
    refuse_other_routes,
    refuse_searching_models,
)
from test_flareflow_holds import DeskCase, request, ticket
from test_support import KEY_HASH, SECRET

OWN = SimpleNamespace(api_key=KEY_HASH, team_id=None, org_id=None, metadata={"flareflow_deployment": "emulator"})
FOREIGN = SimpleNamespace(api_key=KEY_HASH, team_id=None, org_id=None, metadata={})
CHAT = {"model": "gpt-4", "messages": []}


def refusal_of(body: dict[str, Any], call_type: str = "acompletion", key: Any = OWN) -> HTTPException | None:
    """LiteLLM's own books stand in the call beside what the body had."""
    data = {**body, "secret_fields": {}, "litellm_logging_obj": 1, "proxy_server_request": {"body": dict(body)}}
    try:
        refuse_other_fields(key, data, call_type)
    except HTTPException as refused:
        return refused
    return None


class FieldsTest(unittest.TestCase):
    def test_a_limit_by_a_name_that_one_provider_knows_is_refused_wherever_it_stands(self) -> None:
        for name, value in (
            ("num_predict", 9_000),
            ("generationConfig", {"maxOutputTokens": 9_000}),
            ("max_new_tokens", 9_000),
            ("max_output_tokens", 9_000),
            ("options", {"num_predict": -1}),
            ("drop_params", True),
            ("additional_drop_params", ["max_tokens"]),
            ("prompt_id", "p"),
            ("Max_Tokens", 9_000),
        ):
            for body, field in (({name: value}, name), ({"extra_body": {name: value}}, f"extra_body.{name}")):
                refused = refusal_of({**CHAT, "max_tokens": 5, **body})
                self.assertIsNotNone(refused, field)
                self.assertEqual((refused.status_code, refused.detail["field"]), (400, field))
                self.assertIn(f"{field} can't be sent here", refused.detail["error"])
                self.assertIn("max_completion_tokens or max_tokens limits an answer", refused.detail["error"])

    def test_what_the_gateway_passes_passes_and_so_do_labels(self) -> None:
        for route, call_type in (
            ("/chat/completions", "acompletion"),
            ("/completions", "atext_completion"),
            ("/embeddings", "aembedding"),
            ("/responses", "aresponses"),
        ):
            every = {name: ["a"] for name in (*FIELDS[route], *LITELLMS)}
            self.assertIsNone(refusal_of({**every, "extra_body": every}, call_type), route)
            self.assertIsNone(refusal_of(every, call_type.removeprefix("a")), route)
            self.assertIsNotNone(refusal_of({**every, "previous_response_id": "resp_1"}, call_type), route)

    def test_a_field_of_another_route_is_none_of_this_one(self) -> None:
        self.assertIsNotNone(refusal_of({"model": "m", "input": "Hello", "max_tokens": 5}, "aembedding"))
        self.assertIsNotNone(refusal_of({"model": "m", "input": "Hello", "max_tokens": 5}, "aresponses"))
        self.assertIsNone(refusal_of({"model": "m", "input": "Hello", "max_output_tokens": 5}, "aresponses"))

    def test_a_field_that_is_null_says_nothing(self) -> None:
        self.assertIsNone(refusal_of({**CHAT, "num_predict": None, "extra_body": None}))

    def test_a_fallback_that_brings_fields_of_its_own_is_refused(self) -> None:
        self.assertIsNone(refusal_of({**CHAT, "fallbacks": ["claude-3-opus"]}))
        for name in ("fallbacks", "context_window_fallbacks", "content_policy_fallbacks"):
            for fallbacks in ([{"model": "gpt-4", "max_tokens": 9_000}], {"gpt-4": ["x"]}, "x", [["x"]]):
                self.assertEqual(refusal_of({**CHAT, name: fallbacks}).detail["field"], name)

    def test_a_fallback_whose_name_could_not_be_billed_is_refused(self) -> None:
        for fallback in ("gpt 4", "", "x" * 129, "modèle", "gpt-4\n"):
            self.assertEqual(refusal_of({**CHAT, "fallbacks": ["gpt-4", fallback]}).detail["field"], "fallbacks")

    def test_a_model_that_searches_by_itself_is_refused_wherever_it_is_named(self) -> None:
        searching = "openrouter/openai/gpt-4o:online"
        for named in (
            {"model": searching},
            {"extra_body": {"model": searching}},
            {"fallbacks": ["gpt-4", searching]},
            {"context_window_fallbacks": [searching]},
        ):
            with self.assertRaises(HTTPException, msg=named) as refused:
                refuse_searching_models(OWN, {**CHAT, **named})
            self.assertEqual((refused.exception.status_code, refused.exception.detail["field"]), (403, "model"))
            refuse_searching_models(FOREIGN, {**CHAT, **named})
        refuse_searching_models(OWN, {**CHAT, "model": None, "extra_body": {"model": 7}, "fallbacks": ["gpt-4"]})

    def test_a_provider_is_told_to_keep_no_response(self) -> None:
        data: dict[str, Any] = {"model": "m", "input": "Hi", "extra_body": {"store": None, "seed": 1}}
        keep_nothing(OWN, data, "aresponses")
        self.assertEqual((data["store"], data["extra_body"]), (False, {"seed": 1}))
        for key, call_type in ((FOREIGN, "aresponses"), (OWN, "acompletion")):
            data = {"model": "m"}
            keep_nothing(key, data, call_type)
            self.assertEqual(data, {"model": "m"})
        asked = {"model": "m", "input": "Hi", "store": True}
        self.assertEqual(refusal_of(asked, "aresponses").detail["field"], "store")

    def test_a_key_that_is_not_flareflows_is_served_as_ever(self) -> None:
        self.assertIsNone(refusal_of({**CHAT, "num_predict": 9_000}, key=FOREIGN))
        refuse_other_routes(FOREIGN, "arerank")

    def test_what_lies_below_a_route_is_refused(self) -> None:
        for call_type in (
            *("acompact_responses", "aget_responses", "adelete_responses", "acancel_responses", "alist_input_items"),
            *("_aresponses_websocket", "arerank", "anthropic_messages", "atranscription", "aimage_generation", "a", ""),
        ):
            with self.assertRaises(HTTPException, msg=call_type) as refused:
                refuse_other_routes(OWN, call_type)
            self.assertEqual(refused.exception.status_code, 403)
        for call_type in ("acompletion", "atext_completion", "aembedding", "aresponses", "completion"):
            refuse_other_routes(OWN, call_type)


class BeforeTheHoldTest(DeskCase):
    def test_nothing_is_asked_for_a_call_that_is_refused(self) -> None:
        data = request(num_predict=9_000)
        self.assertEqual(self.refusal(data, key=OWN).status_code, 400)
        self.assertEqual(self.collector.asked, [])
        self.assertEqual(self.refusal(request(model="sonar-pro"), key=OWN).status_code, 403)
        self.assertEqual(self.collector.asked, [])
        self.before(request(num_predict=9_000), key=FOREIGN)
        self.before(request(), key=OWN)
        self.assertEqual(len(self.collector.asked), 2)

    def test_a_call_of_the_gateway_has_been_held_to_them_there(self) -> None:
        event_id = Mint(SECRET).new_id(KEY_HASH)
        data = self.before(request({"x-flareflow-gateway": ticket(event_id)}, another=1), key=OWN)
        self.assertEqual(data["metadata"]["spend_logs_metadata"][EVENT_FIELD], event_id)


if __name__ == "__main__":
    unittest.main()
