"""A page's microphone, its wake lock and its visibility, in a test's hand."""

from typing import Any

from tests.e2e.people import Person

# Real captures, each led through a gain, so that what the system mutes is silent for the partner too. Every track that
# the page was given or cloned is kept: the system does to all of them what it does to the device.
HOLD_MICROPHONE = """
(() => {
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices), list = devices.enumerateDevices.bind(devices);
  const tracks = [], volumes = [];
  let muted = false, hidden = [];
  window.microphone = {
    refusal: null, opened: [],
    end() {
      for (const track of tracks.splice(0)) if (track.readyState === 'live') {
        track.stop();
        track.dispatchEvent(new Event('ended'));
      }
    },
    mute(now, volume) {
      muted = now;
      for (const each of volumes) each.gain.value = volume;
      const live = tracks.filter(({ readyState }) => readyState === 'live');
      for (const track of live) track.dispatchEvent(new Event(now ? 'mute' : 'unmute'));
    },
    // Unplugged, for the list and for whoever asks for it.
    hide(...ids) { hidden = ids; devices.dispatchEvent(new Event('devicechange')); },
    live: () => tracks.filter((track) => track.readyState === 'live').length,
  };
  const keep = (track, settings) => {
    const clone = track.clone.bind(track);
    Object.defineProperty(track, 'muted', { get: () => muted });
    track.getSettings = () => settings;
    track.clone = () => keep(clone(), settings);
    tracks.push(track);
    return track;
  };
  devices.enumerateDevices = async () => (await list()).filter(({ deviceId }) => !hidden.includes(deviceId));
  devices.getUserMedia = async ({ audio }) => {
    const { refusal } = window.microphone;
    if (refusal) throw new DOMException('', refusal);
    if (hidden.includes(audio.deviceId?.exact)) throw new DOMException('', 'OverconstrainedError');
    const real = await open({ audio });
    const context = new AudioContext(), volume = new GainNode(context), out = context.createMediaStreamDestination();
    void context.resume();
    context.createMediaStreamSource(real).connect(volume).connect(out);
    // A new capture is not the one that was muted.
    volumes.push(volume);
    muted = false;
    const settings = real.getAudioTracks()[0].getSettings();
    window.microphone.opened.push(settings.deviceId);
    return new MediaStream([keep(out.stream.getAudioTracks()[0], settings)]);
  };
})();
"""

# No headless browser hides a page or lets go of its wake lock; this is what one does that goes to the background.
HOLD_SIGHT = """
(() => {
  let hidden = false;
  const locks = [];
  Object.defineProperty(document, 'visibilityState', { get: () => (hidden ? 'hidden' : 'visible') });
  const { wakeLock } = navigator, request = wakeLock.request.bind(wakeLock);
  wakeLock.request = async (type) => {
    const lock = await request(type);
    locks.push(lock);
    return lock;
  };
  window.sight = {
    held: () => locks.filter(({ released }) => !released).length,
    async hide() {
      hidden = true;
      await Promise.all(locks.map((lock) => lock.release()));
      document.dispatchEvent(new Event('visibilitychange'));
    },
    show() {
      hidden = false;
      document.dispatchEvent(new Event('visibilitychange'));
    },
  };
})();
"""

# What renegotiates a connection. An ICE restart, which a starved machine may cause at any time, is not counted.
COUNT_NEGOTIATIONS = """
(() => {
  window.negotiations = 0;
  const own = RTCPeerConnection.prototype, restarting = new WeakSet();
  const { createOffer } = own;
  own.createOffer = function (options, ...more) {
    if (options?.iceRestart) restarting.add(this);
    return createOffer.call(this, options, ...more);
  };
  for (const name of ['setLocalDescription', 'setRemoteDescription']) {
    const real = own[name];
    own[name] = function (...all) {
      if (!restarting.has(this)) window.negotiations++;
      if (name === 'setRemoteDescription') restarting.delete(this);
      return real.apply(this, all);
    };
  }
})();
"""


class Microphone:
    """What the system does to a page's microphone.

    Args:
        person: Whose it is; the page is opened anew.
    """

    def __init__(self, person: Person) -> None:
        self._page = person.page
        for script in (HOLD_MICROPHONE, HOLD_SIGHT, COUNT_NEGOTIATIONS):
            person.context.add_init_script(script)
        person.page.reload()

    def ends(self) -> None:
        """Unplug it."""
        self._page.evaluate("() => window.microphone.end()")

    def is_refused(self, name: str | None) -> None:
        """Let no page open it, with this DOMException; None gives it free."""
        self._page.evaluate("name => { window.microphone.refusal = name; }", name)

    def is_muted(self, muted: bool, *, silent: bool | None = None) -> None:
        """Mute it or unmute it, and take the sound away or give it back; `silent` where the two differ."""
        volume = int(not (muted if silent is None else silent))
        self._page.evaluate("([muted, volume]) => window.microphone.mute(muted, volume)", [muted, volume])

    def lacks(self, *device_ids: str) -> None:
        """Unplug these devices and plug all others in."""
        self._page.evaluate("ids => window.microphone.hide(...ids)", list(device_ids))

    def opened(self) -> list[str]:
        """Return the device of each capture so far, by its id."""
        return list(self._page.evaluate("() => window.microphone.opened"))

    def live(self) -> int:
        """Return how many tracks of it are live."""
        return int(self._page.evaluate("() => window.microphone.live()"))

    def hides(self, hidden: bool) -> None:
        """Take the page out of sight, or bring it back."""
        self._page.evaluate(f"() => window.sight.{'hide' if hidden else 'show'}()")

    def wake_locks(self) -> int:
        """Return how many wake locks the page holds."""
        return int(self._page.evaluate("() => window.sight.held()"))

    def line(self) -> list[Any]:
        """Return what must stay as it is while only the microphone changes: connections and negotiations so far."""
        return list(self._page.evaluate("() => [window.connections.length, window.negotiations]"))
