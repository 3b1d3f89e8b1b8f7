"""That the spool minds the folders of others: of processes that live, that went away, and of what is nobody's."""

from __future__ import annotations

import os
import time
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

from flareflow_sender import Sender
from flareflow_spool import Settings, Spool, segments_in
from test_support import Collector, settings_for, until


def write(spool: Spool, count: int) -> None:
    for number in range(count):
        spool.append('{"n": %d}' % number)


class FoldersTest(unittest.TestCase):
    def setUp(self) -> None:
        self.collector = Collector()
        self.addCleanup(self.collector.close)

    def start(self, settings: Settings) -> Spool:
        spool = Spool(settings)
        sender = Sender(settings, spool)
        sender.start()
        self.addCleanup(spool.close)
        self.addCleanup(sender.stop, 5)
        return spool

    def numbers(self) -> list[int]:
        return [event["n"] for event in self.collector.events]

    def test_what_is_nobodys_of_ours_is_neither_sent_nor_deleted(self) -> None:
        settings = settings_for(self.collector)
        ours = settings.folder / "1-0123456789abcdef"
        foreign = [settings.folder / "chats" / "a.jsonl", settings.folder / "a" / "b" / "c.txt", ours / "note.txt"]
        for path in foreign:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text('{"prompt": "secret"}\n')
        (ours / "000000000001.jsonl").write_text('{"n": 1}\n')
        self.start(settings)
        until(lambda: self.numbers() == [1] and not (ours / "lock").exists())
        self.assertNotIn(b"secret", b"".join(self.collector.bodies))
        self.assertTrue(all(path.exists() for path in foreign))
        self.assertEqual(list((settings.folder / "chats").iterdir()), foreign[:1])

    def test_a_folder_that_another_process_clears_away_meanwhile_holds_nothing(self) -> None:
        settings = settings_for(self.collector)
        spool = Spool(settings)
        self.addCleanup(spool.close)
        write(spool, 1)
        gone = settings.folder / "gone"
        gone.mkdir()
        scandir = os.scandir

        def racing(at: Any) -> Any:
            if Path(at) == gone:
                gone.rmdir()
            return scandir(at)

        with mock.patch("os.scandir", racing):
            spool.measure()
        self.assertFalse(gone.exists())
        self.assertEqual(len(segments_in(settings.folder)), 1)

    def test_the_folder_of_a_living_process_is_left_alone(self) -> None:
        settings = settings_for(self.collector)
        living = Spool(settings)
        self.addCleanup(living.close)
        write(living, 3)
        spool = self.start(settings)
        spool.append('{"n": 7}')
        until(lambda: self.numbers() == [7] and len(segments_in(settings.folder)) == 1)
        time.sleep(0.2)
        self.assertEqual((self.numbers(), len(segments_in(settings.folder))), ([7], 1))


if __name__ == "__main__":
    unittest.main()
