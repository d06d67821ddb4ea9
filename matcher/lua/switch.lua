-- A caller leaves its bot for a person who waits, if there is one: the bot's call ends and the other is offered to both,
-- or nothing changes. Asked again, it answers where the ticket stands.
-- KEYS: index waiting tickets leases workers owned due callers calls talkers waits mode jobs clock
-- ARGV: now, seed, ticket id, call id (the bot's)
-- Returns where the ticket stands (msgpack, `matcher.placed`): still in this call where nobody waits.
-- @include dissolve
-- @include hold
local id, cid = ARGV[3], ARGV[4]

local ticket = ticket_of(id)
if not ticket or ticket.call ~= cid or not talks_to_bot(ticket) then return placed(ticket) end
look(id, ticket)
local found = people_meet and not ticket.lost_until and search(ticket, ladder(ticket))
if not found then return finish(placed(ticket)) end

local bot_id, bot = other_side(cid, ticket.side)
close_call(cid)
if bot then
  forget(bot_id, bot)
  tell(bot, 'ended', bot_id, cid, 'switched')
end
drop_talker(id, ticket)
call('ZREM', DUE, 's' .. id, 'a' .. id)
call('ZREM', OWNED, ticket.worker .. '|' .. id)
lease(id)
ticket.free, ticket.talked = nil, true
withdraw(found.id, found.ticket)
offer(id, ticket, found.id, found.ticket)
return finish(placed(ticket))
