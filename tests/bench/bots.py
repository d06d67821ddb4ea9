"""The part `bots`: what a bot costs, beside stock aiortc and beside the same engines on pipecat."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import NamedTuple

import msgspec

from infra.run.tether import end_with_parent
from matcher.wire import IceServer
from tests.bench.bot_load.callers import SETTLE_S, STAY_S, Told
from tests.bench.bot_load.speech import TURN_S
from tests.bench.load import cpu_s, uss_bytes
from tests.bench.percentiles import median, percentile
from tests.bench.pipecat_bot import environment
from tests.bench.pipecat_bot.environment import PIPECAT
from tests.bench.process_tree import tree_bytes, tree_cpu_s
from tests.bench.table import Aim, Baseline, Row, Section
from tests.bench.voice import NOT_INSTALLED, relay
from tests.conftest import free_port, running_coturn
from tests.e2e.stack import ROOT

STOCK, LEG, WHOLE, ON_PIPECAT = "stock", "leg", "whole", "pipecat"
BASELINES = {LEG: STOCK, WHOLE: ON_PIPECAT}
NAMES = {STOCK: "stock aiortc", ON_PIPECAT: "pipecat", LEG: "media", WHOLE: "whole bot"}
SIZES = (1, 5, 10, 20)
SECONDS = 2 * TURN_S
ONE_BY_ONE = {LEG: 40, STOCK: 40, WHOLE: 200, ON_PIPECAT: 20}

# p99 of a process that keeps up; beyond what a caller's jitter buffer takes there is no sense in more calls.
REAL_TIME_MS = 40.0
BROKEN_MS = 200.0
BUSY = 0.7  # of a core: as much as a bots' process may be asked for
PER_CORE_AIM = 20
FLAT_AIM = 1.02
LEAST_SHARE = 0.001
MB = 10**6

METHOD = f"""\
Bots in one process, callers in another, relay-only at both ends through one coturn, all on the same few cores; each
kind of bot and each number of calls in processes of their own, the kinds in turns. A caller asks a question every
{TURN_S:.0f} s, and figures are over {SECONDS:.0f} s, from {SETTLE_S:.0f} s after the last call began. *Media*:
decoding what the caller says and telling voices from noise in two modes, and speech for more than half of the time,
encoded; beside the same work on stock aiortc (`track.recv`, resampling, frames out). *Whole bot*: leg, turn machine,
ears in a process for each call, mind and voice, which renders and encodes a sentence once; beside the same engines on
pipecat {PIPECAT}, which as in its examples loads its models (Silero VAD, Smart Turn) when a call comes, and to which
the voice is one that speaks each sentence anew. *CPU* is process time, with that of the ears'
processes, in percent of a core; *memory* is what the processes share with nobody, less what they had without a call.
*Late*: how much later than the most timely packet of its call one came to the callers, by its RTP timestamp;
{BROKEN_MS:.0f} ms for one that never came. *Bots per core*: {BUSY:.0%} of a core over the CPU of a bot at the largest
number of calls of which p99 of the lateness is at most {REAL_TIME_MS:.0f} ms. *Set-up*: from the caller's first step
until the bot's first packet, with one call at a time; the whole bot begins with its conversation ready.
{ONE_BY_ONE[WHOLE]} calls one after the other, each over {STAY_S:.1f} s after that packet, show whether the memory of
the bots' process grows; those of the ears end with each call."""

CODEC = "estimate: Opus, one `sendto` and one wake-up of the event loop for each packet"
PACE = "estimate: whose turn it is on the cores, callers and coturn included"


class Load(NamedTuple):
    """What a number of calls with one kind of bot has shown.

    Args:
        calls: How many.
        share: CPU of each bot, of a core.
        aside: What of that was used by processes beside the bots' own: its ears.
        memory: Of each bot, bytes.
        p99_ms: Of the packets' lateness.
    """

    calls: int
    share: float
    aside: float
    memory: float
    p99_ms: float


