"""The part `voice`: how fast the bot answers, and how fast it falls silent, beside the same engines on pipecat."""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import sync_playwright

from matcher.clock import SystemClock
from matcher.settings import Secret
from matcher.wire import IceServer
from server.relay.coturn import CoturnRelay
from tests.bench.answers import ANSWER_MS, LEAST_ANSWER_MS, Kind, Talk, read, without_lead
from tests.bench.marks import WATCH, marks_of
from tests.bench.percentiles import median, percentile
from tests.bench.pipecat_bot import environment
from tests.bench.pipecat_bot.environment import PIPECAT
from tests.bench.table import Aim, Baseline, Row, Section
from tests.conftest import Coturn, running_coturn, running_valkey
from tests.e2e import people
from tests.e2e.people import Voice
from tests.e2e.stack import ROOT, running
from tests.e2e.talking import LOUD_DBFS, Talker
from tests.voices import RATE_HZ, spoken

# What is asked in each call; then what makes the bot speak for long, to be cut in on.
ROUNDS = (
    ("How are you?", "What is your name?", "Tell me a joke.", "Do you like music?"),
    ("Where are you from?", "How old are you?", "What can you do?", "I like football."),
    ("I am hungry.", "I like to travel.", "Do you read?", "I have a dog."),
    ("What is the weather like?", "I am a student.", "I listen to jazz.", "Thank you very much."),
    ("I am bored.", "What is your favorite food?", "I went for a walk.", "Do you have feelings?"),
)
PROMPTS = ("Are you recording?", "What can you do?", "Tell me a joke.")
CUT_IN = "Stop talking please."
CUT_IN_AFTER_MS = 900
VOICES = ("rms", "awb")
RELAY_S = 7200

ANSWER_AIMS = {50: 650.0, 95: 800.0}  # percentile: ms
BARGE_IN_AIM_MS = 250.0  # p95

METHOD = f"""\
One Chromium talks with the bot and with a bot on pipecat {PIPECAT} in turns, {len(ROUNDS)} calls each, relay-only at
both ends through one coturn. Its microphone is played by the page, from flite's voices {" and ".join(VOICES)} in turns;
what it says and what it hears, decoded, are one tape on one clock, and sound is what is above {LOUD_DBFS:.0f} dBFS in
windows of 10 ms. *Answer*: from the end of a question until the answer begins; a sound of less than
{LEAST_ANSWER_MS / 1000:.0f} s with more after it is a filler and no answer. *Missed*: no answer within
{ANSWER_MS / 1000:.0f} s, or somebody spoke while the question was asked; counted apart, never left out. *Barge-in*:
from the begin of what the caller says over the bot's speech, {CUT_IN_AFTER_MS / 1000:.1f} s into it, until the bot is
silent for at least 0.4 s. *Set-up*: from the tap on Connect to the first packet of the bot's voice, with mode
`fallback` and no delay. Both bots have the same ears (pocketsphinx with the script's language model), mind (the script)
and voice (flite slt, its leading silence trimmed); pipecat has them as a streaming speech-to-text service, a processor
in the place of a language model and a text-to-speech service, and is as it comes otherwise: SmallWebRTC on stock
aiortc, Silero VAD with 0.2 s, Smart Turn, sentences. Its page is the plain call of `call`. Not in any figure: a sound
card, and a network."""

NOT_INSTALLED = " Pipecat could not be installed in this run, so that nothing stands beside."

WINDOW = "estimate: the silence after which a turn is over (240 ms and more), noticing it, and Chromium's jitter buffer"
NOTICING = "estimate: telling a voice from noise (3 frames), one frame under way, Chromium's jitter buffer"
PATH = "estimate: the microphone, the match, relays, ICE and DTLS; see `call`"


class Call(NamedTuple):
    """One call: what its tape shows, how long it took to come to be, and what the tape's recorder missed, ms."""

    talk: Talk
    set_up_ms: float
    missed_ms: float


class Caller(Talker):
    """Somebody who asks, listens and interrupts."""

    def __init__(self, voice: Voice, url: str, **options: Any) -> None:
        super().__init__(voice, url, **options)
        self.context.add_init_script(WATCH)
        self.page.reload()
        self.kinds: list[Kind] = []

    def speaks(self, text: str, voice: str, kind: Kind) -> None:
        """Say something to its end."""
        self.kinds.append(kind)
        self.says(without_lead(spoken(text, voice), RATE_HZ), RATE_HZ)

    def hears_a_voice(self, after_ms: int) -> bool:
        """Wait until something is heard after a moment of the tape; False: nothing was, for as long as answers take."""
        try:
            self.polls(lambda: self.sounds("heard", after_ms=after_ms), bool, "voice", ANSWER_MS / 1000)
        except AssertionError:
            return False
        return True

    def listens_to_the_end(self, after_ms: int) -> None:
        """Wait for what the bot says after a moment of the tape, to its end."""
        if self.hears_a_voice(after_ms):
            self.hears_out(after_ms=after_ms)

    def call(self, questions: Sequence[str], prompts: Sequence[str]) -> Call:
        """Talk, once the call was begun.

        Args:
            questions: To be answered.
            prompts: To be answered at length, and interrupted.
        """
        marks = marks_of(self.page, "tap", "audio")
        self.listens()
        self.listens_to_the_end(0)
        for number, question in enumerate(questions):
            self.speaks(question, VOICES[number % 2], Kind.QUESTION)
            self.listens_to_the_end(self.now_ms())
        for number, prompt in enumerate(prompts):
            self.speaks(prompt, VOICES[number % 2], Kind.PROMPT)
            if self.hears_a_voice(self.now_ms()):
                self.page.wait_for_timeout(CUT_IN_AFTER_MS)
                self.speaks(CUT_IN, VOICES[number % 2], Kind.CUT_IN)
            self.listens_to_the_end(self.now_ms())
        talk = read(self.sounds("said"), self.sounds("heard"), self.kinds)
        return Call(talk, marks["audio"] - marks["tap"], max(0.0, self.missed_ms()))


