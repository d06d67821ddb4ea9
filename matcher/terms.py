"""How long things last in the waiting room, and how many there may be. Pure."""

from msgspec import Struct

from matcher.modes import FALLBACK_MS


class Terms(Struct, frozen=True):
    """How long things last in a waiting room, in ms unless said otherwise. All processes of a pool use the same."""

    lease_ms: int = 12_000  # a ticket, or a worker, that nobody renews
    ack_ms: int = 4_000  # an offer that is not acknowledged
    retell_ms: int = 700  # until an unacknowledged offer is told again
    recent_ms: int = 600_000  # partners just met; also how old a wait may be to count for estimates
    linger_ms: int = 600_000  # what is kept of a caller without a ticket
    orphan_ms: int = 30_000  # a call whose worker died
    sweep_gap_ms: int = 100  # between two sweeps; 0: none
    fallback_ms: int = FALLBACK_MS  # until a bot may come, where no mode was chosen
    job_ms: int = 30_000  # until a bot is asked for again, and the time in which one may come
    bot_lease_ms: int = 4_000  # a bot's worker that nobody renews
    no_bot_ms: int = 5_000  # after a bot was asked for first, until its caller is told that none is free
    look_ms: int = 1_000  # until a person is looked for again, while a caller with a bot is told that one is free
    quiet_ms: int = 60_000  # after a caller has preferred its bot
    max_jobs: int = 10_000  # kept in the stream, about
    budget: int = 64  # candidates looked at in one search
    max_recents: int = 8  # per caller
    max_waits: int = 64  # recent waits kept for estimates
