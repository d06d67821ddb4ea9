-- Which side of a call a bot's ticket has.
-- KEYS: tickets leases clock
-- ARGV: now, seed, ticket id, call id
-- Returns the side, or nil when that ticket is no bot's, or not in that call.
-- @include tickets
local ticket = ticket_of(ARGV[3])
if not ticket or not ticket.bot or ticket.call ~= ARGV[4] then return nil end
return ticket.side