def call(voice: Voice, url: str, place: int, *, ours: bool) -> Call:
    """Make one call, the `place`th one."""
    caller = Caller(voice, url)
    try:
        if ours:
            caller.arrives()
        else:
            caller.presses("Connect")
        return caller.call(ROUNDS[place], PROMPTS)
    finally:
        caller.context.close()


def relay(coturn: Coturn) -> IceServer:
    """Return a relay with credentials for the whole run."""
    provider = CoturnRelay("127.0.0.1", coturn.port, 0, Secret(coturn.secret), SystemClock())
    return asyncio.run(provider.mint(RELAY_S)).ice_servers[0]


@contextmanager
def our_bot(valkey: str, coturn: Coturn, folder: Path) -> Iterator[str]:
    """Run the service with a bot that takes every call at once; gives its URL."""
    with running(valkey, coturn, folder, bots=1) as service:
        command = [sys.executable, "-m", "server", "mode", "fallback", "0"]
        subprocess.run(command, cwd=ROOT, env=service.environ, check=True, capture_output=True)
        yield service.url


def run(rounds: int = len(ROUNDS), *, only: str = "") -> tuple[list[Call], list[Call]]:
    """Set everything up and make all calls; return ours and those with pipecat's bot.

    Args:
        rounds: How many calls with each.
        only: `ours` or `pipecat`, to try one out.
    """
    interpreter = environment.python() if only != "ours" else None
    ours: list[Call] = []
    theirs: list[Call] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sotto-")))
        places = [folder / name for name in ("ours", "pipecat")]
        for own in places:
            own.mkdir()
        coturn = stack.enter_context(running_coturn())
        bots: list[tuple[str, list[Call]]] = []
        if only != "pipecat":
            valkey = stack.enter_context(running_valkey())
            bots.append((stack.enter_context(our_bot(valkey, coturn, places[0])), ours))
        if interpreter:
            url, _ = stack.enter_context(environment.running(interpreter, relay(coturn), places[1]))
            bots.append((url, theirs))
        playwright = stack.enter_context(sync_playwright())
        voice = people.chromium(playwright, folder, 440)
        stack.callback(voice.browser.close)
        for place in range(rounds):
            for url, calls in bots:
                calls.append(call(voice, url, place, ours=calls is ours))
    return ours, theirs


def answers_of(calls: Sequence[Call]) -> list[float]:
    """Return how long the answers took that came, ms."""
    return [answer.wait_ms for one in calls for answer in one.talk.answers if answer.wait_ms is not None]


def silences_of(calls: Sequence[Call]) -> list[float]:
    """Return how long the bot spoke on after each interruption, ms."""
    return [silence for one in calls for silence in one.talk.silences_ms]


def rows_of(ours: Sequence[Call], theirs: Sequence[Call]) -> list[Row]:
    """Return the figures, each beside pipecat's where there are any."""

    def row(figure: str, values: Sequence[float], others: Sequence[float], percent: int, aim: Aim | None,
            why: str) -> Row:  # fmt: skip
        beside = Baseline(percentile(others, percent), "pipecat") if others else None
        return Row(figure, percentile(values, percent), "ms", beside, aim, why)

    def counted(figure: str, count: int, other: int, aim: Aim | None = None) -> Row:
        return Row(figure, count, "", Baseline(other, "pipecat") if theirs else None, aim)

    def missed(calls: Sequence[Call]) -> int:
        return sum(answer.wait_ms is None for one in calls for answer in one.talk.answers)

    def fillers(calls: Sequence[Call]) -> int:
        return sum(answer.filler for one in calls for answer in one.talk.answers)

    asked = sum(len(one.talk.answers) for one in ours)
    rows = []
    answers, silences = answers_of(ours), silences_of(ours)
    if answers:
        rows += [
            row(f"end of speech → answer, p{percent}", answers, answers_of(theirs), percent, Aim(aim), WINDOW)
            for percent, aim in ANSWER_AIMS.items()
        ]
        rows.append(row("end of speech → answer, worst", answers, answers_of(theirs), 100, None, WINDOW))
    rows += [
        counted(f"missed turns, of {asked}", missed(ours), missed(theirs), Aim(0)),
        counted("turns with a filler before the answer", fillers(ours), fillers(theirs)),
    ]
    if silences:
        beside = silences_of(theirs)
        rows += [
            row(f"barge-in → silence, p50 of {len(silences)}", silences, beside, 50, None, NOTICING),
            row("barge-in → silence, p95", silences, beside, 95, Aim(BARGE_IN_AIM_MS), NOTICING),
            row("barge-in → silence, worst", silences, beside, 100, None, NOTICING),
        ]
    set_up = median([one.set_up_ms for one in ours])
    beside_set_up = Baseline(median([one.set_up_ms for one in theirs]), "pipecat") if theirs else None
    missing = Baseline(sum(one.missed_ms for one in theirs), "pipecat") if theirs else None
    return [
        *rows,
        Row(f"tap → the bot's first packet, median of {len(ours)}", set_up, "ms", beside_set_up, None, PATH),
        Row(
            "missing in the tapes, in both directions at once",
            sum(one.missed_ms for one in ours),
            "ms",
            missing,
            None,
            "how busy Chromium is",
        ),
    ]


def measure() -> Section:
    """Measure the part."""
    ours, theirs = run()
    method = METHOD if theirs else METHOD + NOT_INSTALLED
    return Section("voice", "talking with the bot", method, rows_of(ours, theirs))
