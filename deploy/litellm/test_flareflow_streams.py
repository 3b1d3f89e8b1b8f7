"""That a stream is read to its end whoever stays to hear it, and that counts which are LiteLLM's own are said to be."""

from __future__ import annotations

import asyncio
import unittest
from collections.abc import AsyncGenerator, Coroutine
from types import SimpleNamespace
from typing import Any

from fastapi import HTTPException
from litellm.integrations.custom_logger import CustomLogger

from flareflow_meter import Meter
from flareflow_streams import seconds_from_environment
from test_support import KEY_HASH, Collector, payload, settings_for, until

KEY = SimpleNamespace(api_key=KEY_HASH, team_id="team-red", org_id=None)
USAGE = {"prompt_tokens": 9, "completion_tokens": 12}


class Stream:
    """As LiteLLM's: keeps the chunks that it has passed on. A number is a wait in seconds, an exception is raised."""

    def __init__(self, *parts: Any) -> None:
        self.chunks: list[Any] = []
        self.ended = False
        self._parts = list(parts)

    def __aiter__(self) -> Stream:
        return self

    async def __anext__(self) -> Any:
        while self._parts:
            part = self._parts.pop(0)
            if isinstance(part, Exception):
                raise part
            if isinstance(part, float):
                await asyncio.sleep(part)
                continue
            self.chunks.append(part)
            return part
        self.ended = True
        raise StopAsyncIteration


def chunk(finish_reason: str | None = None, **more: Any) -> dict[str, Any]:
    return {"choices": [{"finish_reason": finish_reason}], **more}


WORD, LAST, COUNTS = chunk(), chunk("stop"), {"choices": [], "usage": USAGE}


class StreamsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.collector = Collector()
        self.meter = Meter(settings_for(self.collector), None, drain_seconds=2.0)
        self.booked: dict[str, Any] = {}
        self.addCleanup(self.collector.close)
        self.addCleanup(self.meter.close)

    def run_call(self, call: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run(call)

    async def begin(self, stream: Any) -> tuple[dict[str, Any], AsyncGenerator[Any, None]]:
        data = await self.meter.async_pre_call_hook(KEY, None, {"model": "gpt-4o", "stream": True}, "acompletion")
        return data, self.meter.async_post_call_streaming_iterator_hook(KEY, stream, data)

    async def tell(self, data: dict[str, Any], usage: Any = USAGE) -> None:
        """As LiteLLM does of a call that was answered."""
        notes = data["metadata"]["spend_logs_metadata"]
        metadata = {**payload()["metadata"], "spend_logs_metadata": notes, "usage_object": usage}
        said = payload(metadata=metadata, request_tags=["nightly", "usage-source:provider"])
        books = {"metadata": {"spend_logs_metadata": dict(notes)}}
        kwargs = {"standard_logging_object": said, "litellm_params": books}
        kwargs, _ = await self.meter.async_logging_hook(kwargs, None, "acompletion")
        self.booked = books["metadata"]["spend_logs_metadata"]
        await self.meter.async_log_success_event(kwargs, None, None, None)

    def event(self) -> Any:
        until(lambda: len(self.collector.events) >= 1)
        self.meter.close()
        [event] = self.collector.events
        return event

    def test_a_stream_is_passed_on_no_faster_than_it_is_taken(self) -> None:
        async def call() -> None:
            stream = Stream(WORD, LAST, COUNTS)
            _, passed = await self.begin(stream)
            self.assertEqual(await passed.__anext__(), WORD)
            await asyncio.sleep(0.05)
            self.assertEqual(stream.chunks, [WORD])
            self.assertEqual([part async for part in passed], [LAST, COUNTS])

        self.run_call(call())

    def test_a_stream_whose_client_leaves_between_chunks_is_read_to_its_end(self) -> None:
        async def call() -> None:
            stream = Stream(WORD, 0.05, WORD, LAST, COUNTS)
            _, passed = await self.begin(stream)
            await passed.__anext__()
            await passed.aclose()
            self.assertEqual((stream.ended, len(stream.chunks)), (True, 4))

        self.run_call(call())

    def test_a_stream_whose_client_leaves_while_the_model_thinks_is_read_to_its_end(self) -> None:
        async def call() -> None:
            stream = Stream(0.05, WORD, LAST, COUNTS)
            _, passed = await self.begin(stream)
            waiting = asyncio.create_task(passed.__anext__())
            await asyncio.sleep(0.01)
            waiting.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await waiting
            self.assertEqual((stream.ended, len(stream.chunks)), (True, 3))

        self.run_call(call())

    def test_without_the_meter_litellm_reads_no_further(self) -> None:
        async def call() -> None:
            stream = Stream(WORD, LAST, COUNTS)
            passed = CustomLogger().async_post_call_streaming_iterator_hook(KEY, stream, {})
            await passed.__anext__()
            await passed.aclose()
            self.assertEqual((stream.ended, stream.chunks), (False, [WORD]))

        self.run_call(call())

    def test_a_stream_that_goes_on_for_too_long_is_cut_off(self) -> None:
        async def call() -> None:
            stream = Stream(WORD, 30.0, LAST, COUNTS)
            _, passed = await self.begin(stream)
            await passed.__anext__()
            with self.assertLogs("flareflow_meter", "WARNING"):
                await asyncio.wait_for(passed.aclose(), 30)
            self.assertFalse(stream.ended)

        self.run_call(call())

    def test_a_fault_of_a_stream_reaches_whoever_listens(self) -> None:
        async def call() -> None:
            _, passed = await self.begin(Stream(WORD, HTTPException(status_code=500)))
            await passed.__anext__()
            with self.assertRaises(HTTPException):
                await passed.__anext__()

        self.run_call(call())

    def test_of_a_cut_stream_that_litellm_says_nothing_of_an_event_without_counts_is_made(self) -> None:
        async def call() -> None:
            stream = Stream(30.0, WORD)
            _, passed = await self.begin(stream)
            waiting = asyncio.create_task(passed.__anext__())
            await asyncio.sleep(0.01)
            waiting.cancel()
            await asyncio.wait((waiting,))

        self.run_call(call())
        event = self.event()
        self.assertEqual((event["status"], event["stream"], event["inputTokens"]), ("success", True, None))
        self.assertEqual(event["tags"], [])

    def test_a_broken_stream_that_litellm_says_nothing_of_is_a_failed_call(self) -> None:
        async def call() -> None:
            _, passed = await self.begin(Stream(0.05, ValueError("no")))
            waiting = asyncio.create_task(passed.__anext__())
            await asyncio.sleep(0.01)
            waiting.cancel()
            await asyncio.wait((waiting,))

        self.run_call(call())
        self.assertEqual(self.event()["status"], "failure")

    def heard(self, stream: Any, usage: Any = USAGE, chunks: int = 100) -> Any:
        """The event of a call of whose stream so many chunks were read when LiteLLM tells of it."""

        async def call() -> None:
            data, passed = await self.begin(stream)
            for _ in range(chunks):
                if await anext(passed, None) is None:
                    break
            await self.tell(data, usage)

        self.run_call(call())
        return self.event()

    def test_counts_of_the_model_are_not_marked_whatever_tag_a_caller_sends(self) -> None:
        self.assertEqual(self.heard(Stream(WORD, LAST, COUNTS))["tags"], ["nightly"])
        self.assertNotIn("flareflow_usage_source", self.booked)

    def test_counts_that_no_chunk_told_are_marked_as_an_estimate(self) -> None:
        event = self.heard(Stream(WORD, LAST))
        self.assertEqual((event["tags"], event["outputTokens"]), (["usage-source:estimate", "nightly"], "12"))
        self.assertEqual(self.booked["flareflow_usage_source"], "estimate")

    def test_a_first_count_of_the_prompt_is_none_of_the_answer(self) -> None:
        event = self.heard(Stream({**WORD, "usage": USAGE}, WORD, WORD), chunks=2)
        self.assertIn("usage-source:estimate", event["tags"])

    def test_counts_are_found_below_the_wrappers_of_litellm(self) -> None:
        class Wrapper:
            def __init__(self, stream: Any) -> None:
                self._billing_source = SimpleNamespace(litellm_custom_stream_wrapper=stream)

            async def __anext__(self) -> Any:
                return await self._billing_source.litellm_custom_stream_wrapper.__anext__()

            def partial_response_on_disconnect(self) -> None:
                return None

        self.assertEqual(self.heard(Wrapper(Stream(WORD, LAST, COUNTS)))["tags"], ["nightly"])

    def test_counts_of_a_response_are_the_models_where_they_have_details(self) -> None:
        class Response(Stream):
            def __init__(self, *parts: Any) -> None:
                super().__init__(*parts)
                self.chunks = ()  # type: ignore[assignment]
                self.partial_response_on_disconnect = lambda: None

            async def __anext__(self) -> Any:
                raise StopAsyncIteration

        counted = {**USAGE, "prompt_tokens_details": {"cached_tokens": 0}}
        self.assertEqual(self.heard(Response(), counted)["tags"], ["nightly"])

    def test_the_wait_for_a_stream_is_seconds(self) -> None:
        self.assertEqual(seconds_from_environment({}), 120)
        self.assertEqual(seconds_from_environment({"FLAREFLOW_DRAIN": "0.5"}), 0.5)
        for wrong in ("-1", "4000", "soon"):
            with self.assertRaises(ValueError):
                seconds_from_environment({"FLAREFLOW_DRAIN": wrong})


if __name__ == "__main__":
    unittest.main()
