-- The socket of a ticket was lost without goodbye: an active call runs on for a while, and so does one that becomes
-- active meanwhile; a waiting or offered ticket keeps its lease.
-- KEYS: tickets leases workers owned due clock
-- ARGV: now, seed, ticket id, grace (ms), epoch (only if it is the ticket's; 0: whichever)
-- Returns nothing.
-- @include hold
local id, grace, epoch = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])

local ticket = ticket_of(id)
if not ticket or (epoch ~= 0 and epoch ~= ticket.epoch) then return end
disown(id, ticket, now + grace)
store(id, ticket)
return finish()
