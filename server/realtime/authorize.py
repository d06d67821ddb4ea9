"""Who may read and write a channel. Pure; the policy in `infra/supabase` says the same, which a test holds true."""

import re
from typing import Any

from msgspec import Struct

TOPIC = re.compile(r"call-[A-Za-z0-9_-]{22}")


class Claims(Struct, frozen=True):
    """What a verified token says, as far as we read it. `exp` in s since the Unix epoch."""

    role: str
    exp: float
    call: Any = None  # anybody with the key may have put anything here: only an equal string counts
    side: Any = None


ANONYMOUS = Claims(role="anon", exp=float("inf"))


def authorize(claims: Claims, topic: str) -> bool:
    """Say whether the holder of these claims may use this topic: only a participant of that very call may."""
    return claims.role == "authenticated" and claims.call == topic and TOPIC.fullmatch(topic) is not None
