"""Somebody who speaks: words in the microphone at any moment, and a tape of what was said and heard, on one clock."""

import base64
from array import array
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from tests.e2e.people import Person, Voice

RATE_HZ = 48_000
WINDOW_MS = 10
# Louder than this for so long is sound, and softer for so long is silence between two things that are said.
LOUD_DBFS = -40.0
LEAST_MS = 50
PAUSE_MS = 400

Track = Literal["said", "heard"]

# The microphone is one that plays what the test says. The tape takes both directions in one callback, so that one
# sample of it is one moment. It stays in the page: the test is told how loud each 10 ms were, and asks for more.
SPEAK = """
(() => {
  const WINDOW = 480;
  let studio = null;
  const reel = () => ({ blocks: [], levels: [], sum: 0 });
  const open = async () => {
    studio ??= (() => {
      const context = new AudioContext({ sampleRate: 48000, latencyHint: 'interactive' });
      const mouth = new GainNode(context), microphone = context.createMediaStreamDestination();
      const inputs = new ChannelMergerNode(context, { numberOfInputs: 2 });
      const recorder = context.createScriptProcessor(2048, 2, 1);
      // A microphone is never without a signal; Chromium sends no packets of a node that has nothing to process.
      const air = new ConstantSourceNode(context, { offset: 0 });
      air.connect(mouth);
      air.start();
      mouth.connect(microphone);
      mouth.connect(inputs, 0, 0);
      inputs.connect(recorder).connect(context.destination);
      return { context, mouth, microphone, inputs, recorder, ear: null, stream: null, since: 0, samples: 0,
               said: reel(), heard: reel() };
    })();
    await studio.context.resume();
    return studio;
  };
  const take = (track, floats, first) => {
    const block = new Int16Array(floats.length);
    for (let n = 0; n < floats.length; n++) {
      const value = Math.max(-1, Math.min(1, floats[n]));
      block[n] = value * 32767;
      track.sum += value * value;
      if ((first + n + 1) % WINDOW === 0) {
        track.levels.push(Math.round(100 * Math.log10(track.sum / WINDOW + 1e-10)) / 10);
        track.sum = 0;
      }
    }
    track.blocks.push(block);
  };
  const text = (bytes) => {
    let joined = '';
    for (let n = 0; n < bytes.length; n += 8192) joined += String.fromCharCode(...bytes.subarray(n, n + 8192));
    return btoa(joined);
  };
  window.talker = {
    async says(words, rate) {
      const { context, mouth } = await open();
      const bytes = Uint8Array.from(atob(words), (character) => character.charCodeAt(0));
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
      const stream = document.querySelector('audio')?.srcObject;
      if (!stream || !stream.getAudioTracks().length) return false;
      const here = await open();
      if (here.stream !== stream) {
        here.ear?.disconnect();
        here.ear = here.context.createMediaStreamSource(stream);
        here.ear.connect(here.inputs, 0, 1);
        here.stream = stream;
      }
      here.recorder.onaudioprocess ??= ({ inputBuffer }) => {
        here.since ||= here.context.currentTime;
        for (const [channel, track] of [here.said, here.heard].entries()) {
          take(track, inputBuffer.getChannelData(channel), here.samples);
        }
        here.samples += inputBuffer.length;
      };
      return true;
    },
    follow() { setInterval(() => void window.talker.listens(), 20); },
    levels: (from) => studio ? [studio.said.levels.slice(from), studio.heard.levels.slice(from)] : [[], []],
    erase() {
      for (const { blocks } of [studio.said, studio.heard]) blocks.fill(new Int16Array(blocks[0]?.length ?? 0));
    },
    missed: () => studio.context.currentTime - studio.since - studio.samples / 48000,
    tape(name, from, to) {
      const { blocks } = studio[name], length = blocks[0]?.length ?? 1;
      const first = Math.max(0, Math.floor(from / length));
      const some = blocks.slice(first, Math.ceil(to / length));
      const samples = new Int16Array(some.length * length);
      some.forEach((block, n) => samples.set(block, n * length));
      return text(new Uint8Array(samples.slice(from - first * length, to - first * length).buffer));
    },
  };
  navigator.mediaDevices.getUserMedia = async () => {
    const { microphone } = await open();
    return new MediaStream(microphone.stream.getAudioTracks().map((track) => track.clone()));
  };
})();
"""

WAITED = """
async () => {
  const [last] = window.connections.map(([connection]) => connection).filter((c) => c.connectionState === 'connected');
  for (const stats of (await last.getStats()).values()) {
    if (stats.type === 'inbound-rtp') return [stats.jitterBufferDelay, stats.jitterBufferEmittedCount];
  }
}
"""


class Sound(NamedTuple):
    """Where something is said, in ms from the tape's beginning."""

    begins_ms: int
    ends_ms: int

    @property
    def length_ms(self) -> int:
        """How long it is."""
        return self.ends_ms - self.begins_ms


