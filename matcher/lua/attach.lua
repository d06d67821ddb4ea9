-- A socket came back, maybe to another worker: it takes over the caller's live ticket; another worker that held it is
-- told. The same worker knows by itself which of its sockets is the newer one.
-- KEYS: index waiting tickets leases workers owned due callers calls waits clock
-- ARGV: now, seed, caller, epoch (not older than the newest), worker
-- Returns {ticket id, where it stands (msgpack)}, or nil without a live ticket.
-- @include dissolve
-- @include hold
local caller, epoch, worker = ARGV[3], tonumber(ARGV[4]), ARGV[5]

local entry = caller_of(caller)
local id = entry and entry.ticket or ''
local ticket = id ~= '' and ticket_of(id)
if not ticket or epoch < entry.epoch then return nil end
if ticket.state ~= 'active' and not alive(id) then
  drop(id, ticket, 'partner_lost')
  tell(ticket, 'expired', id)
  return finish(nil)
end

if ticket.worker ~= worker then tell(ticket, 'superseded', id) end
call('ZREM', OWNED, ticket.worker .. '|' .. id)
entry.epoch = epoch
call('HSET', CALLERS, caller, pack(entry))
ticket.epoch, ticket.worker, ticket.lost_until = epoch, worker, nil
store(id, ticket)
if ticket.state == 'active' then own(id, ticket) else lease(id) end
return finish({id, placed(ticket)})
