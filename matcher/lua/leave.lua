-- Leave: out of the queue, the offer or the call. The partner of an offer keeps its place, that of a call is told.
-- KEYS: index waiting tickets leases owned due callers calls talkers waits mode jobs clock
-- ARGV: now, seed, ticket id, epoch (only if it is the ticket's; 0: whichever)
-- Returns nothing.
-- @include dissolve
local id, epoch = ARGV[3], tonumber(ARGV[4])

local ticket = ticket_of(id)
if not ticket or (epoch ~= 0 and epoch ~= ticket.epoch) then return end
drop(id, ticket, 'partner_left')
return finish()
