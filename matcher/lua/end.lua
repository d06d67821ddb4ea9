-- End a call, once: both tickets are forgotten, the partner's worker is told.
-- KEYS: index waiting tickets leases owned due callers calls talkers waits mode jobs clock
-- ARGV: now, seed, ticket id, call id, reason as the partner sees it
-- Returns 1 when this ended it, 0 when there is no such call (any more).
-- @include dissolve
local id, cid, reason = ARGV[3], ARGV[4], ARGV[5]

local ticket = ticket_of(id)
if not ticket or ticket.call ~= cid then return 0 end
local other_id, other = other_side(cid, ticket.side)
close_call(cid)
forget(id, ticket)
if other then
  forget(other_id, other)
  tell(other, 'ended', other_id, cid, reason)
end
return finish(1)
