-- Put one side of a running call back after Redis lost it; what is still there is left as it is. While the other side
-- is missing the call has a lease's time to become whole.
-- KEYS: index waiting tickets leases workers owned due callers calls talkers waits mode jobs clock
-- ARGV: now, seed, ticket id, caller, epoch, joined (ms), worker, avoid, rungs, bots ('1'), call id, side, connected (ms,
-- 0: not yet), partner (caller, '': not known), what the partner is ('human' | 'bot'), '1': this side is a bot
-- Returns where the ticket stands (msgpack, `matcher.placed`).
-- @include dissolve
-- @include hold
local id, caller, epoch, worker, cid, side = ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[7], ARGV[11], ARGV[12]
local bot = ARGV[16] == '1'

local entry = caller_of(caller)
local held_id = bot and ticket_of(id) and id or entry and entry.ticket or ''
local held = held_id ~= '' and ticket_of(held_id)
if entry and (epoch < entry.epoch or (held and held_id ~= id and epoch == entry.epoch)) then
  -- A worker that holds the ticket for a newer socket knows that by itself.
  if held_id ~= id or held.worker ~= worker then tell({worker = worker}, 'superseded', id) end
  return SUPERSEDED
end
-- Redis knows this very socket, and that it has no ticket any more.
if entry and epoch == entry.epoch and not held then return placed(nil) end
if held and held_id == id then
  if held.state == 'active' then
    held.worker, held.lost_until = worker, nil
    store(id, held)
    own(id, held)
  end
  return finish(placed(held))
end
if held then
  drop(held_id, held, 'partner_left')
  tell(held, 'superseded', held_id)
end
local packed = call('HGET', CALLS, cid)
local sides = packed and unpacked(packed) or {a = '', b = '', deadline = 0}
sides[side] = id
call('HSET', CALLS, cid, pack(sides))
if not bot then
  call('HSET', CALLERS, caller, pack({ticket = id, epoch = epoch, recents = entry and entry.recents or {}}))
  call('ZREM', DUE, 'u' .. caller)
end
local ticket = {
  caller = caller, epoch = epoch, joined = tonumber(ARGV[6]), worker = worker, avoid = ARGV[8], rungs = ARGV[9],
  state = 'active', rung = 0, call = cid, side = side, acked = true, connected = ARGV[13] ~= '0' and tonumber(ARGV[13]),
  bots = ARGV[10] == '1', partner = ARGV[15], bot = bot or nil,
}
store(id, ticket)
own(id, ticket)
local _, other = other_side(cid, side)
local partner = other and other.caller or ARGV[14]
local people = not bot and ticket.partner == 'human'
if people and partner ~= '' then remember(caller, partner, cid) end
if other then
  call('ZREM', DUE, 'c' .. cid)
  if people then remember(partner, caller, cid) end
else
  call('ZADD', DUE, now + LEASE_MS, 'c' .. cid)
end
return finish(placed(ticket))
