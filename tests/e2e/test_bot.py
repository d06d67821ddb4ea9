"""The bot takes the call: real browsers, a real relay, words in a microphone, and what is heard recognised."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.conftest import Coturn
from tests.e2e.conversing import asks, heard, hears_one_of, is_taken, mode
from tests.e2e.people import POLICIES, SELECTED_PAIR, Person, Voice, present
from tests.e2e.stack import Stack, running
from tests.e2e.talking import Sound, Talker
from tests.voices import RATE_HZ as VOICE_HZ
from tests.voices import spoken

BROWSERS = ["desktop", "firefox"]
# The first sentence takes at most 2.5 s; a browser that catches up stretches it.
DISCLOSURE_MS = 2800
# Where the browser makes no difference to what is asked of the bot.
ONE_BROWSER = pytest.mark.parametrize("visitor", BROWSERS[:1], indirect=True)
OTHER_BROWSER = pytest.mark.parametrize("visitor", BROWSERS[1:], indirect=True)
EACH_BROWSER = pytest.mark.parametrize("visitor", BROWSERS, indirect=True)


@pytest.fixture(scope="module")
def service(
    valkey_socket: str, coturn: Coturn, tmp_path_factory: pytest.TempPathFactory, stack: Stack
) -> Iterator[Stack]:
    """A service with one bots' process, in which bots take every call at once."""
    del stack  # it has built the page
    with running(valkey_socket, coturn, tmp_path_factory.mktemp("bots"), bots=1) as one:
        mode(one, "fallback", "0")
        yield one


@pytest.fixture(scope="module")
def visitor(request: pytest.FixtureRequest, voices: Mapping[str, Voice], service: Stack) -> Iterator[Talker]:
    """Somebody in a call with the bot; one call for all that is said in it here."""
    with present(Talker(voices[request.param], service.url)) as one:
        is_taken(one)
        yield one


@pytest.fixture
def caller(visitor: Talker) -> Talker:
    """The same, while the bot is silent: it has said what it is, and whatever a test before it left to say."""
    visitor.hears_out(quiet_ms=1000)
    return visitor


def under_way(sounds: Sequence[Sound]) -> bool:
    """Say whether the latest of some sounds has lasted for longer than a filler does."""
    return bool(sounds) and sounds[-1].length_ms > 1500


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
    """And what is told is answered as well."""
    asks(caller, "What is your name?", "name", "place", "call")
    asks(caller, "I am fine.", "glad", "made", "nice", "tonight")


@EACH_BROWSER
def test_who_interrupts_is_let_speak(caller: Talker) -> None:
    """The bot is silent before they have finished, and answers what it was interrupted with."""
    asked = caller.says(spoken("Are you recording?"), VOICE_HZ)
    # Well into the answer: at its beginning the bot reckons with its own echo, and with a turn that was not over.
    caller.polls(partial(caller.sounds, "heard", after_ms=asked.ends_ms), under_way, "answer")
    before = caller.waited()
    cut_in = caller.says(spoken("Stop talking please."), VOICE_HZ)
    delay_ms = caller.playout_delay_ms(before)
    *_, answer = (
        sound
        for sound in caller.sounds("heard", after_ms=asked.ends_ms, pause_ms=200)
        if sound.begins_ms < cut_in.begins_ms
    )
    # How soon it is, is for the benchmark; here other tests take the processors as well.
    assert answer.ends_ms - delay_ms < cut_in.ends_ms
    assert "listening" in hears_one_of(caller, "listening", after_ms=cut_in.ends_ms).split()


@ONE_BROWSER
def test_who_is_muted_says_nothing(caller: Talker) -> None:
    """What is said into a muted microphone is silence, to which the bot has nothing to answer."""
    caller.presses("Mute")
    said = caller.says(spoken("What is your name?"), VOICE_HZ)
    # The bot may ask whether anybody is there.
    assert "name" not in hears_one_of(caller, "name", after_ms=said.ends_ms, silence_ms=3000).split()
    caller.presses("Unmute")
    asks(caller, "What is your name?", "name", "place", "call")


@ONE_BROWSER
def test_the_next_one_is_a_bot_as_well_and_says_so(caller: Talker) -> None:
    """Next leaves the bot as it leaves a person."""
    before_ms = caller.now_ms()
    caller.presses("Next")
    caller.polls(lambda: caller.page.locator(".timer").inner_text(), lambda text: "0:0" in text, "new call", 60)
    assert "person" in hears_one_of(caller, "person", after_ms=before_ms + 500)


@EACH_BROWSER
def test_a_person_is_announced_and_had(caller: Talker, voices: Mapping[str, Voice], service: Stack) -> None:
    """The bot says that somebody is there, and goes as soon as the caller takes the page's offer."""
    with present(Person(voices["firefox2"], service.url)) as person:
        person.presses("Accept")
        person.page.get_by_role("checkbox", name="Talk to a bot if nobody is free").uncheck()
        before_ms = caller.now_ms()
        person.presses("Connect")
        words = hears_one_of(caller, "free", "switch", "stay", after_ms=before_ms)
        assert any(word in words.split() for word in ("free", "switch", "stay")), words

        caller.presses("Switch to the person")

        person.sees("talking")
        caller.hears(person.voice.hz)
        caller.speaks_through_relays(person)


@OTHER_BROWSER
def test_whoever_stays_is_talked_to_on(caller: Talker, voices: Mapping[str, Voice], service: Stack) -> None:
    """The person waits, and the same bot in the same call answers what it is asked."""
    before_ms = caller.now_ms()
    caller.presses("Next")
    assert "person" in hears_one_of(caller, "person", after_ms=before_ms)
    with present(Person(voices["chromium"], service.url)) as person:
        person.presses("Accept")
        person.page.get_by_role("checkbox", name="Talk to a bot if nobody is free").uncheck()
        person.presses("Connect")
        offer = caller.page.get_by_role("group", name="A person is here. Switch?")
        expect(offer).to_be_visible(timeout=20_000)
        talked_s = caller.timer_s()

        caller.presses("Stay with the bot")

        expect(offer).to_have_count(0)
        caller.hears_out(quiet_ms=1000)  # what it had begun to say of the person
        asks(caller, "What is your name?", "name", "place", "call")
        assert person.state() == "waiting"
        assert caller.timer_s() > talked_s
        expect(caller.page.get_by_text("AI bot, not a person", exact=True)).to_be_visible()


def test_a_killed_bot_is_explained(
    valkey_socket: str, coturn: Coturn, tmp_path: Path, voices: Mapping[str, Voice], stack: Stack
) -> None:
    """Two processes share the callers; where one is killed its caller is back in the queue within 5 s, and told why."""
    del stack  # it has built the page
    with running(valkey_socket, coturn, tmp_path, {"SOTTO_BOT_CALLS": "1"}, bots=2) as service:
        mode(service, "bots")  # or the two might meet each other
        one, other = (Person(voices[name], service.url) for name in BROWSERS)
        with present(one, other):
            for person in (one, other):
                person.arrives()
            for person in (one, other):
                person.sees("talking", seconds=60)
            service.processes["bot1"].kill()
            both = (one, other)
            one.polls(lambda: sorted(each.state() for each in both), lambda now: now[1] == "waiting", "loss", 5)
            lost, kept = (one, other) if one.state() == "waiting" else (other, one)
            expect(lost.page.get_by_role("main")).to_contain_text("The bot was lost")
            talked_s = kept.timer_s()
            kept.polls(kept.timer_s, lambda now_s: now_s >= talked_s + 2, "time in the call")
