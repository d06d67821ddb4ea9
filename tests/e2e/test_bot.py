"""The bot takes the call: real browsers, a real relay, words in a microphone, and what is heard recognised."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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


@contextmanager
def talking(voice: Voice, service: Stack) -> Iterator[Talker]:
    """Somebody who is in a call and has heard the bot say what it is."""
    with present(Talker(voice, service.url)) as one:
        one.arrives()
        one.sees("talking")
        one.listens()
        one.hears_out()
        yield one


def heard(person: Talker, sound: Sound) -> str:
    """Return the words in what somebody heard."""
    return words_in(person.samples("heard", sound), RATE_HZ)


def asks(person: Talker, question: str, voice: str = "rms") -> str:
    """Say something and return the words of the answer."""
    said = person.says(spoken(question, voice), VOICE_HZ)
    sounds = person.hears_out(after_ms=said.ends_ms)
    return " ".join(heard(person, sound) for sound in sounds)


@pytest.mark.parametrize("name", BROWSERS)
def test_it_says_that_it_is_a_bot(voices: Mapping[str, Voice], service: Stack, name: str) -> None:
    """On the page from the first moment to the last, and aloud before anything else; through relays only."""
    with present(Talker(voices[name], service.url)) as one:
        one.arrives()
        one.sees("talking")
        one.listens()
        expect(one.page.get_by_text("AI", exact=False).first).to_be_visible()
        first = one.hears_out()[0]
        assert "not a person" in heard(one, first)
        assert first.length_ms <= DISCLOSURE_MS
        assert set(one.page.evaluate(POLICIES)) == {"relay"}
        local, remote, _ = one.polls(lambda: one.page.evaluate(SELECTED_PAIR), bool, "selected pair")
        assert local == "relay"
        assert remote in ("relay", "prflx")


@pytest.mark.parametrize("name", BROWSERS)
def test_a_spoken_question_gets_a_fitting_answer(voices: Mapping[str, Voice], service: Stack, name: str) -> None:
    """In two turns, so that the first answer is not the end of it."""
    with talking(voices[name], service) as one:
        assert "name" in asks(one, "What is your name?")
        answer = asks(one, "Tell me a joke.")
        assert "computer" in answer or "script" in answer or "lost" in answer


@pytest.mark.parametrize("name", BROWSERS)
def test_who_interrupts_is_let_speak(voices: Mapping[str, Voice], service: Stack, name: str) -> None:
    """The bot falls silent within a moment, and answers what it was interrupted with."""
    with talking(voices[name], service) as one:
        asked = one.says(spoken("Tell me a joke."), VOICE_HZ)
        one.polls(lambda: one.sounds("heard", after_ms=asked.ends_ms + 1000), bool, "answer")
        cut_in = one.says(spoken("Stop talking please."), VOICE_HZ)
        answer = one.sounds("heard", after_ms=asked.ends_ms, pause_ms=200)[0]
        assert answer.begins_ms < cut_in.begins_ms
        assert answer.ends_ms - cut_in.begins_ms < 1000
        words = " ".join(heard(one, sound) for sound in one.hears_out(after_ms=cut_in.ends_ms))
        assert "listening" in words


def test_who_is_muted_says_nothing(voices: Mapping[str, Voice], service: Stack) -> None:
    """What is said into a muted microphone is silence, to which the bot has nothing to answer."""
    with talking(voices["chromium"], service) as one:
        one.presses("Mute")
        said = one.says(spoken("What is your name?"), VOICE_HZ)
        one.polls(one.now_ms, lambda now_ms: now_ms > said.ends_ms + 2500, "time")
        assert not [sound for sound in one.sounds("heard") if said.begins_ms < sound.begins_ms < said.ends_ms + 2500]


def test_next_leaves_the_bot(voices: Mapping[str, Voice], service: Stack) -> None:
    """As it leaves a person; whoever comes then is the next one, and says so."""
    with talking(voices["chromium"], service) as one:
        one.presses("Next")
        one.sees("talking")
        before_ms = one.now_ms()
        one.listens()
        assert "not a person" in heard(one, one.hears_out(after_ms=before_ms)[0])


@pytest.mark.parametrize("name", BROWSERS)
def test_a_person_is_announced_and_had(voices: Mapping[str, Voice], service: Stack, name: str) -> None:
    """The bot says that somebody is there, and goes as soon as the caller takes the page's offer."""
    with talking(voices[name], service) as one, present(Person(voices["firefox2"], service.url)) as person:
        before_ms = one.now_ms()
        person.presses("Accept")
        person.page.get_by_role("checkbox", name="Talk to a bot if nobody is free").uncheck()
        person.presses("Connect")
        words = " ".join(heard(one, sound) for sound in one.hears_out(after_ms=before_ms))
        assert "person" in words or "free" in words

        one.presses("Switch to the person")

        person.sees("talking")
        one.hears(person.voice.hz)
        one.speaks_through_relays(person)


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
