"""The bot takes the call: real browsers, a real relay, words in a microphone, and what is heard recognised."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.conftest import Coturn
from tests.e2e.people import POLICIES, SELECTED_PAIR, Person, Voice, present
from tests.e2e.stack import ROOT, Stack, running
from tests.e2e.talking import RATE_HZ, Sound, Talker
from tests.recognition import words_in
from tests.voices import RATE_HZ as VOICE_HZ
from tests.voices import spoken

BROWSERS = ["chromium", "firefox"]
# Where the browser makes no difference to what is asked of the bot.
ONE_BROWSER = pytest.mark.parametrize("visitor", BROWSERS[:1], indirect=True)
EACH_BROWSER = pytest.mark.parametrize("visitor", BROWSERS, indirect=True)
# The disclosure may last so long; with what the browser adds at both ends.
DISCLOSURE_MS = 2500 + 300


@pytest.fixture(scope="module")
def service(
    valkey_socket: str, coturn: Coturn, tmp_path_factory: pytest.TempPathFactory, stack: Stack
) -> Iterator[Stack]:
    """A service with one bots' process, in which bots take every call at once."""
    del stack  # it has built the page
    with running(valkey_socket, coturn, tmp_path_factory.mktemp("bots"), bots=1) as one:
        mode(one, "fallback", "0")
        yield one


def mode(service: Stack, *words: str) -> None:
    """Choose who is matched with whom, as an operator does."""
    command = [sys.executable, "-m", "server", "mode", *words]
    subprocess.run(command, cwd=ROOT, env=service.environ, check=True, capture_output=True)


@pytest.fixture(scope="module")
def visitor(request: pytest.FixtureRequest, voices: Mapping[str, Voice], service: Stack) -> Iterator[Talker]:
    """Somebody in a call with the bot; one call for all that is said in it here."""
    with present(Talker(voices[request.param], service.url)) as one:
        one.arrives()
        one.sees("talking")
        one.listens()
        yield one


@pytest.fixture
def caller(visitor: Talker) -> Talker:
    """The same, while the bot is silent: it has said what it is, and whatever a test before it left to say."""
    visitor.hears_out(quiet_ms=1000)
    return visitor


def heard(person: Talker, sound: Sound) -> str:
    """Return the words in what somebody heard."""
    return words_in(person.samples("heard", sound), RATE_HZ)


def asks(person: Talker, question: str, voice: str = "rms") -> str:
    """Say something and return the words of the answer."""
    said = person.says(spoken(question, voice), VOICE_HZ)
    sounds = person.hears_out(after_ms=said.ends_ms)
    return " ".join(heard(person, sound) for sound in sounds)


def under_way(sounds: Sequence[Sound]) -> bool:
    """Say whether the latest of some sounds has lasted for a while."""
    return bool(sounds) and sounds[-1].length_ms > 1000


@EACH_BROWSER
def test_it_says_that_it_is_a_bot(caller: Talker) -> None:
    """On the page as long as the call lasts, and aloud before anything else; through relays only."""
    expect(caller.page.get_by_text("AI bot, not a person", exact=True)).to_be_visible()
    first = caller.sounds("heard")[0]
    assert "person" in heard(caller, first)
    assert first.length_ms <= DISCLOSURE_MS
    assert set(caller.page.evaluate(POLICIES)) == {"relay"}
    local, remote, _ = caller.polls(lambda: caller.page.evaluate(SELECTED_PAIR), bool, "selected pair")
    assert local == "relay"
    assert remote in ("relay", "prflx")


@EACH_BROWSER
def test_a_spoken_question_gets_a_fitting_answer(caller: Talker) -> None:
    """And the next one as well."""
    assert "name" in asks(caller, "What is your name?")
    assert "glad" in asks(caller, "I am fine.")


@EACH_BROWSER
def test_who_interrupts_is_let_speak(caller: Talker) -> None:
    """The bot falls silent within a moment, and answers what it was interrupted with."""
    asked = caller.says(spoken("Tell me a joke."), VOICE_HZ)
    # Well into the answer: at its beginning the bot reckons with its own echo, and with a turn that was not over.
    caller.polls(lambda: caller.sounds("heard", after_ms=asked.ends_ms), under_way, "answer")
    cut_in = caller.says(spoken("Stop talking please."), VOICE_HZ)
    answer = caller.sounds("heard", after_ms=asked.ends_ms, pause_ms=200)[0]
    assert answer.begins_ms < cut_in.begins_ms
    # How soon it is, is for the benchmark; here other tests take the processors as well.
    assert answer.ends_ms < cut_in.ends_ms
    words = " ".join(heard(caller, sound) for sound in caller.hears_out(after_ms=cut_in.ends_ms))
    assert "listening" in words


@ONE_BROWSER
def test_who_is_muted_says_nothing(caller: Talker) -> None:
    """What is said into a muted microphone is silence, to which the bot has nothing to answer."""
    caller.presses("Mute")
    said = caller.says(spoken("What is your name?"), VOICE_HZ)
    caller.polls(caller.now_ms, lambda now_ms: now_ms > said.ends_ms + 2500, "time")
    sounds = caller.sounds("heard", after_ms=said.begins_ms)
    assert not [sound for sound in sounds if said.begins_ms < sound.begins_ms < said.ends_ms + 2500]
    caller.presses("Unmute")
    assert "name" in asks(caller, "What is your name?")


@ONE_BROWSER
def test_the_next_one_is_a_bot_as_well_and_says_so(caller: Talker) -> None:
    """Next leaves the bot as it leaves a person."""
    before_ms = caller.now_ms()
    caller.presses("Next")
    caller.polls(lambda: caller.page.locator(".timer").inner_text(), lambda text: "0:0" in text, "new call")
    caller.listens()
    assert "person" in heard(caller, caller.hears_out(after_ms=before_ms + 500)[0])


@EACH_BROWSER
def test_a_person_is_announced_and_had(caller: Talker, voices: Mapping[str, Voice], service: Stack) -> None:
    """The bot says that somebody is there, and goes as soon as the caller takes the page's offer."""
    with present(Person(voices["firefox2"], service.url)) as person:
        before_ms = caller.now_ms()
        person.presses("Accept")
        person.page.get_by_role("checkbox", name="Talk to a bot if nobody is free").uncheck()
        person.presses("Connect")
        words = " ".join(heard(caller, sound) for sound in caller.hears_out(after_ms=before_ms))
        assert "person" in words or "free" in words

        caller.presses("Switch to the person")

        person.sees("talking")
        caller.hears(person.voice.hz)
        caller.speaks_through_relays(person)


def test_a_killed_bot_is_explained(
    valkey_socket: str, coturn: Coturn, tmp_path: Path, voices: Mapping[str, Voice], stack: Stack
) -> None:
    """Two processes share the callers; where one is killed its caller is back in the queue within 5 s, and told why."""
    del stack  # it has built the page
    with running(valkey_socket, coturn, tmp_path, {"SOTTO_BOT_CALLS": "1"}, bots=2) as service:
        mode(service, "fallback", "0")
        one, other = (Talker(voices[name], service.url) for name in BROWSERS)
        with present(one, other):
            for person in (one, other):
                person.arrives()
            for person in (one, other):
                person.sees("talking")
            service.processes["bot1"].kill()
            one.polls(lambda: sorted(each.state() for each in (one, other)), lambda now: now[1] == "waiting", "loss", 5)
            lost, kept = (one, other) if one.state() == "waiting" else (other, one)
            expect(lost.page.get_by_role("main")).to_contain_text("bot")
            kept.stays("talking", 2)
