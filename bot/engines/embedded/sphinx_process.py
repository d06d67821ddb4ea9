"""The recogniser of one call, in a process of its own, which is run by its path.

pocketsphinx keeps the interpreter to itself while it decodes: in the bot's own process no packet would leave for some
hundred ms. Here it sees one caller's voice, no environment and no file but its model, and ends with its input. What it
learns of a voice ends with it: no other caller has the same process.

    in   kind (1 byte), number (4), length (4), payload        little-endian
    out  number (4), confidence (4, float), length (4), text in UTF-8; number 0 says that it is ready
"""

import resource
import struct
import sys
from enum import IntEnum
from io import FileIO
from typing import Any

REQUEST = struct.Struct("<BII")
ANSWER = struct.Struct("<IfI")
MAX_PAYLOAD_BYTES = 32_000  # one second
RATE_HZ = 16_000
# A turn that lasts longer begins anew, and what was said before is forgotten: the search grows with what it heard.
MAX_TURN_BYTES = 30 * RATE_HZ * 2
# Where a voice lies in the spectrum (cepstral mean), before this caller's first turns have told: the mean of some men
# and women, recorded and synthetic. From the library's own guess one first turn in twenty is misheard.
USUAL_VOICE = "50,2,5,20,0,2,3,-4,-3,-4,4,0,0"


class Kind(IntEnum):
    """What is asked of the recogniser."""

    AUDIO = 1  # the payload is 16 bit little-endian mono at RATE_HZ; there is no answer
    PARTIAL = 2
    FINISH = 3  # what comes then belongs to the next turn
    DROP = 4  # the same, and there is no answer


class Recogniser:
    """Understands one caller, turn by turn."""

    def __init__(self, language: str, dictionary: str) -> None:
        # Imported here: the bot's own process takes names from this file, and must not load a recogniser.
        import pocketsphinx

        pocketsphinx.set_loglevel("FATAL")
        # A second pass over what was said costs ten times as much as it gains.
        self._decoder: Any = pocketsphinx.Decoder(
            lm=language, dict=dictionary, cmninit=USUAL_VOICE, fwdflat=False, loglevel="FATAL", logfn="/dev/null"
        )
        self._heard_bytes = 0
        # The first turn takes longer; of digital silence nothing is learnt.
        self.hear(memoryview(bytes(MAX_PAYLOAD_BYTES)))
        self.finish()

    def hear(self, pcm: memoryview) -> None:
        """Take sound."""
        if self._heard_bytes + len(pcm) > MAX_TURN_BYTES:
            self.finish()
        if not self._heard_bytes:
            self._decoder.start_utt()
        self._heard_bytes += len(pcm)
        self._decoder.process_raw(pcm)

    def partial(self) -> tuple[str, float]:
        """Return what was said so far, and how sure that is: here always 1."""
        hypothesis = self._decoder.hyp() if self._heard_bytes else None
        return (hypothesis.hypstr if hypothesis else ""), 1.0

    def finish(self) -> tuple[str, float]:
        """Return what was said in this turn, and how sure that is, 0 to 1: the mean over its words."""
        if not self._heard_bytes:
            return "", 1.0
        self._heard_bytes = 0
        self._decoder.end_utt()
        hypothesis = self._decoder.hyp()
        if not hypothesis or not hypothesis.hypstr:
            return "", 1.0
        sure = [segment.prob for segment in self._decoder.seg() if segment.word[0] not in "<[+"]
        return hypothesis.hypstr, sum(sure) / len(sure) if sure else 0.0


class Requests:
    """What comes in, in one buffer that is written over again and again."""

    def __init__(self, source: FileIO) -> None:
        self._source = source
        self._buffer = memoryview(bytearray(MAX_PAYLOAD_BYTES))

    def next(self) -> tuple[int, int, memoryview]:
        """Return kind, number and payload of the next request; the payload is valid until the one after it.

        Raises:
            EOFError: The bot has gone.
        """
        kind, number, length = REQUEST.unpack(self._read(REQUEST.size))
        return kind, number, self._read(length)

    def overwrite(self) -> None:
        """Leave nothing of the last sound."""
        self._buffer[:] = bytes(len(self._buffer))

    def _read(self, size: int) -> memoryview:
        piece = self._buffer[:size]
        read = 0
        while read < size:
            count = self._source.readinto(piece[read:])
            if not count:
                raise EOFError
            read += count
        return piece


def main(language: str, dictionary: str) -> None:
    """Answer requests until the input ends."""
    # A crash leaves no file with somebody's voice in it.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with open(0, "rb", buffering=0) as source, open(1, "wb", buffering=0) as answers:

        def answer(number: int, text: str, confidence: float) -> None:
            encoded = text.encode()
            answers.write(ANSWER.pack(number, confidence, len(encoded)) + encoded)

        recogniser = Recogniser(language, dictionary)
        requests = Requests(source)
        answer(0, "", 1.0)
        while True:
            kind, number, payload = requests.next()
            match kind:
                case Kind.AUDIO:
                    recogniser.hear(payload)
                case Kind.PARTIAL:
                    answer(number, *recogniser.partial())
                case Kind.FINISH:
                    requests.overwrite()
                    answer(number, *recogniser.finish())
                case Kind.DROP:
                    requests.overwrite()
                    recogniser.finish()


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (EOFError, BrokenPipeError):
        sys.exit(0)
