"""One conversation with the bot, watched: `make soak ARGS=bot`, or `python -m tests.soak bot [minutes]`, 11 without.

It lasts beyond the marks at which permissions (5 min), channels, nonces and allocations (10 min) are refreshed, at the
caller's end and at the bot's, whose TURN client is another one than the browser's. Somebody in Chromium asks something
four times a minute. It fails when a silence between packets lasted more than a second, when a question was not
answered, when the call was not one and the same, when memory grew, or when the mark of permissions or allocations was
passed and nothing renewed.
"""

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.conftest import running_valkey
from tests.e2e import people, stack
from tests.e2e.conversing import mode
from tests.e2e.talking import Talker
from tests.e2e.watching import LONGEST, SAID, WATCH
from tests.network.own_relay import LOG, RELAY, own_relay
from tests.processes import PROC, running
from tests.soak.memory import resident_mb
from tests.soak.relay_log import refreshes
from tests.soak.verdict import BOT_HOLDERS, SILENCE_MS, Minute, verdicts
from tests.voices import RATE_HZ, spoken

SETTINGS = {
    "SOTTO_CALL_S": "7200", "SOTTO_RELAY_TTL_S": "10800", "SOTTO_LOG_LEVEL": "info", "SOTTO_COTURN_HOST": RELAY,
}  # fmt: skip
QUESTIONS = ("What is your name?", "Tell me a joke.", "Do you like music?", "How are you?")
EVERY_S = 15.0
ANSWER_S = 10.0
MINUTES = 11


def with_children(pid: int) -> set[int]:
    """Return a process and those that it started."""
    tasks = (PROC / str(pid) / "task").iterdir()
    return {pid, *(int(number) for task in tasks for number in (task / "children").read_text().split())}


def answered(one: Talker, question: str) -> bool:
    """Ask something, hear the answer to its end, and say whether there was one."""
    said = one.says(spoken(question), RATE_HZ)
    try:
        one.hears_out(after_ms=said.ends_ms, seconds=ANSWER_S)
    except AssertionError:
        return False
    return True


def watch(one: Talker, service: stack.Stack, log: Path, minutes: int) -> tuple[list[Minute], int]:
    """Talk, look once a minute, and print what was seen; returns it and how many questions were not answered."""
    seen: list[Minute] = []
    missed = 0
    print(
        "minute  silence ms     chromium      bot  server MB   unanswered   renewed: allocations, permissions, nonces"
    )
    for number in range(1, minutes + 1):
        for question in QUESTIONS:
            due = time.monotonic() + EVERY_S
            missed += not answered(one, question)
            one.page.wait_for_timeout(max(0.0, due - time.monotonic()) * 1000)
            assert one.state() == "talking", "the call is over"
        one.erases()  # the tape is not what is watched
        pids = (running("chromium"), with_children(service.processes["bot1"].pid), {service.processes["server"].pid})
        seen.append(Minute((one.page.evaluate(LONGEST),), tuple(resident_mb(some) for some in pids)))
        relay = refreshes(log.read_text(errors="replace"))
        print(
            f"{number:6}  {seen[-1].silences_ms[0]:10.0f}  " + "".join(f"{mb:9.1f}" for mb in seen[-1].memory_mb)
            + f"  {missed:10}  {relay.allocations:20} {relay.permissions:12} {relay.nonces:7}",
            flush=True,
        )  # fmt: skip
    return seen, missed


def main(minutes: int = MINUTES) -> int:
    """Run it, print it, judge it."""
    with ExitStack() as stays:
        folder = Path(stays.enter_context(tempfile.TemporaryDirectory(prefix="sotto-")))
        coturn = stays.enter_context(own_relay(folder, "--verbose", audible=True))
        valkey = stays.enter_context(running_valkey())
        service = stays.enter_context(stack.running(valkey, coturn, folder, SETTINGS, bots=1))
        mode(service, "fallback", "0")
        playwright = stays.enter_context(sync_playwright())
        voice = people.chromium(playwright, folder, 440)
        one = Talker(voice, service.url)
        one.context.add_init_script(WATCH)
        one.page.reload()
        one.arrives()
        one.sees("talking")
        one.listens()
        one.hears_out()
        one.page.evaluate(LONGEST)
        seen, missed = watch(one, service, folder / LOG, minutes)
        assert len(one.page.evaluate(SAID, "matched")) == 1
        relay = refreshes((folder / LOG).read_text(errors="replace"))
        voice.browser.close()
    wrong = verdicts(seen, relay, BOT_HOLDERS)
    if missed:
        wrong.append(f"{missed} questions were not answered")
    print("\n".join(wrong) or f"{minutes} minutes without a silence above {SILENCE_MS} ms, every question answered")
    return 1 if wrong else 0
