"""A page's line to the queue, in a test's hand."""

from tests.e2e.people import Person

# What is cut is closed with neither 1000 nor 1001, which a leaving page says; what is down is refused.
HOLD_LINE = """
(() => {
  const Real = window.WebSocket;
  let up = true, sockets = [];
  window.WebSocket = class extends Real {
    constructor(url, ...rest) {
      const queue = new URL(url, location.href).pathname === '/v1/queue';
      super(queue && !up ? new URL('/v1/nowhere', url) : url, ...rest);
      if (queue) sockets.push(this);
    }
    send(text) {
      if (sockets.includes(this)) window.line.said.push(JSON.parse(text));
      super.send(text);
    }
  };
  window.line = {
    said: [],
    cut() { up = false; for (const socket of sockets.splice(0)) socket.close(4000); },
    mend() { up = true; window.dispatchEvent(new Event('online')); },
  };
})();
"""


class Line:
    """Whether a page reaches the queue.

    Args:
        person: Whose line it is; the page is opened anew.
    """

    def __init__(self, person: Person) -> None:
        self._page = person.page
        person.context.add_init_script(HOLD_LINE)
        person.page.reload()

    def cut(self) -> None:
        """Break it without a farewell, and let no other through."""
        self._page.evaluate("() => window.line.cut()")

    def mend(self) -> None:
        """Let the next one through, and tell the page that the network is back."""
        self._page.evaluate("() => window.line.mend()")

    def said(self, type_: str) -> list[dict[str, object]]:
        """Return all messages of one type that the page has given to the queue's sockets."""
        said: list[dict[str, object]] = self._page.evaluate("() => window.line.said")
        return [message for message in said if message["type"] == type_]
