-- A bot takes a waiting ticket, if nobody was quicker: both or neither. The bot's own ticket lives for this one call.
-- KEYS: index waiting tickets leases workers owned due callers calls talkers waits mode jobs clock
-- ARGV: now, seed, ticket id, when a bot was asked for (ms), the bot's ticket id, its worker
-- Returns where the bot's ticket stands (msgpack, `matcher.placed`).
-- @include dissolve
-- @include hold
local id, at, bot_id, worker = ARGV[3], tonumber(ARGV[4]), ARGV[5], ARGV[6]

local known = ticket_of(bot_id)
if known then return finish(placed(known)) end
local ticket = ticket_of(id)
local free = ticket and ticket.state == 'waiting' and ticket.bots and alive(id)
if not free or not bots_come or now - at > JOB_MS then return finish(placed(nil)) end

withdraw(id, ticket)
lease(bot_id)
local bot = {caller = bot_id, epoch = 0, joined = now, worker = worker, avoid = '', rungs = '[]', rung = 0, bot = true}
offer(bot_id, bot, id, ticket)
return finish(placed(bot))
