"""The shell around a bots' process."""

import asyncio

from structlog.testing import capture_logs

from bot.service import _on_fault
from matcher.logs import keep_allowed


async def test_the_loops_last_resort_tells_no_text() -> None:
    """What nobody took care of is an event with the fault's type; its text, and the loop's own, may quote anything."""
    with capture_logs() as logs:
        _on_fault(asyncio.get_running_loop(), {"message": "hunter2", "exception": ValueError("hunter2")})
        _on_fault(asyncio.get_running_loop(), {"message": "hunter2", "future": "hunter2"})

    written = [keep_allowed(None, "", entry) for entry in logs]
    assert [entry["event"] for entry in written] == ["loop.fault"] * 2
    assert written[0]["error"] == "ValueError"
    assert "hunter2" not in str(written)
