"""Reads each stream to its end, whoever stays to hear it, and knows whether the model itself counted what was used.

LiteLLM closes a stream whose client has left and bills the text that came by then, counted by a tokenizer of its own.
It counts the same way where a model's stream tells no counts. Of a text completion that was left it tells nothing.
"""

from __future__ import annotations

import asyncio
import enum
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import anyio

from flareflow_spool import log

DEFAULT_SECONDS = 120.0
LONGEST_SECONDS = 3600.0
STOP_SECONDS = 1.0
REMEMBERED_STREAMS = 10_000
# Where LiteLLM's wrappers of a response keep the stream that they wrap, and how deep they go.
INNER = ("_billing_source", "litellm_custom_stream_wrapper")
DEEPEST = 4
# The method by which LiteLLM bills a response that was left.
PARTIAL = "partial_response_on_disconnect"
END: Final = object()


class Ending(enum.Enum):
    WHOLE = enum.auto()
    CUT = enum.auto()
    BROKEN = enum.auto()


def seconds_from_environment(env: Mapping[str, str]) -> float:
    """How long a stream is read on after its client has left."""
    seconds = float(env.get("FLAREFLOW_DRAIN") or DEFAULT_SECONDS)
    if not 0 <= seconds <= LONGEST_SECONDS:
        raise ValueError(f"FLAREFLOW_DRAIN must be seconds, {LONGEST_SECONDS:.0f} at most.")
    return seconds


class Streams:
    """The streams under way, by the event that each becomes."""

    def __init__(self) -> None:
        self._streams: OrderedDict[str, Any] = OrderedDict()

    def open(self, stream: Any, event_id: str | None) -> Reader:
        if event_id is not None:
            self._streams[event_id] = stream
            if len(self._streams) > REMEMBERED_STREAMS:
                self._streams.popitem(last=False)
        return Reader(stream)

    def is_counted(self, event_id: str, usage: Mapping[str, Any]) -> bool:
        """Whether an event's counts are the model's own. Asked once, when all of the answer is there that will be."""
        stream = self._streams.pop(event_id, None)
        if stream is None:
            return True
        chunks = _chunks_of(stream)
        if chunks:
            # Some tell a first count of the prompt at once, and the answer's with the reason why it ended.
            return any(_field(chunk, "usage") is not None for chunk in chunks) and any(map(_is_last, chunks))
        # What answered can't be seen from here: a response, or another model's stream. A tokenizer tells no details.
        is_known = chunks is not None or hasattr(stream, PARTIAL)
        return not is_known or usage.get("prompt_tokens_details") is not None

    def forget(self, event_id: str) -> None:
        self._streams.pop(event_id, None)


class Reader:
    """Each chunk is read by a task of its own: whoever waits for it may be cancelled, and the stream goes on."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._reading: asyncio.Task[Any] | None = None

    async def next(self) -> Any:
        """END after the last chunk."""
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        chunk = await asyncio.shield(self._reading)
        self._reading = None
        return chunk

    async def drain(self, seconds: float) -> Ending:
        """Reads what is left, though its client is gone."""
        # LiteLLM has cancelled whoever runs this, and would again at each wait.
        with anyio.CancelScope(shield=True):
            try:
                await asyncio.wait_for(self._read_all(), seconds)
            except asyncio.TimeoutError:
                log.warning("a stream went on for more than %.0f s after its client had left: it is cut off", seconds)
                return Ending.CUT
            except Exception as error:
                log.warning("a stream broke after its client had left: %s", type(error).__name__)
                return Ending.BROKEN
            finally:
                if self._reading is not None:
                    self._reading.cancel()
                    await asyncio.wait((self._reading,), timeout=STOP_SECONDS)
        return Ending.WHOLE

    def is_told(self) -> bool:
        """Whether LiteLLM tells by itself of a stream that it closes before its end."""
        chunks = getattr(self._stream, "chunks", None)
        if isinstance(chunks, list):
            return len(chunks) > 0
        partial = getattr(self._stream, PARTIAL, None)
        try:
            return callable(partial) and partial() is not None
        except Exception:
            return False

    async def _read_all(self) -> None:
        while await self.next() is not END:
            pass

    async def _read(self) -> Any:
        try:
            return await self._stream.__anext__()
        except StopAsyncIteration:
            return END


def _chunks_of(stream: Any) -> Sequence[Any] | None:
    """As LiteLLM keeps them, with the counts that it takes out of what it passes on; None where it keeps none."""
    for _ in range(DEEPEST):
        chunks = getattr(stream, "chunks", None)
        if isinstance(chunks, list):
            return chunks
        stream = next((inner for name in INNER if (inner := getattr(stream, name, None)) is not None), None)
    return None


def _is_last(chunk: Any) -> bool:
    choices = _field(chunk, "choices")
    return isinstance(choices, list) and any(_field(choice, "finish_reason") is not None for choice in choices)


def _field(thing: Any, name: str) -> Any:
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)
