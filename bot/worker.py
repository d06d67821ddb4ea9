"""One bots' process: takes jobs while it has room, and brings the waiting room's events to its calls."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

import structlog
from redis.exceptions import RedisError

from bot.admission import USUAL, Admission, Limits, Meter
from bot.bench import Bench, Lost, Outcome
from bot.call import Call
from bot.door import Door, DoorError, Unavailable
from bot.measure import cores, measure
from bot.parts import Parts
from bot.path import NoRelay
from matcher import events
from matcher.jobs import Job, Jobs
from matcher.waiting_room import WaitingRoom

log = structlog.get_logger()

# A quarter of the lease that a bots' worker has.
RENEW_S = 1.0
TAKE_MS = 1_000
FULL_S = 0.25
# While no call could be served.
PAUSE_S = 2.0
LONGEST_PAUSE_S = 30.0
# For the goodbye of the calls that are left when the time to finish is over.
GOODBYE_S = 5.0
AGAIN_S = 1.0
TIDY_S = 3_600.0
MAX_OWED = 1_000


class Worker:
    """Answers calls.

    Args:
        name: Its own, among all processes.
        room: The waiting room.
        jobs: Who waits for a bot.
        door: The server's.
        parts: What calls are answered with.
        slots: Calls at once.
        limits: What is too much to take another.
    """

    def __init__(
        self,
        name: str,
        room: WaitingRoom,
        jobs: Jobs,
        door: Door,
        parts: Parts,
        slots: int,
        limits: Limits = USUAL,
    ) -> None:
        self.calls: dict[str, Call] = {}
        self._name = name
        self._room = room
        self._jobs = jobs
        self._parts = parts
        self._meter = Meter(cores())
        self._admission = Admission(slots, self._meter, limits)
        self._bench = Bench(name, room, door, parts, self._owe)
        self._owed: deque[Callable[[], Awaitable[object]]] = deque(maxlen=MAX_OWED)
        self._paying = asyncio.Lock()
        self._listening = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._pause_s = 0.0

    async def run(self, stop: asyncio.Event, drain_s: float) -> None:
        """Answer calls until `stop`, let those that run go on for `drain_s`, then have them say goodbye.

        Whoever is not claimed by then is left to others.
        """
        async with asyncio.TaskGroup() as tasks:
            grounds = [
                tasks.create_task(self._keep_up(job))
                for job in (self._hear, self._renew, self._tidy, partial(measure, self._meter))
            ]
            await self._pull(tasks, stop)
            await self._drain(drain_s)
            for task in grounds:
                task.cancel()

    async def _keep_up(self, job: Callable[[], Awaitable[object]]) -> None:
        """Run a job that never ends; a bug in it is logged, and costs the calls no more than a moment."""
        while True:
            try:
                await job()
            except Exception as bug:  # whatever it is, every call of this process depends on the job
                log.error("worker.crashed", exc_info=bug)
            await asyncio.sleep(AGAIN_S)

    # Jobs.

    async def _pull(self, tasks: asyncio.TaskGroup, stop: asyncio.Event) -> None:
        """Take jobs, each with a slot in hand, until `stop`; as long-lived as the jobs of `_keep_up`."""
        # Whoever claims before events arrive may miss the end of its call.
        await _first(stop, self._listening)
        log.info("bot.ready", worker=self._name)
        away = False
        while not stop.is_set():
            try:
                await self._pull_one(tasks, stop)
                away = False
            except RedisError as fault:
                if not away:
                    log.warning("jobs.unavailable", exc_info=fault)
                away = True
                await _first(stop, after_s=AGAIN_S)
            except Exception as bug:  # whatever it is, the calls that run need this process
                log.error("worker.crashed", exc_info=bug)
                await _first(stop, after_s=AGAIN_S)

    async def _pull_one(self, tasks: asyncio.TaskGroup, stop: asyncio.Event) -> None:
        """Take one job, if there is a slot, and a job in time."""
        if self._pause_s:
            await _first(stop, after_s=self._pause_s)
            self._pause_s = 0.0
            return
        if not self._admission.reserve(self._parts.engines(self._admission.taken)):
            await _first(stop, after_s=FULL_S)
            return
        ours = None
        try:
            job = await self._jobs.take(TAKE_MS)
            if job and stop.is_set():
                await self._jobs.pass_on(job)
            else:
                ours = job
        finally:
            if ours is None:
                self._admission.release()
        if ours:
            self._start(tasks, ours)

    def _start(self, tasks: asyncio.TaskGroup, job: Job) -> None:
        call = Call(self._bench, job)
        self.calls[call.ticket_id] = call
        self._meter.begun(call.ticket_id)
        task = tasks.create_task(self._serve(call, job))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _serve(self, call: Call, job: Job) -> None:
        try:
            await self._answer(call, job)
        finally:
            del self.calls[call.ticket_id]
            self._meter.ended(call.ticket_id)
            self._admission.release()
        try:
            # With the slot free again: a server that is away must not hold it.
            await call.give_back()
        except Exception as bug:  # it ends no other call
            log.error("call.crashed", exc_info=bug)

    async def _answer(self, call: Call, job: Job) -> None:
        """Answer one job. One that could not be served for a reason of ours is left for another worker."""
        try:
            outcome = await call.answer(partial(self._jobs.done, job))
        except (DoorError, NoRelay, TimeoutError) as fault:
            asked_s = fault.retry_after_s if isinstance(fault, Unavailable) else None
            self._pause_s = min(LONGEST_PAUSE_S, max(PAUSE_S, asked_s or 0))
            log.warning("job.unserved", seconds=self._pause_s, exc_info=fault)
            with suppress(RedisError):  # then another takes it when it has been idle for long enough
                await self._jobs.pass_on(job)
        except RedisError as fault:
            log.warning("job.unavailable", exc_info=fault)
        except Exception as bug:  # it ends this call and no other
            log.error("call.crashed", exc_info=bug)
        else:
            if outcome in (Outcome.LATE, Outcome.MISSED):
                log.info("job.dropped", reason=outcome.name.lower())

    # The calls that run.

    async def _hear(self) -> None:
        async with self._room.events(self._name) as arriving:
            async for event in arriving:
                if isinstance(event, events.Resync):
                    self._listening.set()
                    for call in self.calls.values():
                        call.post(event)
                elif (call_of := self.calls.get(event.ticket_id)) is not None:
                    call_of.post(event)

    async def _renew(self) -> None:
        """Keep the lease that all calls ride on: by the event loop itself, so that one that hangs loses it."""
        while True:
            try:
                held = [ticket_id for ticket_id, call in self.calls.items() if call.held]
                for ticket_id in await self._room.renew(self._name, held, bot=True):
                    if (call := self.calls.get(ticket_id)) is not None:
                        call.post(Lost(ticket_id))
                await self._pay()
            except RedisError as fault:
                log.warning("worker.renew_failed", exc_info=fault)
            await asyncio.sleep(RENEW_S)

    async def _tidy(self) -> None:
        """Keep no name of a worker that ended without a word."""
        while True:
            with suppress(RedisError):  # the next time will do
                await self._jobs.remove_dead()
            await asyncio.sleep(TIDY_S)

    def _owe(self, what: Callable[[], Awaitable[object]]) -> None:
        self._owed.append(what)

    async def _pay(self) -> None:
        # The end of the process may pay while a renewal does.
        async with self._paying:
            while self._owed:
                await self._owed[0]()
                self._owed.popleft()

    # The end.

    async def _drain(self, drain_s: float) -> None:
        log.info("bot.draining", count=len(self.calls))
        for call in list(self.calls.values()):
            call.withdraw()
        for seconds, farewell in ((drain_s, False), (GOODBYE_S, True)):
            if farewell:
                for call in list(self.calls.values()):
                    call.drain()
            if self._running:
                await asyncio.wait(self._running, timeout=seconds)
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running)
        try:
            await self._pay()
        except RedisError as fault:
            log.warning("worker.owes", count=len(self._owed), exc_info=fault)
        with suppress(RedisError):  # another worker removes it as a dead one
            await self._jobs.leave()


async def _first(*wanted: asyncio.Event, after_s: float | None = None) -> None:
    """Wait for the first of these events, or for so long."""
    tasks = [asyncio.create_task(event.wait()) for event in wanted]
    try:
        await asyncio.wait(tasks, timeout=after_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
