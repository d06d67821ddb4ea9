-- A caller stays with its bot: for a while it is offered nobody. Who waits may be offered to another one.
-- KEYS: index waiting tickets leases owned due callers calls talkers mode clock
-- ARGV: now, seed, ticket id, call id (the bot's)
-- Returns nothing.
-- @include persons
local id, cid = ARGV[3], ARGV[4]

local ticket = ticket_of(id)
if not ticket or ticket.call ~= cid or not talks_to_bot(ticket) then return end
local found = people_meet and search(ticket, ladder(ticket))
ticket.quiet = now + QUIET_MS
look(id, ticket)
if found then draw(found.ticket, ladder(found.ticket)) end
return finish()
