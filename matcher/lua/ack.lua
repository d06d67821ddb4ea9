-- Acknowledge an offer; the second acknowledgement makes it a call, and the partner's worker is told.
-- KEYS: index waiting tickets leases workers owned due callers calls talkers waits mode jobs clock
-- ARGV: now, seed, ticket id, call id
-- Returns where the ticket stands (msgpack, `matcher.placed`).
-- @include dissolve
-- @include hold
local id, cid = ARGV[3], ARGV[4]

local function activate(ticket_id, ticket)
  ticket.state, ticket.holder = 'active', nil
  if ticket.lost_until then disown(ticket_id, ticket, ticket.lost_until) else own(ticket_id, ticket) end
  store(ticket_id, ticket)
end

local ticket = ticket_of(id)
if not ticket or ticket.state ~= 'offered' or ticket.call ~= cid then return placed(ticket) end
ticket.acked = true
local other_id, other = other_side(cid, ticket.side)
if other and other.acked then
  call('ZREM', DUE, 'c' .. cid)
  activate(id, ticket)
  activate(other_id, other)
  tell(other, 'active', other_id, cid)
else
  store(id, ticket)
end
return finish(placed(ticket))
