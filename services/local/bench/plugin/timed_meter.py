"""The meter with a clock: how long its hooks keep the proxy's event loop from serving callers."""

from __future__ import annotations

import json
import os
from collections.abc import Coroutine, Generator
from time import perf_counter_ns, thread_time_ns
from typing import Any

from flareflow_holds import HoldSettings
from flareflow_meter import Meter
from flareflow_spool import Settings

TELL_EVERY = 100


class Steps:
    """Runs a coroutine and adds up the time of its steps, without the time in which it waits and others run.

    The processor's time beside it doesn't depend on what else the machine does.
    """

    def __init__(self, inner: Coroutine[Any, Any, Any]) -> None:
        self._inner = inner
        self.ns = 0
        self.cpu_ns = 0

    def __await__(self) -> Generator[Any, Any, Any]:
        given: Any = None
        while True:
            began, cpu_began = perf_counter_ns(), thread_time_ns()
            try:
                asked = self._inner.send(given)
            except StopIteration as end:
                return end.value
            finally:
                self.cpu_ns += thread_time_ns() - cpu_began
                self.ns += perf_counter_ns() - began
            given = yield asked


class TimedMeter(Meter):
    def __init__(self, settings: Settings, holds: HoldSettings | None) -> None:
        super().__init__(settings, holds)
        names = ("before", "beforeCpu", "beforeWaited", "after", "afterCpu", "afterWaited")
        self._times: dict[str, list[int]] = {name: [] for name in names}

    async def async_pre_call_hook(self, *given: Any, **named: Any) -> dict[str, Any]:
        return await self._timed("before", super().async_pre_call_hook(*given, **named))

    async def async_log_success_event(self, *given: Any, **named: Any) -> None:
        await self._timed("after", super().async_log_success_event(*given, **named))

    async def _timed(self, name: str, inner: Coroutine[Any, Any, Any]) -> Any:
        steps = Steps(inner)
        began = perf_counter_ns()
        try:
            return await steps
        finally:
            self._times[name].append(steps.ns)
            self._times[f"{name}Cpu"].append(steps.cpu_ns)
            self._times[f"{name}Waited"].append(perf_counter_ns() - began)
            if name == "after" and len(self._times[name]) % TELL_EVERY == 0:
                self._tell()

    def _tell(self) -> None:
        path = os.environ["FLAREFLOW_BENCH_FILE"]
        with open(f"{path}.new", "w", encoding="utf-8") as file:
            json.dump(self._times, file)
        os.replace(f"{path}.new", path)


instance = TimedMeter(Settings.from_environment(os.environ), HoldSettings.from_environment(os.environ))