class Talker(Person):
    """A person whose microphone says what the test wants, and who tapes what is said and heard."""

    def __init__(self, voice: Voice, url: str, **options: Any) -> None:
        super().__init__(voice, url, **options)
        self.context.add_init_script(SPEAK)
        self.page.reload()
        self._levels: dict[Track, list[float]] = {"said": [], "heard": []}

    def listens(self, seconds: float = 20) -> None:
        """Begin the tape as soon as there is anybody to listen to; what is already on it stays."""
        self.polls(lambda: self.page.evaluate("() => window.talker.listens()"), bool, "partner's sound", seconds)

    def listens_from_now_on(self) -> None:
        """Have the page tape whoever there is to listen to, from the first moment on, one after the other."""
        self.page.evaluate("() => window.talker.follow()")

    def says(self, pcm: bytes, rate_hz: int) -> Sound:
        """Say something, 16 bit mono, to its end; return where on the tape it is."""
        before_ms = self.now_ms()
        self.page.evaluate("([text, rate]) => window.talker.says(text, rate)", [_text(pcm), rate_hz])

        def taped(sounds: Sequence[Sound]) -> bool:
            return bool(sounds) and self.now_ms() - sounds[-1].ends_ms >= LEAST_MS + WINDOW_MS

        # The tape's last block is under way when the words are over.
        return self.polls(lambda: self.sounds("said", after_ms=before_ms), taped, "words on the tape")[-1]

    def begins_to_say(self, pcm: bytes, rate_hz: int) -> None:
        """Say something, 16 bit mono, without waiting for its end."""
        self.page.evaluate("([text, rate]) => { void window.talker.says(text, rate); }", [_text(pcm), rate_hz])

    def erases(self) -> None:
        """Leave nothing on the tape so far but how loud it was: a minute of it is 11 MB."""
        self.page.evaluate("() => window.talker.erase()")

    def now_ms(self) -> int:
        """Return how long the tape is."""
        said, heard = self.page.evaluate("from => window.talker.levels(from)", len(self._levels["heard"]))
        self._levels["said"] += said
        self._levels["heard"] += heard
        return len(self._levels["heard"]) * WINDOW_MS

    def missed_ms(self) -> float:
        """Return how much the recorder, which had to wait for a processor, has missed so far."""
        return float(self.page.evaluate("() => window.talker.missed()")) * 1000

    def waited(self) -> tuple[float, int]:
        """Return how long in all what was played had waited for it, s, and how many samples that was (webrtc-stats)."""
        delay_s, samples = self.page.evaluate(WAITED)
        return delay_s, samples

    def playout_delay_ms(self, since: tuple[float, int]) -> float:
        """Return how long sound waited in the browser to be played, since `waited` told so much; the mean, ms.

        It is the browser's own, and on a machine without a sound card it is not small: Firefox's clock is slow there by
        some percent, and what comes faster than it is played piles up to a second.
        """
        delay_s, samples = self.waited()
        return (delay_s - since[0]) / (samples - since[1]) * 1000

    def sounds(self, track: Track, *, after_ms: int = 0, pause_ms: int = PAUSE_MS) -> list[Sound]:
        """Return what is on the tape and lasts beyond a moment."""
        self.now_ms()
        return [sound for sound in sounds_in(self._levels[track], pause_ms) if sound.ends_ms > after_ms]

    def samples(self, track: Track, sound: Sound, margin_ms: int = 150) -> "array[int]":
        """Return what is on the tape there and a little around it, 16 bit at RATE_HZ."""
        scale = RATE_HZ // 1000
        bounds = [max(0, sound.begins_ms - margin_ms) * scale, (sound.ends_ms + margin_ms) * scale]
        samples = array("h")
        samples.frombytes(base64.b64decode(self.page.evaluate("all => window.talker.tape(...all)", [track, *bounds])))
        return samples

    def hears_out(self, *, quiet_ms: int = 1200, seconds: float = 30, after_ms: int = 0) -> list[Sound]:
        """Wait until something was heard after a moment of the tape, and then nothing for `quiet_ms`; return it."""

        def finished(sounds: Sequence[Sound]) -> bool:
            return bool(sounds) and self.now_ms() - sounds[-1].ends_ms >= quiet_ms

        return self.polls(lambda: self.sounds("heard", after_ms=after_ms), finished, "end of what is heard", seconds)


def _text(pcm: bytes) -> str:
    return base64.b64encode(pcm).decode()


def sounds_in(levels: Sequence[float], pause_ms: int = PAUSE_MS) -> list[Sound]:
    """Return what is said: what is less than `pause_ms` apart together; without what is shorter than LEAST_MS.

    Args:
        levels: Of each WINDOW_MS, dB of full scale.
        pause_ms: As long a silence parts two things that are said.
    """
    sounds: list[Sound] = []
    began: int | None = None
    for number, level in enumerate([*levels, -100.0]):
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
