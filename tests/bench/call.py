"""The part `call`: how fast two people in Chromium talk. `tests.bench.call_setup` says what is measured, and how."""

from collections.abc import Sequence

from tests.bench.call_setup import OURS, PLAIN, RTTS_MS, Case, Measured, Samples
from tests.bench.call_setup import measure as measure_set_up
from tests.bench.marks import Marks
from tests.bench.percentiles import median, percentile
from tests.bench.table import Aim, Baseline, Row, Section

ROUNDS = 20
QUEUE, CHANNEL = OURS  # parameters come with the match, as the service does it by itself; or by the call's channel
BOTH_AIM = 1.2  # x the limit
AIMED_RTT_MS = 100
TAP_AIM_MS = 1000.0  # p95, without delay

METHOD = f"""\
R is the round-trip time between a browser and the relay, made by a UDP proxy. *First* and *both*: from the moment that
the first page hears of its match until one page has the other's audio, and until both have. *Tap → talking*: from the
second person's tap, with the first one waiting, until her page says that she talks. The plain call is a page of the
bench's own, a cold offer and answer with trickled candidates through the same relay. The limit is what the packets
need: 5 R for the first direction and 6 R for both (ICE 2 R, DTLS 1.3 2 R or 3 R, audio 1 R), and one message from page
to page. By channel: the same service with `SOTTO_PARAMETERS_VIA=channel`, as with Supabase, where a page hears its
partner's parameters by the call's channel and not with the match. Medians of {ROUNDS} rounds, the cases in turns; p95
of the same rounds is nearly their worst."""

# The steps of set-up, each with the mark that ends it.
AUDIO_STEPS = {"ICE": "ice", "DTLS": "connected", "first packet": "audio"}
TAP_STEPS = {"microphone, relay, candidate": "ready", "queue": "matched", **AUDIO_STEPS, "screen": "talking"}


def longest_steps(pages: Sequence[Marks], begin: str, steps: dict[str, str], count: int = 3) -> str:
    """Return the steps that take longest, as medians in ms: what bounds the whole.

    Args:
        pages: The marks of one page in each round.
        begin: The mark that the first step begins at.
        steps: By name, the mark that ends each.
        count: How many to name.
    """
    took: dict[str, float] = {}
    former = begin
    for name, mark in steps.items():
        known = [marks[mark] - marks[former] for marks in pages if mark in marks and former in marks]
        if known:
            took[name] = max(0.0, median(known))
            former = mark
    longest = sorted(took, key=lambda name: -took[name])[:count]
    return ", ".join(f"{name} {took[name]:.0f} ms" for name in longest)


def rows_of(case: Case, ours: Samples, plain: Samples, delay_ms: float) -> list[Row]:
    """Return the figures of one case, beside the plain call's and the limit."""
    rtt_ms = case.rtt_ms
    where = f"R = {rtt_ms} ms"
    by_audio = [sorted(pair, key=lambda marks: marks["audio"]) for pair in ours.rounds]
    found = []
    for place, (name, took, beside, round_trips) in enumerate(
        (("first", ours.first, plain.first, 5), ("both", ours.both, plain.both, 6))
    ):
        bound = longest_steps([pair[place] for pair in by_audio], "matched", AUDIO_STEPS)
        limit = Baseline(round_trips * rtt_ms + delay_ms, "limit")
        aim = Aim(BOTH_AIM, ratio=True) if (name, rtt_ms) == ("both", AIMED_RTT_MS) else None
        title = f"{where}: matched → {name}"
        found.append(Row(title, median(took), "ms", Baseline(median(beside), "plain"), None, bound))
        if rtt_ms:
            found.append(Row(f"{title}, against the limit", median(took), "ms", limit, aim, bound))
    bound = longest_steps([coming for _, coming in ours.rounds], "tap", TAP_STEPS)
    aim = None if rtt_ms else Aim(TAP_AIM_MS)
    return [
        *found,
        Row(f"{where}: tap → talking", median(ours.tap), "ms", Baseline(median(plain.tap), "plain"), None, bound),
        Row(f"{where}: tap → talking, p95", percentile(ours.tap, 95), "ms",
            Baseline(percentile(plain.tap, 95), "plain"), aim, bound),
    ]  # fmt: skip


def rows_beside_channel(rtt_ms: int, ours: Samples, channel: Samples) -> list[Row]:
    """Return what it gains that parameters come with the match: the same service beside, where they do not."""
    saved = "one join of the channel and one message by it, in the way of what follows"
    figures = {
        "matched → first": (ours.first, channel.first),
        "matched → both": (ours.both, channel.both),
        "tap → talking": (ours.tap, channel.tap),
    }
    return [
        Row(f"R = {rtt_ms} ms: {name}, parameters with the match", median(took), "ms",
            Baseline(median(beside), "by channel"), None, saved)
        for name, (took, beside) in figures.items()
    ]  # fmt: skip


def cases_of(pair: str) -> list[Case]:
    """Return what is measured with one pair of browsers."""
    everywhere = [Case(variant, pair, rtt_ms) for rtt_ms in RTTS_MS for variant in (PLAIN, QUEUE)]
    return [*everywhere, Case(CHANNEL, pair, AIMED_RTT_MS)]


def section(name: str, pair: str, measured: Measured) -> Section:
    """Return the part's section from what one pair of browsers has shown."""
    delay_ms = median(measured.signaling_ms)
    rows = []
    for rtt_ms in RTTS_MS:
        case = Case(QUEUE, pair, rtt_ms)
        plain = measured.cases[case._replace(variant=PLAIN)]
        rows += rows_of(case, measured.cases[case], plain, delay_ms)
    ours, channel = (measured.cases[Case(variant, pair, AIMED_RTT_MS)] for variant in (QUEUE, CHANNEL))
    rows += rows_beside_channel(AIMED_RTT_MS, ours, channel)
    return Section(name, f"call set-up, {pair}", METHOD, rows)


def measure_pair(name: str, pair: str) -> Section:
    """Measure one pair of browsers."""
    return section(name, pair, measure_set_up(ROUNDS, cases_of(pair)))


def measure() -> Section:
    """Measure the part."""
    return measure_pair("call", "Chromium, Chromium")
