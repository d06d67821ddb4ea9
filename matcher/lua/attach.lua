-- A socket came back, maybe to another worker: it takes over the caller's live ticket; another worker that held it is
-- told. The same worker knows by itself which of its sockets is the newer one.
-- KEYS: index waiting tickets leases workers owned due callers calls talkers waits mode jobs clock
-- ARGV: now, seed, caller, worker
-- Returns {the socket's epoch, newer than any before; with a live ticket also its id, where it stands (msgpack)}.
-- @include dissolve
-- @include hold
local caller, worker = ARGV[3], ARGV[4]

local entry = caller_of(caller)
local id = entry and entry.ticket or ''
local ticket = id ~= '' and ticket_of(id)
-- Redis may have forgotten a time that was ahead of its clock, but never an epoch that still counts.
local epoch = math.max(now, (entry and entry.epoch or 0) + 1)
if not ticket then return {epoch} end
if ticket.state ~= 'active' and not alive(id) then
  drop(id, ticket, 'partner_lost')
  tell(ticket, 'expired', id)
  return finish({epoch})
end

if ticket.worker ~= worker then tell(ticket, 'superseded', id) end
call('ZREM', OWNED, ticket.worker .. '|' .. id)
entry.epoch = epoch
call('HSET', CALLERS, caller, pack(entry))
ticket.epoch, ticket.worker, ticket.lost_until = epoch, worker, nil
store(id, ticket)
if ticket.state == 'active' then own(id, ticket) else lease(id) end
return finish({epoch, id, placed(ticket)})
