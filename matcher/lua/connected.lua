-- This side hears its partner.
-- KEYS: index waiting tickets leases owned due callers calls talkers waits mode jobs clock
-- ARGV: now, seed, ticket id, call id
-- Returns 1 when both sides do now, else 0.
-- @include dissolve
local id, cid = ARGV[3], ARGV[4]

local ticket = ticket_of(id)
if not ticket or ticket.call ~= cid then return 0 end
ticket.connected = ticket.connected or now
store(id, ticket)
if talks_to_bot(ticket) then look(id, ticket) end
local _, other = other_side(cid, ticket.side)
return finish(other and other.connected and 1 or 0)
