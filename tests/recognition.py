"""What is said on a tape, by the recogniser's general model: it knows nothing of what the bot may say."""

from array import array
from functools import cache
from itertools import islice

from pocketsphinx import Decoder

RATE_HZ = 16_000


@cache
def _decoder() -> Decoder:
    return Decoder(samprate=RATE_HZ, loglevel="FATAL")


def words_in(samples: "array[int]", rate_hz: int) -> str:
    """Return the words that are heard, in lower case.

    Args:
        samples: 16 bit mono.
        rate_hz: Their rate, a multiple of RATE_HZ.
    """
    step = rate_hz // RATE_HZ
    # The mean of each group of samples: a filter good enough for what speech has above 8 kHz.
    groups = zip(*(islice(samples, start, None, step) for start in range(step)), strict=False)
    pcm = array("h", (sum(group) // step for group in groups)).tobytes()
    decoder = _decoder()
    decoder.start_utt()
    decoder.process_raw(pcm, full_utt=True)
    decoder.end_utt()
    hypothesis = decoder.hyp()
    return hypothesis.hypstr if hypothesis else ""
