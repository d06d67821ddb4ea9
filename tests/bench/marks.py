"""When a page does what on its way to a call: an init script that watches from outside, and what it has seen."""

from playwright.sync_api import Page

# First audio is the first packet that the receiver has passed on to be played: `getSynchronizationSources` (W3C WebRTC
# section 5.3), looked at every 4 ms, because getStats answers from a cache that is up to 50 ms old; but not before
# DTLS is through, because each look holds up the page.
WATCH = """
(() => {
  const marks = window.marks = {};
  const now = () => performance.timeOrigin + performance.now();
  const mark = (name) => { marks[name] ??= now(); };

  addEventListener('click', ({ timeStamp }) => {
    if (!marks.matched) marks.tap = performance.timeOrigin + timeStamp;
  }, true);

  const devices = navigator.mediaDevices;
  const getUserMedia = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    const stream = await getUserMedia(constraints);
    mark('microphone');
    return stream;
  };

  const Connection = RTCPeerConnection;
  window.RTCPeerConnection = class extends Connection {
    constructor(configuration) {
      super(configuration);
      mark('connection');
      this.addEventListener('icecandidate', () => mark('candidate'));
      this.addEventListener('iceconnectionstatechange', () => {
        if (/connected|completed/.test(this.iceConnectionState)) mark('ice');
      });
      this.addEventListener('connectionstatechange', () => {
        if (this.connectionState !== 'connected' || marks.connected) return;
        mark('connected');
        this.awaitAudio();
      });
    }
    awaitAudio() {
      const timer = setInterval(() => {
        if (this.connectionState === 'closed') return clearInterval(timer);
        if (!this.getReceivers().some((receiver) => receiver.getSynchronizationSources().length)) return;
        mark('audio');
        clearInterval(timer);
      }, 4);
    }
    setRemoteDescription(description) {
      mark('described');
      return super.setRemoteDescription(description);
    }
  };

  const told = (data) => {
    if (typeof data !== 'string') return;
    if (data.startsWith('{"type":"matched"')) mark('matched');
    else if (data.startsWith('{"type":"relay"')) mark('relay');
    else if (data.includes('"phx_reply"') && data.includes('"ok"')) mark('channel');
  };
  const Socket = WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...all) {
      super(...all);
      this.addEventListener('message', ({ data }) => told(data));
      this.addEventListener('open', () => mark('socket'));
    }
    send(data) {
      if (typeof data === 'string' && data.startsWith('{"type":"ready"')) mark('ready');
      super.send(data);
    }
  };

  new MutationObserver(() => {
    const state = document.querySelector('main')?.dataset.state;
    if (state) mark(state);
  }).observe(document, { subtree: true, childList: true, attributeFilter: ['data-state'] });
})();
"""

Marks = dict[str, float]


def marks_of(page: Page, *wanted: str, seconds: float = 30) -> Marks:
    """Wait until the page has these marks; return all, in ms since the Unix epoch, on the machine's one clock."""
    there = "(wanted) => wanted.every((name) => name in window.marks)"
    page.wait_for_function(there, arg=wanted, timeout=seconds * 1000)
    marks: Marks = page.evaluate("() => window.marks")
    return marks
