"""Every Redis key of the waiting room.

All keys of a pool share the hash tag `{pool}`, so that a script finds them in one slot of a cluster, and every script
declares the ones it uses. Whatever a script writes gets KEY_TTL_MS afresh; `blocks` lives one day from the last block.
No value holds more than random ids, bucket names and times.

| key | type | holds |
|---|---|---|
| index | sorted set, scores 0 | `bucket|joined|ticket` for each rung that has begun: a bucket's oldest first |
| waiting | sorted set | waiting ticket → joined: the place in the queue |
| tickets | hash | ticket → msgpack map (`lua/include/tickets.lua`) |
| leases | sorted set | waiting or offered ticket → when its lease ends |
| workers | sorted set | worker → when the lease ends that its active calls ride on |
| owned | sorted set, scores 0 | `worker|ticket` for each active ticket whose socket a worker holds |
| due | sorted set | what time will change → when: `t`, `b`, `s` or `a` and a ticket, `c<call>`, `u<caller>` |
| callers | hash | caller → msgpack map: ticket ('' for none), newest epoch, recents {caller → until, call} |
| calls | hash | call → msgpack map: the tickets of sides a and b ('' while unknown), deadline of the offer |
| mode | string | `<mode> <ms>`: who is matched with whom (`matcher.modes`) |
| jobs | stream | `ticket`, `at`: for whom a bot is wanted, and since when (`matcher.jobs`); for `Terms.job_ms` |
| talkers | sorted set, scores 0 | as `index`, of the callers who hear a bot |
| waits | list | `now wait` of the latest matches, newest first |
| clock | string | the latest time, and how far it is ahead of Redis's |
| swept | string | when the latest sweep ran, unless it left something to do |
| blocks:<caller> | sorted set | blocked caller → when |
"""

KEY_TTL_MS = 86_400_000
BLOCK_TTL_MS = 86_400_000

STATIC = (
    "index", "waiting", "tickets", "leases", "workers", "owned", "due", "callers", "calls", "talkers", "waits", "mode",
    "jobs", "clock", "swept",
)  # fmt: skip


class Keys:
    """The keys and channels of one pool."""

    def __init__(self, pool: str) -> None:
        self._prefix = f"sotto:{{{pool}}}:"

    def static(self, name: str) -> str:
        """Return the full name of one of STATIC."""
        return self._prefix + name

    def blocks(self, caller: str) -> str:
        """Return the key of those whom a caller blocked."""
        return f"{self._prefix}blocks:{caller}"

    def channel_prefix(self) -> str:
        """Return what precedes a worker's name in its channel's name."""
        return f"{self._prefix}w:"

    def channel(self, worker: str) -> str:
        """Return the channel on which one worker hears about its tickets."""
        return self.channel_prefix() + worker
