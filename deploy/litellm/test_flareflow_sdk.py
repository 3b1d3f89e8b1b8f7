"""That each call that a program makes with LiteLLM's SDK becomes one event of its key."""

from __future__ import annotations

import os
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Any

from flareflow_event import Mint
from flareflow_sdk import sdk
from flareflow_spool import segments_in
from test_support import KEY_HASH, PLANTED, SECRET, Collector, settings_for, until

PROGRAM = """
import asyncio, litellm, flareflow_meter
meter = flareflow_meter.sdk(key=%r)
litellm.callbacks = [meter]
call = {
    "model": "gpt-4o",
    "messages": [{"role": "user", "content": %r}],
    "mock_response": %r,
    "user": "alice",
    "metadata": {"feature": "search", "tags": ["agent:bot", "nightly"], "trace_id": "t-1"},
}
embedding = {"model": "text-embedding-3-small", "input": "Hello", "mock_response": [0.1]}

async def later():
    await litellm.acompletion(**call)
    async for _ in await litellm.acompletion(**call, stream=True):
        pass
    await litellm.aembedding(**embedding)
    await meter.drain()

litellm.completion(**call)
for _ in litellm.completion(**call, stream=True):
    pass
litellm.embedding(**embedding)
asyncio.run(later())
try:
    litellm.completion(**{**call, "mock_response": "litellm.InternalServerError"})
except litellm.InternalServerError:
    print("failed as it should")
"""


ONE_CALL = """
import asyncio, litellm, flareflow_meter
meter = flareflow_meter.sdk(key=%r)
litellm.callbacks = [meter]

async def once():
    await litellm.acompletion(model="gpt-4o", messages=[{"role": "user", "content": "Hi"}], mock_response="Hello")
    await meter.drain()

asyncio.run(once())
"""


class SdkTest(unittest.TestCase):
    def setUp(self) -> None:
        self.collector = Collector()
        self.addCleanup(self.collector.close)
        self.folder = settings_for(self.collector).folder

    def run_program(self, url: str, program: str = PROGRAM % (KEY_HASH, PLANTED, PLANTED)) -> str:
        settings = {
            "FLAREFLOW_METER_URL": url,
            "LITELLM_WEBHOOK_SECRET": SECRET.decode(),
            "FLAREFLOW_SPOOL_DIR": str(self.folder),
        }
        ran = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, **settings, "LITELLM_LOCAL_MODEL_COST_MAP": "True"},
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        )
        return ran.stdout + ran.stderr

    def expect_each_once(self) -> None:
        events = self.collector.events
        calls = sorted((found["status"], found["model"], found["stream"]) for found in events)
        chat, embedding = ("success", "gpt-4o"), ("success", "text-embedding-3-small", False)
        failed = ("failure", "gpt-4o", False)
        chats = [(*chat, False), (*chat, False), (*chat, True), (*chat, True)]
        self.assertEqual(calls, [failed, *chats, embedding, embedding])
        self.assertEqual(len({found["id"] for found in events}), 7)
        self.assertTrue(all(Mint(SECRET).is_ours(found["id"], KEY_HASH) for found in events))
        for found in events:
            self.assertEqual(found["keyHash"], KEY_HASH)
            self.assertEqual(found["inputTokens"] is not None, found["status"] == "success")
        for found in (found for found in events if found["status"] == "success" and found["model"] == "gpt-4o"):
            said = [found[name] for name in ("endUser", "feature", "agent", "traceId", "tags")]
            self.assertEqual(said, ["alice", "search", "bot", "t-1", ["agent:bot", "nightly"]])
        self.assertNotIn(PLANTED.encode(), b"".join(self.collector.bodies))

    def test_each_call_is_one_event_before_the_program_has_ended(self) -> None:
        said = self.run_program(self.collector.url)
        self.assertIn("failed as it should", said)
        self.expect_each_once()
        self.assertEqual(segments_in(self.folder), [])

    def test_an_asynchronous_call_is_handed_over_when_drain_returns(self) -> None:
        self.run_program(self.collector.url, ONE_CALL % KEY_HASH)
        self.assertEqual([found["status"] for found in self.collector.events], ["success"])

    def test_without_a_collector_the_calls_wait_for_the_next_start(self) -> None:
        self.assertIn("calls wait on the disk", self.run_program("http://127.0.0.1:9/"))
        self.assertEqual(self.collector.events, [])
        meter = self.meter(KEY_HASH)
        until(lambda: segments_in(self.folder) == [])
        meter.close()
        self.expect_each_once()

    def meter(self, key: str) -> Any:
        return sdk(key, url=self.collector.url, secret=SECRET.decode(), spool_dir=str(self.folder))

    def test_a_key_that_nobody_could_be_billed_for_is_refused(self) -> None:
        self.collector.unknown_keys = [KEY_HASH]
        for key, why in ((KEY_HASH, "knows no such key"), ("hunter2", "must be a FlareFlow key"), ("", "must be")):
            with self.assertRaisesRegex(ValueError, why) as refused:
                self.meter(key)
            self.assertNotIn("hunter2", str(refused.exception))
        self.collector.unknown_keys = []
        self.meter(KEY_HASH).close()


if __name__ == "__main__":
    unittest.main()
