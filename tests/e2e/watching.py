"""What a page does behind its screen: messages on its queue socket, ICE credentials, silence between packets."""

from typing import Any

from tests.e2e.people import Person, Voice

# Keeps the queue's messages in both directions, and the longest time without a packet from the partner, ms.
WATCH = """
(() => {
  window.said = [];
  window.queueSockets = [];
  const Real = window.WebSocket;
  window.WebSocket = class extends Real {
    constructor(...given) {
      super(...given);
      if (!String(given[0]).includes('/v1/queue')) return;
      window.queueSockets.push(this);
      this.addEventListener('message', ({ data }) => window.said.push(JSON.parse(data)));
    }
    send(data) {
      if (this.url.includes('/v1/queue')) window.said.push(JSON.parse(data));
      super.send(data);
    }
  };
  window.longest = 0;
  let packets = 0, since = 0, watched = null;
  const look = async () => {
    const [connection] = window.connections.at(-1) ?? [];
    const stats = await connection?.getStats().catch(() => null);
    const inbound = [...stats?.values() ?? []].find(({ type }) => type === 'inbound-rtp');
    const now = performance.now();
    if (connection !== watched) [watched, packets, since] = [connection, 0, 0];
    if (inbound?.packetsReceived > packets) [packets, since] = [inbound.packetsReceived, now];
    if (since) window.longest = Math.max(window.longest, now - since);
    setTimeout(look, 20);
  };
  look();
})();
"""
LONGEST = "() => { const { longest } = window; window.longest = 0; return longest; }"
SAID = "(kind) => window.said.filter(({ type }) => type === kind)"
OPEN = "() => window.connections.filter(([connection]) => connection.connectionState !== 'closed').length"
UFRAGS = """
() => {
  const [connection] = window.connections.at(-1);
  const described = [connection.currentLocalDescription, connection.currentRemoteDescription];
  return described.map(({ sdp }) => /ice-ufrag:(.+)/.exec(sdp)[1]);
}
"""


class Watched(Person):
    """Somebody in front of a page that is watched from its first line on."""

    def __init__(self, voice: Voice, url: str, **options: Any) -> None:
        super().__init__(voice, url, **options)
        self.context.add_init_script(WATCH)
        self.page.reload()

    def said(self, kind: str) -> list[dict[str, Any]]:
        """Return the messages of that type on the queue's socket, in both directions."""
        messages: list[dict[str, Any]] = self.page.evaluate(SAID, kind)
        return messages

    def longest_silence_ms(self) -> float:
        """Return the longest time without a packet from the partner since the last look, in ms."""
        longest: float = self.page.evaluate(LONGEST)
        return longest

    def ufrags(self) -> set[str]:
        """Return both ends' ICE user fragments; a restart replaces them (RFC 8445 section 9)."""
        return set(self.page.evaluate(UFRAGS))

    def restarts_from(self, ufrags: set[str], seconds: float = 15) -> None:
        """Wait until ICE has new credentials at both ends."""
        self.polls(self.ufrags, lambda now: not now & ufrags, "ICE restart", seconds)

    def open_connections(self) -> int:
        """Return how many peer connections are not closed."""
        count: int = self.page.evaluate(OPEN)
        return count
