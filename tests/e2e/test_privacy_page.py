"""The page of promises in a real browser, and the promises that only a running call can show."""

from collections.abc import Mapping

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.e2e.conftest import Arrive
from tests.e2e.gallery import AXE, PHONE, RULES
from tests.e2e.people import Person, Voice
from tests.e2e.stack import Stack

# What the running connection sends in two seconds: the average bytes of a packet, moment by moment.
PACKET_SIZES = """
async () => {
  const connection = window.connections.map(([one]) => one).find((one) => one.connectionState === 'connected');
  const sent = async () => [...(await connection.getStats()).values()].find(({ type }) => type === 'outbound-rtp');
  const sizes = [];
  let last = await sent();
  for (const end = performance.now() + 2000; performance.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    const now = await sent();
    const packets = now.packetsSent - last.packetsSent;
    if (packets > 0) sizes.push((now.bytesSent - last.bytesSent) / packets);
    last = now;
  }
  return sizes;
}
"""
SMALL_TARGETS = """
() => [...document.querySelectorAll('a, summary')].filter((target) => target.getBoundingClientRect().height < 44)
  .map((target) => target.outerHTML)
"""


@pytest.mark.parametrize(("path", "scheme"), [("/privacy", "light"), ("/privacy/de", "dark")])
def test_the_page_of_promises_is_for_everybody(
    voices: Mapping[str, Voice], stack: Stack, path: str, scheme: str
) -> None:
    """On a phone axe finds nothing, nothing scrolls sideways, every target fits a finger, and the heading is on top."""
    browser = voices["chromium"].browser
    with browser.new_context(viewport=PHONE, color_scheme=scheme, bypass_csp=True) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(stack.url + path)
        assert page.evaluate(SMALL_TARGETS) == []
        assert page.evaluate("() => document.querySelector('h1').getBoundingClientRect().top") < PHONE["height"] / 4
        page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
        page.add_script_tag(path=AXE)
        result = page.evaluate("tags => axe.run(document, { runOnly: tags })", RULES)
        assert [(found["id"], found["nodes"][0]["html"]) for found in result["violations"]] == []
        assert len(result["passes"]) > 10


def test_the_page_of_promises_needs_no_script_and_no_other_host(voices: Mapping[str, Voice], stack: Stack) -> None:
    """Without JavaScript all of it can be read, in another language, too; only our own style and icon are fetched."""
    with voices["chromium"].browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{stack.url}/privacy")
        page.get_by_text("tests behind it").first.click()
        expect(page.get_by_text("test_no_packet_passes_between_the_callers")).to_be_visible()
        page.get_by_role("link", name="Français").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("promettons")
        assert {url.removeprefix(stack.url).rpartition(".")[2] for url in asked} <= {
            "/privacy",
            "/privacy/fr",
            "css",
            "svg",
        }
        assert all(url.startswith(f"{stack.url}/") for url in asked)


def test_the_way_to_the_promises_and_back(voices: Mapping[str, Voice], stack: Stack) -> None:
    """The rules and the start lead to them, in the page's language; they lead back."""

    def goes_there_and_back(page: Page, link: str) -> None:
        page.get_by_role("link", name=link).click()
        expect(page).to_have_url(f"{stack.url}/privacy/de")
        assert page.locator("html").get_attribute("lang") == "de"
        page.get_by_role("link", name="Zurück zu Sotto").last.click()
        expect(page).to_have_url(f"{stack.url}/")

    person = Person(voices["chromium"], stack.url, locale="de-DE")
    goes_there_and_back(person.page, "Was wir versprechen")
    person.presses("Einverstanden")
    goes_there_and_back(person.page, "Nur über Relays")
    person.leaves()


@pytest.mark.claim("not-through-us")
@pytest.mark.claim("steady-packets")
def test_no_sound_goes_to_the_server_and_packets_do_not_follow_speech(
    voices: Mapping[str, Voice], arrive: Arrive, stack: Stack
) -> None:
    """Over seconds of talk the server gets some hundred bytes of text; loud or silent, all packets are alike."""
    one = Person(voices["chromium"], stack.url)
    told: list[int] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: told.append(len(frame)))

    one.page.on("websocket", listen)
    one.page.on("request", lambda request: told.append(len(request.url) + len(request.post_data_buffer or b"")))
    one.arrives()
    other = arrive("chromium2")
    one.hears(other.voice.hz)
    other.hears(one.voice.hz)

    told.clear()
    sizes = one.page.evaluate(PACKET_SIZES)

    assert sum(told) < 1500
    assert len(sizes) > 8
    # The microphone plays a tone for a quarter of a second and is silent for another.
    assert min(sizes) == pytest.approx(max(sizes), abs=1)
    assert min(sizes) > 10
    one.leaves()
