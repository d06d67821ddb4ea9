-- Who is at the other end of a call. For the server only, to block; never for a page.
-- KEYS: index waiting tickets leases owned due callers calls waits clock
-- ARGV: now, seed, ticket id, call id
-- Returns the caller, or nil when the ticket is not in this call.
-- @include dissolve
local id, cid = ARGV[3], ARGV[4]

local ticket = ticket_of(id)
if not ticket or ticket.call ~= cid then return nil end
local _, other = other_side(cid, ticket.side)
return other and other.caller