class Series(NamedTuple):
    """What calls one after the other have shown: set-up times, ms, and the process's memory after so many, bytes."""

    set_up_ms: list[float]
    memory: dict[int, int]


class Lost(Exception):
    """The callers did not get through."""


@contextmanager
def bots(kind: str, server: IceServer, folder: Path, interpreter: Path | None) -> Iterator[tuple[str, int]]:
    """Run bots; gives where to call them, and the process's id."""
    if kind == ON_PIPECAT:
        assert interpreter, "pipecat is there"
        with environment.running(interpreter, server, folder) as (url, pid):
            yield f"{url.replace('http', 'ws')}/meet", pid
        return
    port = free_port()
    told = msgspec.json.encode(server).decode()
    command = [sys.executable, "-m", "tests.bench.bot_load.serve", kind, str(port), told]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, preexec_fn=end_with_parent, text=True
        )
        try:
            assert process.stdout
            assert process.stdout.readline() == "ready\n", f"the bots ({kind}) did not start"
            yield f"ws://127.0.0.1:{port}/meet", process.pid
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def callers(kind: str, url: str, server: IceServer, calls: int, seconds: float) -> Iterator[Iterator[Told]]:
    """Have a bot called; gives what the callers tell, as they tell it.

    Raises:
        Lost: They did not get through.
    """
    end = "stock" if kind in (STOCK, ON_PIPECAT) else "leg"
    told = msgspec.json.encode(server).decode()
    command = [sys.executable, "-m", "tests.bench.bot_load.callers", end, url, told, str(calls), str(seconds)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        preexec_fn=end_with_parent, text=True,
    )  # fmt: skip

    def lines() -> Iterator[Told]:
        assert process.stdout
        for line in process.stdout:
            yield msgspec.json.decode(line, type=Told)
        raise Lost

    try:
        yield lines()
    finally:
        process.communicate()


def loaded(kind: str, calls: int, server: IceServer, folder: Path, interpreter: Path | None) -> Load:
    """Measure so many calls together.

    Raises:
        Lost: Some did not come to be.
    """
    with bots(kind, server, folder, interpreter) as (url, pid):
        before = tree_bytes(pid)
        with callers(kind, url, server, calls, SECONDS) as told:
            next(told)
            own_s, all_s, begun = cpu_s(pid), tree_cpu_s(pid), time.monotonic()
            packets = next(told)
            bot_seconds = (time.monotonic() - begun) * calls
            own, share = (cpu_s(pid) - own_s) / bot_seconds, (tree_cpu_s(pid) - all_s) / bot_seconds
            p99_ms = percentile(packets.late_ms + [BROKEN_MS] * packets.skipped, 99)
            return Load(calls, share, share - own, (tree_bytes(pid) - before) / calls, p99_ms)


def one_by_one(kind: str, server: IceServer, folder: Path, interpreter: Path | None) -> Series:
    """Make calls one after the other.

    Raises:
        Lost: One did not come to be.
    """
    shown = Series([], {})
    with bots(kind, server, folder, interpreter) as (url, pid), callers(kind, url, server, ONE_BY_ONE[kind], 0) as told:
        while len(shown.set_up_ms) < ONE_BY_ONE[kind]:
            news = next(told)
            shown.set_up_ms.extend(news.set_up_ms)
            shown.memory[news.calls] = uss_bytes(pid)
    return shown


