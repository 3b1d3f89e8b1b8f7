"""That nothing written to the spool is lost, whatever happens to the collector, the disk or the process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path
from typing import Any

import httpx

from flareflow_sender import Sender, wished_pause
from flareflow_spool import Settings, Spool, segments_in
from test_support import SECRET, Collector, accept, settings_for, until

CHILD = """
import sys
from pathlib import Path
from flareflow_spool import Settings, Spool
spool = Spool(Settings(url="http://127.0.0.1:9/", secret=b"-", folder=Path(sys.argv[1])))
number = 0
while True:
    spool.append('{"n": %d}' % number)
    print(number, flush=True)
    number += 1
"""


def write(spool: Spool, numbers: range) -> None:
    for number in numbers:
        spool.append(json.dumps({"n": number}))


class SpoolTest(unittest.TestCase):
    def setUp(self) -> None:
        self.collector = Collector()
        self.addCleanup(self.collector.close)

    def start(self, settings: Settings) -> tuple[Spool, Sender]:
        spool = Spool(settings)
        sender = Sender(settings, spool)
        sender.start()
        self.addCleanup(self.stop, spool, sender)
        return spool, sender

    def stop(self, spool: Spool, sender: Sender) -> None:
        sender.stop(5)
        spool.close()

    def numbers(self) -> list[int]:
        return [event["n"] for event in self.collector.events]

    def left(self, settings: Settings) -> list[Path]:
        return segments_in(settings.folder)

    def test_an_event_arrives_by_itself_and_leaves_the_disk(self) -> None:
        settings = settings_for(self.collector)
        spool, _ = self.start(settings)
        write(spool, range(1))
        until(lambda: self.numbers() == [0])
        until(lambda: self.left(settings) == [])

    def test_many_events_keep_their_order_in_batches_of_at_most_500(self) -> None:
        self.collector.answer = lambda events: (503, {})
        spool, _ = self.start(settings_for(self.collector))
        write(spool, range(1_300))
        self.collector.answer = accept
        until(lambda: len(self.numbers()) == 1_300)
        self.assertEqual(self.numbers(), list(range(1_300)))
        self.assertLessEqual(max(len(batch) for batch in self.collector.batches), 500)

    def test_nothing_but_a_full_acknowledgement_deletes_a_segment(self) -> None:
        settings = settings_for(self.collector)
        spool, _ = self.start(settings)
        answers: list[tuple[int, object]] = [
            (503, {}),
            (401, {"error": "signature"}),
            (302, {}),
            (204, None),
            (200, "welcome"),
            (200, {"stored": 0, "duplicates": 0, "rejected": []}),
        ]
        for answer in answers:
            tries = self.collector.tries
            self.collector.answer = lambda events, answer=answer: answer
            write(spool, range(1))
            until(lambda: self.collector.tries > tries)
            self.assertTrue(self.left(settings), answer)
        self.collector.answer = accept
        until(lambda: self.left(settings) == [])
        self.assertEqual(self.numbers(), [0] * len(answers))

    def test_duplicates_and_rejected_events_are_acknowledged_and_told(self) -> None:
        settings = settings_for(self.collector)
        rejection = {"index": 1, "reason": "missing_usage"}
        self.collector.answer = lambda events: (200, {"stored": 0, "duplicates": 1, "rejected": [rejection]})
        spool = Spool(settings)
        write(spool, range(2))
        sender = Sender(settings, spool)
        with self.assertLogs("flareflow_meter", "ERROR") as logs:
            sender.start()
            until(lambda: self.left(settings) == [])
        self.stop(spool, sender)
        self.assertIn("missing_usage", logs.output[0])

    def test_batches_shrink_for_a_collector_that_finds_them_too_large(self) -> None:
        settings = settings_for(self.collector)
        spool = Spool(settings)
        write(spool, range(10))

        def small_only(events: list[Any]) -> tuple[int, object]:
            if len(events) > 3:
                return 413, {}
            self.collector.batches.append(events)
            return accept(events)

        self.collector.answer = small_only
        sender = Sender(settings, spool)
        sender.start()
        until(lambda: self.left(settings) == [])
        self.stop(spool, sender)
        self.assertEqual(self.numbers(), list(range(10)))

    def test_batches_grow_again_up_to_the_most_for_a_collector_that_takes_them(self) -> None:
        settings = settings_for(self.collector)
        spool = Spool(settings)
        write(spool, range(60))
        sizes: list[int] = []

        def small_at_first(events: list[Any]) -> tuple[int, object]:
            if not sizes and len(events) > 3:
                return 413, {}
            sizes.append(len(events))
            return accept(events)

        self.collector.answer = small_at_first
        sender = Sender(settings, spool, most=20)
        sender.start()
        until(lambda: self.left(settings) == [])
        self.stop(spool, sender)
        self.assertEqual(sizes, [2, 4, 8, 16, 20, 10])

    def test_a_killed_process_leaves_everything_it_wrote_to_the_next_one(self) -> None:
        settings = settings_for(self.collector)
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(settings.folder)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parent,
            text=True,
        )
        written = [int(child.stdout.readline()) for _ in range(700)]
        os.kill(child.pid, signal.SIGKILL)
        written += [int(line) for line in child.stdout]
        child.stdout.close()
        child.wait()
        torn = sorted(self.left(settings))[-1]
        with open(torn, "ab") as segment:
            segment.write(b'{"n": 99')
        with self.assertLogs("flareflow_meter", "ERROR"):
            self.start(settings)
            until(lambda: self.left(settings) == [])
        arrived = self.numbers()
        self.assertEqual(arrived, list(range(len(arrived))))
        # The last one may have been on the disk and not yet told.
        self.assertIn(len(arrived) - len(written), (0, 1))

    def test_a_full_spool_refuses_calls_but_never_an_event(self) -> None:
        settings = settings_for(self.collector, max_bytes=50)
        self.collector.answer = lambda events: (503, {})
        with self.assertLogs("flareflow_meter", "CRITICAL"):
            spool, _ = self.start(settings)
            self.assertIsNone(spool.refusal())
            write(spool, range(10))
            self.assertIn("full", spool.refusal() or "")
            until(lambda: self.collector.tries > 2)
        self.collector.answer = accept
        until(lambda: spool.refusal() is None)
        until(lambda: self.numbers() == list(range(10)))

    def test_a_disk_that_takes_nothing_refuses_calls_until_it_does(self) -> None:
        settings = settings_for(self.collector)
        spool = Spool(settings)
        [folder] = settings.folder.iterdir()
        moved = folder.with_name("away")
        folder.rename(moved)
        with self.assertLogs("flareflow_meter", "CRITICAL"):
            write(spool, range(2))
        self.assertIn("disk", spool.refusal() or "")
        moved.rename(folder)
        sender = Sender(settings, spool)
        sender.start()
        until(lambda: self.numbers() == [0, 1])
        self.assertIsNone(spool.refusal())
        self.stop(spool, sender)

    def test_a_write_under_way_refuses_nothing(self) -> None:
        settings = settings_for(self.collector)
        spool = Spool(settings)
        self.addCleanup(spool.close)
        writer = threading.Thread(target=write, args=(spool, range(200)))
        writer.start()
        refusals = set()
        while writer.is_alive():
            refusals.add(spool.refusal())
        writer.join()
        self.assertEqual(refusals, {None})

    def test_a_busy_collector_is_left_alone_for_as_long_as_it_asks(self) -> None:
        settings = settings_for(self.collector)
        for status in (429, 503):
            self.collector.answer = lambda events, status=status: (status, {})
            self.collector.headers = {"retry-after": "3"}
            spool, _ = self.start(settings)
            write(spool, range(1))
            tries = self.collector.tries
            until(lambda: self.collector.tries > tries)
            tries = self.collector.tries
            # By itself it would try again after 0.1 s, 0.2 s and 0.4 s.
            time.sleep(0.8)
            self.assertEqual(self.collector.tries, tries)
            self.collector.answer = accept
            until(lambda: self.left(settings) == [])

    def test_a_wish_that_makes_no_sense_is_no_wish(self) -> None:
        for header, pause in (("7", 7), ("0.5", 0.5), ("9e9", 60), ("-3", 0), ("nan", 0), ("soon", 0), ("", 0)):
            self.assertEqual(wished_pause(httpx.Response(429, headers={"retry-after": header})), pause, header)
        self.assertEqual(wished_pause(httpx.Response(200, headers={"retry-after": "7"})), 0)

    def test_what_comes_after_the_end_waits_for_the_next_start(self) -> None:
        settings = settings_for(self.collector)
        spool, sender = self.start(settings)
        self.stop(spool, sender)
        write(spool, range(2))
        spool.close()
        self.start(settings)
        until(lambda: self.numbers() == [0, 1])

    def test_stopping_sends_what_is_left_or_leaves_it_on_the_disk(self) -> None:
        settings = settings_for(self.collector)
        self.collector.answer = lambda events: (503, {})
        spool, sender = self.start(settings)
        write(spool, range(2))
        until(lambda: self.collector.tries > 0)
        sender.stop(5)
        lines = [line for segment in self.left(settings) for line in segment.read_text().splitlines()]
        self.assertEqual(sorted(lines), ['{"n": 0}', '{"n": 1}'])

    def test_no_secret_is_shown(self) -> None:
        settings = settings_for(self.collector)
        self.assertNotIn(SECRET.decode(), repr(settings))
        with self.assertRaises(ValueError) as missing:
            Settings.from_environment({"LITELLM_WEBHOOK_SECRET": "hush-hush"})
        self.assertNotIn("hush", str(missing.exception))


if __name__ == "__main__":
    unittest.main()
