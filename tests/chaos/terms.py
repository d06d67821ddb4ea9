"""How long things take under chaos: the service's own terms, the callers', and what follows from both."""

from matcher.waiting_room import Terms as RoomTerms
from matcher.worker import PERIOD_S
from server.queue.desk import Terms as DeskTerms

ROOM, DESK = RoomTerms(), DeskTerms()
LEASE_S = ROOM.lease_ms / 1000

BEAT_S = 4.0  # between two heartbeats of a page
SILENT_S = 9.0  # a page that hears nothing for so long takes its socket for lost, when its next heartbeat is due
RETRY_S = 0.5  # until a page that has lost its socket tries another one, at most
PATIENCE_S = 8.0  # until a page gives up a partner whom it does not hear

# Once everything serves again, whatever died is known to be dead: to the room when the lease has run out and the next
# sweep comes, to a page when its socket has been silent.
NOTICED_S = max(LEASE_S + PERIOD_S, SILENT_S + BEAT_S)
# Until then somebody dead may have been offered to somebody alive, or the other way round: the room gives that up where
# it is not acknowledged, the page where nobody is heard.
IN_VAIN_S = max(ROOM.ack_ms / 1000, PATIENCE_S)
# Whoever has no talk by then is stuck. No timer that could free them later is part of it: neither the grace of a lost
# socket, nor the patience with a call whose worker died, nor the server's own deadline for a call that does not begin.
STUCK_S = NOTICED_S + RETRY_S + IN_VAIN_S
assert min(DESK.grace_s, ROOM.orphan_ms / 1000, DESK.setup_s) > STUCK_S
# Where other tests take the processors at the same time, everything may take so many times as long.
BUSY = 2

# Longer than anybody bears with silence: the room with a server, a server with a page, a page with its server.
LONG_S = max(LEASE_S, DESK.silence_s, SILENT_S + BEAT_S)
