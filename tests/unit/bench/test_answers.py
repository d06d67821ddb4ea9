"""What a tape says about answers and interruptions."""

from array import array

import pytest

from tests.bench.answers import ANSWER_MS, Answer, Kind, Talk, answer_to, read, silence_after, without_lead
from tests.e2e.talking import Sound

QUESTION = Sound(1000, 2000)


def test_an_answer_counts_from_the_end_of_the_question() -> None:
    """What was heard before the question was asked is none of its answer."""
    heard = [Sound(100, 900), Sound(2560, 5000), Sound(6000, 7000)]

    assert answer_to(QUESTION, heard, 9000) == Answer(560)


def test_a_filler_is_no_answer() -> None:
    """The wait is until the answer itself; a short answer with nothing after it is one."""
    heard = [Sound(2600, 2900), Sound(3400, 6000)]

    assert answer_to(QUESTION, heard, 9000) == Answer(1400, filler=True)
    assert answer_to(QUESTION, heard[:1], 9000) == Answer(600)


@pytest.mark.parametrize(
    "heard",
    [
        [],
        [Sound(2000 + ANSWER_MS + 10, 9000)],
        [Sound(9000, 12_000)],  # to what was said next
        [Sound(1800, 4000)],  # while the caller still spoke
        [Sound(500, 1200), Sound(2500, 4000)],  # a bot that had not let the caller begin
    ],
)
def test_a_turn_is_missed_without_an_answer_in_its_time(heard: list[Sound]) -> None:
    """Too early is as bad as too late."""
    assert answer_to(QUESTION, heard, 8000).wait_ms is None


def test_silence_counts_from_the_first_sound_of_whoever_cuts_in() -> None:
    """A bot that goes on to its end took so long; one that did not speak at that moment was not cut in on."""
    cut_in = Sound(3000, 4000)

    assert silence_after(cut_in, [Sound(1000, 3180), Sound(4600, 6000)]) == 180
    assert silence_after(cut_in, [Sound(1000, 2990), Sound(4600, 6000)]) is None


def test_a_tape_is_read_as_a_whole() -> None:
    """Each thing that was said for what it was said for: a prompt is no question, nor is a cut-in."""
    said = [Sound(1000, 2000), Sound(8000, 9000), Sound(11_000, 12_000)]
    heard = [Sound(2500, 5000), Sound(9500, 11_200), Sound(12_600, 13_900)]
    kinds = [Kind.QUESTION, Kind.PROMPT, Kind.CUT_IN]

    assert read(said, heard, kinds) == Talk([Answer(500)], [200])
    with pytest.raises(ValueError, match="3 things were said, not 2"):
        read(said, heard, kinds[:2])


def test_speech_begins_where_it_is_heard() -> None:
    """What hisses before is left out but for 20 ms; silence alone stays as it is."""
    hiss, loud = array("h", [30, -30] * 800), array("h", [4000, -4000] * 800)  # 100 ms each at 16 kHz

    assert without_lead((hiss + loud).tobytes(), 16_000) == (hiss[-320:] + loud).tobytes()
    assert without_lead(loud.tobytes(), 16_000) == loud.tobytes()
    assert without_lead(hiss.tobytes(), 16_000) == hiss.tobytes()
