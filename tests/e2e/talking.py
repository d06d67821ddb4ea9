"""Somebody who speaks: words in the microphone at any moment, and a tape of what was said and heard, on one clock."""

import base64
import math
from array import array
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.e2e.people import Person, Voice

RATE_HZ = 48_000
WINDOW_MS = 10
WINDOW = RATE_HZ * WINDOW_MS // 1000
# Louder than this for so long is sound, and softer for so long is silence between two things that are said.
LOUD_DBFS = -40.0
LEAST_MS = 50
PAUSE_MS = 400

# The microphone is one that plays what the test says. The tape takes both directions in one callback, so that one
# sample of it is one moment; a callback that comes late leaves a gap, which is counted.
SPEAK = """
(() => {
  let studio = null;
  const open = async () => {
    studio ??= (() => {
      const context = new AudioContext({ sampleRate: 48000, latencyHint: 'interactive' });
      const mouth = new GainNode(context), microphone = context.createMediaStreamDestination();
      const tape = new ChannelMergerNode(context, { numberOfInputs: 2 });
      const recorder = context.createScriptProcessor(2048, 2, 1);
      mouth.connect(microphone);
      mouth.connect(tape, 0, 0);
      tape.connect(recorder).connect(context.destination);
      return { context, mouth, microphone, tape, recorder, ear: null, stream: null, blocks: [], next: 0, gaps: 0 };
    })();
    await studio.context.resume();
    return studio;
  };
  const integers = (floats) => Int16Array.from(floats, (value) => Math.max(-1, Math.min(1, value)) * 32767);
  window.talker = {
    async says(text, rate) {
      const { context, mouth } = await open();
      const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
      const samples = Float32Array.from(new Int16Array(bytes.buffer), (value) => value / 32768);
      const buffer = context.createBuffer(1, samples.length, rate);
      buffer.copyToChannel(samples, 0);
      const source = new AudioBufferSourceNode(context, { buffer });
      source.connect(mouth);
      const done = new Promise((ended) => { source.onended = () => ended(); });
      source.start();
      await done;
    },
    async listens() {
      const here = await open();
      const stream = document.querySelector('audio')?.srcObject;
      if (!stream || !stream.getAudioTracks().length) return false;
      if (here.stream !== stream) {
        here.ear?.disconnect();
        here.ear = here.context.createMediaStreamSource(stream);
        here.ear.connect(here.tape, 0, 1);
        here.stream = stream;
      }
      here.recorder.onaudioprocess ??= ({ inputBuffer, playbackTime }) => {
        if (here.next && Math.abs(playbackTime - here.next) > 0.03) here.gaps++;
        here.next = playbackTime + inputBuffer.duration;
        here.blocks.push([0, 1].map((channel) => integers(inputBuffer.getChannelData(channel))));
      };
      return true;
    },
    tape() {
      const { blocks, gaps } = studio;
      const text = (channel) => {
        let joined = '';
        for (const block of blocks) {
          joined += String.fromCharCode(...new Uint8Array(block[channel].buffer));
        }
        return btoa(joined);
      };
      return { said: text(0), heard: text(1), gaps };
    },
  };
  navigator.mediaDevices.getUserMedia = async () => {
    const { microphone } = await open();
    return new MediaStream(microphone.stream.getAudioTracks().map((track) => track.clone()));
  };
})();
"""


class Sound(NamedTuple):
    """Where something is said, in ms from the tape's beginning."""

    begins_ms: int
    ends_ms: int


class Tape(NamedTuple):
    """What a caller said and heard, one sample each at RATE_HZ for one moment; how often the recorder came late."""

    said: "array[int]"
    heard: "array[int]"
    gaps: int

    @property
    def length_ms(self) -> int:
        """How long it is."""
        return len(self.heard) * 1000 // RATE_HZ


class Talker(Person):
    """A person whose microphone says what the test wants."""

    def __init__(self, voice: Voice, url: str, **options: Any) -> None:
        super().__init__(voice, url, **options)
        self.context.add_init_script(SPEAK)
        self.page.reload()

    def listens(self, seconds: float = 20) -> None:
        """Begin the tape as soon as there is anybody to listen to; what is already on it stays."""
        self.polls(lambda: self.page.evaluate("() => window.talker.listens()"), bool, "partner's sound", seconds)

    def says(self, pcm: bytes, rate_hz: int) -> None:
        """Say something, 16 bit mono, to its end."""
        self.page.evaluate("([text, rate]) => window.talker.says(text, rate)", [_text(pcm), rate_hz])

    def begins_to_say(self, pcm: bytes, rate_hz: int) -> None:
        """Say something, 16 bit mono, without waiting for its end."""
        self.page.evaluate("([text, rate]) => { void window.talker.says(text, rate); }", [_text(pcm), rate_hz])

    def tape(self) -> Tape:
        """Return what was said and heard since `listens`."""
        tape = self.page.evaluate("() => window.talker.tape()")
        return Tape(_samples(tape["said"]), _samples(tape["heard"]), tape["gaps"])

    def hears_out(self, *, quiet_ms: int = 1200, seconds: float = 30, after_ms: int = 0) -> list[Sound]:
        """Wait until something was heard after a moment of the tape, and then nothing for `quiet_ms`; return it."""

        def finished(tape: Tape) -> bool:
            sounds = [sound for sound in sounds_in(tape.heard) if sound.ends_ms > after_ms]
            return bool(sounds) and tape.length_ms - sounds[-1].ends_ms >= quiet_ms

        tape = self.polls(self.tape, finished, "end of what is heard", seconds)
        return [sound for sound in sounds_in(tape.heard) if sound.ends_ms > after_ms]


def _text(pcm: bytes) -> str:
    return base64.b64encode(pcm).decode()


def _samples(text: str) -> "array[int]":
    samples = array("h")
    samples.frombytes(base64.b64decode(text))
    return samples


def levels(samples: "array[int]") -> Iterator[float]:
    """Yield the level of each window of WINDOW_MS, dB of full scale."""
    for start in range(0, len(samples) - WINDOW + 1, WINDOW):
        power = sum(value * value for value in samples[start : start + WINDOW]) / WINDOW
        yield 10 * math.log10(max(power, 1e-3)) - 20 * math.log10(32768)


def sounds_in(samples: "array[int]", pause_ms: int = PAUSE_MS) -> list[Sound]:
    """Return what is said: what is less than `pause_ms` apart together; without what is shorter than LEAST_MS."""
    sounds: list[Sound] = []
    began: int | None = None
    for number, level in enumerate([*levels(samples), -math.inf]):
        now_ms = number * WINDOW_MS
        if level > LOUD_DBFS:
            began = now_ms if began is None else began
        elif began is not None:
            if now_ms - began >= LEAST_MS:
                if sounds and began - sounds[-1].ends_ms < pause_ms:
                    sounds[-1] = Sound(sounds[-1].begins_ms, now_ms)
                else:
                    sounds.append(Sound(began, now_ms))
            began = None
    return sounds
