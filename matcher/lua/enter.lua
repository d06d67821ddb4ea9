-- Enter the queue with a ticket, once per (caller, epoch): asked again, it answers where the ticket stands, and puts a
-- ticket that was lost back. A newer epoch supersedes the caller's older ticket, an older one is refused.
-- KEYS: index waiting tickets leases workers owned due callers calls talkers waits mode jobs clock
-- ARGV: now, seed, ticket id, caller, epoch, joined (ms; 0: now), worker, avoid (joined by spaces), rungs (JSON), bots
-- ('1': may be taken by one)
-- Returns where the ticket stands (msgpack, `matcher.placed`).
-- @include dissolve
-- @include hold
local id, caller, epoch, joined = ARGV[3], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local worker, avoid, rungs = ARGV[7], ARGV[8], ARGV[9]

local entry = caller_of(caller)
local held_id = entry and entry.ticket or ''
local held = held_id ~= '' and ticket_of(held_id)
if entry and epoch < entry.epoch then return SUPERSEDED end
if held and epoch == entry.epoch then
  if held_id ~= id then return SUPERSEDED end
  if held.state ~= 'active' then lease(id) end
  return finish(placed(held))
end
if held then
  drop(held_id, held, 'partner_left')
  tell(held, 'superseded', held_id)
end

call('HSET', CALLERS, caller, pack({ticket = id, epoch = epoch, recents = entry and entry.recents or {}}))
call('ZREM', DUE, 'u' .. caller)
lease(id)
if joined == 0 or joined > now then joined = now end
local ticket = {caller = caller, epoch = epoch, joined = joined, worker = worker, avoid = avoid, rungs = rungs}
ticket.bots = ARGV[10] == '1'
place(id, ticket)
return finish(placed(ticket))
