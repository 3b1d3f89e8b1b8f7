"""That nothing which a request may use is left out of its bound, and that what nothing bounds is refused."""

from __future__ import annotations

import json
import unittest
from typing import Any

from fastapi import HTTPException

from flareflow_bounds import ADDED_TOKENS, Bounds, WorstCase, bound

# Longer than any body here, as one is with white space in it.
LENGTH = 700
INPUT = LENGTH + ADDED_TOKENS
BOUNDS = Bounds(output_tokens=100, longest_output=1_000, image_tokens=500, answers=4)


def call(call_type: str = "acompletion", **body: Any) -> tuple[WorstCase, dict[str, Any]]:
    given = {"model": "gpt-4", "messages": [{"role": "user", "content": "Hello"}], **body}
    data = {**given, "proxy_server_request": {"headers": {"content-length": str(LENGTH)}, "body": dict(given)}}
    return bound(data, call_type, BOUNDS), data


class BoundsTest(unittest.TestCase):
    def test_each_byte_counts_and_the_answer_gets_a_limit_where_there_is_none(self) -> None:
        worst, data = call()
        self.assertEqual(worst, WorstCase("gpt-4", INPUT + 100))
        self.assertEqual(data["max_tokens"], 100)
        self.assertEqual(call("atext_completion")[1]["max_tokens"], 100)
        self.assertEqual(call("aresponses")[1]["max_output_tokens"], 100)

    def test_what_a_provider_adds_counts_in_each_request(self) -> None:
        self.assertEqual(call(max_tokens=5)[0].tokens, LENGTH + 1_005)
        self.assertEqual(call("aembedding", messages=None, input="Hello")[0].tokens, LENGTH + 1_000)

    def test_a_limit_that_was_set_stays_and_counts_for_each_answer(self) -> None:
        worst, data = call(max_tokens=20, n=3)
        self.assertEqual((worst.tokens, data["max_tokens"]), (INPUT + 60, 20))
        self.assertEqual(call(max_tokens=20, max_completion_tokens=30)[0].tokens, INPUT + 30)
        self.assertEqual(call(max_tokens=20, n=2, best_of=4)[0].tokens, INPUT + 80)

    def test_a_limit_by_a_name_that_the_route_does_not_know_is_none(self) -> None:
        for call_type, foreign, own in (
            ("acompletion", "max_output_tokens", "max_tokens"),
            ("atext_completion", "max_output_tokens", "max_tokens"),
            ("atext_completion", "max_completion_tokens", "max_tokens"),
            ("aresponses", "max_tokens", "max_output_tokens"),
            ("aresponses", "max_completion_tokens", "max_output_tokens"),
        ):
            worst, data = call(call_type, **{foreign: 1})
            self.assertEqual((worst.tokens, data[own]), (INPUT + 100, 100), (call_type, foreign))
            # A provider may know it all the same.
            self.assertEqual(call(call_type, **{own: 5, foreign: 900})[0].tokens, INPUT + 900)

    def test_nothing_is_sent_over_a_limit(self) -> None:
        worst, data = call(max_tokens=5, extra_body={"max_tokens": None, "top_k": 3})
        self.assertEqual((worst.tokens, data["max_tokens"]), (INPUT + 5, 5))
        self.assertEqual(data["extra_body"], {"top_k": 3})

    def test_what_a_provider_without_extra_body_would_be_sent_counts_too(self) -> None:
        self.assertEqual(call(max_tokens=900, n=2, extra_body={"max_tokens": 1, "n": 1})[0].tokens, INPUT + 1_800)
        worst, data = call(extra_body={"max_tokens": 1})
        self.assertEqual((worst.tokens, data["max_tokens"]), (INPUT + 100, 100))
        image = {"role": "user", "content": [{"type": "input_image", "image_url": "https://example.com/1.png"}]}
        self.assertEqual(call(messages=[image], extra_body={"messages": []})[0].tokens, INPUT + 600)
        with self.assertRaises(HTTPException):
            call(tools=[{"type": "web_search"}], extra_body={"tools": []})

    def test_each_of_several_prompts_is_answered(self) -> None:
        def answers(prompt: object, **more: Any) -> int:
            worst, _ = call("atext_completion", messages=None, prompt=prompt, max_tokens=20, **more)
            return (worst.tokens - INPUT) // 20

        self.assertEqual(answers(["One", "Two", "Three"]), 3)
        self.assertEqual(answers([[1, 2], [3]], n=2), 4)
        self.assertEqual(answers("One"), 1)
        self.assertEqual(answers([1, 2, 3, 4, 5]), 1)
        self.assertEqual(answers("One", extra_body={"prompt": ["One", "Two"]}), 2)
        for prompt, n in ((["One"] * 5, 1), ([[1]] * 3, 2)):
            with self.assertRaises(HTTPException) as refused:
                answers(prompt, n=n)
            self.assertEqual(refused.exception.status_code, 400)

    def test_an_embedding_has_no_answer(self) -> None:
        worst, data = call("aembedding", messages=None, input=["Hello"])
        self.assertEqual(worst.tokens, INPUT)
        self.assertNotIn("max_tokens", data)

    def test_images_count_as_many_as_there_are(self) -> None:
        image = {"type": "image_url", "image_url": {"url": "https://example.com/1.png"}}
        content = [{"type": "text", "text": "What is this?"}, image, image]
        self.assertEqual(call(messages=[{"role": "user", "content": content}])[0].tokens, INPUT + 1_100)

    def test_what_would_reach_the_provider_past_the_limit_counts(self) -> None:
        self.assertEqual(call(max_tokens=5, extra_body={"max_tokens": 900, "n": 2})[0].tokens, INPUT + 1_800)

    def test_each_model_may_answer_where_there_are_fallbacks(self) -> None:
        for name in ("fallbacks", "context_window_fallbacks", "content_policy_fallbacks"):
            worst = call(**{name: ["claude-3-opus", "gpt-4"]})[0]
            self.assertEqual((worst.model, worst.among), (None, ("gpt-4", "claude-3-opus")))
        for fallbacks in ([], ["gpt-4"]):
            worst = call(fallbacks=fallbacks)[0]
            self.assertEqual((worst.model, worst.among), ("gpt-4", None))
        many = [f"m-{i}" for i in range(32)]
        for unsure in ({"model": None}, {"fallbacks": [{"gpt-4": ["x"]}]}, {"fallbacks": many}):
            worst = call(**unsure)[0]
            self.assertEqual((worst.model, worst.among), (None, None))

    def test_the_body_counts_where_the_declared_length_says_less(self) -> None:
        body = {"model": "gpt-4", "messages": [{"role": "user", "content": 'é "quoted"\n' * 1_000}]}
        least = len(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())
        for headers in ({}, {"content-length": "2"}, {"content-length": "2", "transfer-encoding": "chunked"}):
            # LiteLLM keeps a key's metadata and the caller's headers beside what the caller sent.
            books = {"metadata": {"user_api_key": "x" * 9_000}, "secret_fields": {"raw_headers": "x" * 9_000}}
            data = {**body, **books, "proxy_server_request": {"headers": headers, "body": {**body, **books}}}
            self.assertEqual(bound(data, "acompletion", BOUNDS).tokens, least + ADDED_TOKENS + 100, headers)

    def test_a_declared_length_means_nothing_beside_chunks(self) -> None:
        body = {"model": "gpt-4", "messages": []}
        written = len(json.dumps(body, separators=(",", ":")))
        for name, length, counted in (
            ("x-other", "900", 900),
            ("transfer-encoding", "900", written),
            ("Transfer-Encoding", "900", written),
            ("x-other", "many", written),
            ("x-other", "²", written),
        ):
            request = {"headers": {name: "chunked", "content-length": length}, "body": dict(body)}
            worst = bound({**body, "proxy_server_request": request}, "acompletion", BOUNDS)
            self.assertEqual(worst.tokens, counted + ADDED_TOKENS + 100, (name, length))

    def test_without_a_copy_of_the_body_the_call_is_measured(self) -> None:
        data = {"model": "gpt-4", "messages": [{"role": "user", "content": "é" * 10}], "max_tokens": 5}
        least = len(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode())
        self.assertEqual(bound(data, "acompletion", BOUNDS).tokens, least + ADDED_TOKENS + 5)

    def test_what_nothing_bounds_is_refused(self) -> None:
        audio = [{"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": ""}}]}]
        bad: list[dict[str, Any]] = [
            {"messages": audio},
            {"tools": [{"type": "web_search"}]},
            {"tools": ["anything"]},
            {"web_search_options": {}},
            {"extra_body": {"web_search_options": {}}},
            *({name: value} for name in ("n", "best_of") for value in (0, -1, 5, 1.5, "2", True)),
            *({name: value} for name in ("max_tokens", "max_completion_tokens") for value in (0, -1, 1_001, "9", True)),
            {"extra_body": {"max_tokens": 1_001}},
            {"additional_drop_params": ["max_tokens"]},
        ]
        for body in bad:
            with self.assertRaises(HTTPException, msg=body) as refused:
                call(**body)
            self.assertEqual(refused.exception.status_code, 400)

    def test_what_its_bytes_do_not_bound_is_refused_wherever_it_stands(self) -> None:
        part = {"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]}
        item = {"messages": None, "input": [{"type": "item_reference", "id": "msg_1"}]}
        tool = {"tools": [{"type": "function", "googleSearch": {}}]}
        cases = (("acompletion", part), ("aresponses", item), ("completion", tool), ("aresponses", tool))
        for call_type, body in cases:
            for asked in (body, {"extra_body": body}):
                with self.assertRaises(HTTPException, msg=asked) as refused:
                    call(call_type, **asked)
                self.assertEqual(refused.exception.status_code, 400)
                self.assertIn(next(reversed(body)), refused.exception.detail["field"])

    def test_settings(self) -> None:
        env = {"FLAREFLOW_OUTPUT_TOKENS": "7", "FLAREFLOW_IMAGE_TOKENS": "8", "FLAREFLOW_LONGEST_OUTPUT_TOKENS": "9"}
        self.assertEqual(Bounds.from_environment(env), Bounds(output_tokens=7, image_tokens=8, longest_output=9))
        self.assertEqual(Bounds.from_environment({}), Bounds())
        for value in ("0", "-1", "many"):
            with self.assertRaises(ValueError):
                Bounds.from_environment({"FLAREFLOW_OUTPUT_TOKENS": value})


if __name__ == "__main__":
    unittest.main()