def run(
    kinds: Sequence[str] = (STOCK, LEG, ON_PIPECAT, WHOLE), sizes: Sequence[int] = SIZES
) -> tuple[dict[str, list[Load]], dict[str, Series]]:
    """Set everything up and measure; return both by the kind of bot. One that cannot keep up is given no more calls."""
    interpreter = environment.python() if ON_PIPECAT in kinds else None
    wanted = [kind for kind in kinds if kind != ON_PIPECAT or interpreter]
    loads: dict[str, list[Load]] = {kind: [] for kind in wanted}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sotto-")))
        server = relay(stack.enter_context(running_coturn()))
        growing = set(wanted)
        for calls in sizes:
            for kind in [kind for kind in wanted if kind in growing]:
                try:
                    loads[kind].append(loaded(kind, calls, server, folder, interpreter))
                except Lost:
                    growing.discard(kind)
                    continue
                if loads[kind][-1].p99_ms > BROKEN_MS:
                    growing.discard(kind)
        series: dict[str, Series] = {}
        for kind in wanted:
            # A baseline that fails is left out; what is ours is not.
            with suppress(Lost) if kind in BASELINES.values() else nullcontext():
                series[kind] = one_by_one(kind, server, folder, interpreter)
        return loads, series


def most(loads: Sequence[Load]) -> Load | None:
    """Return the most calls in real time; none: not even the fewest that were tried."""
    good = (load for load in loads if load.p99_ms <= REAL_TIME_MS)
    return max(good, key=lambda load: load.calls, default=None)


def per_core(loads: Sequence[Load]) -> float:
    """Return how many bots one core takes in real time."""
    load = most(loads)
    return BUSY / load.share if load else 0.0


def where(load: Load) -> str:
    """Say where the CPU of a bot goes."""
    parts = f"its ears' process {100 * load.aside:.1f} %, the rest in the bots' process"
    return parts if load.aside > LEAST_SHARE else CODEC


def rows_of(loads: Mapping[str, Sequence[Load]], sequences: Mapping[str, Series]) -> list[Row]:
    """Return the figures, each beside its baseline where that was measured."""
    rows: list[Row] = []
    for kind, other in BASELINES.items():
        name = NAMES[other]
        beside = {load.calls: load for load in loads.get(other, [])}
        for load in loads[kind]:
            its = beside.get(load.calls)
            what = f"{NAMES[kind]}, {load.calls} calls" if load.calls > 1 else f"{NAMES[kind]}, 1 call"
            rows += [
                Row(f"{what}: CPU of a bot", 100 * load.share, "%",
                    Baseline(100 * its.share, name) if its else None, None, where(load)),
                Row(f"{what}: late packets, p99", load.p99_ms, "ms",
                    Baseline(its.p99_ms, name) if its else None, None, PACE),
                Row(f"{what}: memory of a bot", load.memory / MB, "MB",
                    Baseline(its.memory / MB, name) if its else None, None, ""),
            ]  # fmt: skip
        core = Baseline(per_core(loads[other]), name) if loads.get(other) else None
        aim = Aim(PER_CORE_AIM, least=True)
        best = most(loads[kind])
        rows.append(Row(f"{NAMES[kind]}: bots per core in real time", per_core(loads[kind]), "", core, aim,
                        where(best) if best else ""))  # fmt: skip
        took = median(sequences[kind].set_up_ms)
        theirs = Baseline(median(sequences[other].set_up_ms), name) if other in sequences else None
        rows.append(Row(f"{NAMES[kind]}: set-up, median of {len(sequences[kind].set_up_ms)}", took, "ms", theirs, None,
                        "ICE and DTLS; see `call`"))  # fmt: skip
    memory = sequences[WHOLE].memory
    last = max(memory)
    kept = "what is kept for good: script, language model, rendered speech"
    rows.append(
        Row(f"{NAMES[WHOLE]}: memory of the process after {last} calls", memory[last] / MB, "MB",
            Baseline(memory[last // 2] / MB, f"after {last // 2}"), Aim(FLAT_AIM, ratio=True), kept)
    )  # fmt: skip
    return rows


def measure() -> Section:
    """Measure the part."""
    loads, sequences = run()
    method = METHOD if ON_PIPECAT in loads else METHOD + NOT_INSTALLED
    return Section("bots", "what a bot costs", method, rows_of(loads, sequences))
