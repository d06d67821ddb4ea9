-- @include expire
-- What happens when time has come, by kind of entry in `due`; each handler removes its entry or moves it on. One before
-- it, in the same sweep, may have changed everything.
local on_due = {}

function on_due.t(id, entry)
  local ticket = ticket_of(id)
  if ticket and ticket.state == 'waiting' and alive(id) then
    withdraw(id, ticket)
    place(id, ticket)
    if ticket.state == 'offered' then tell_offer(id, ticket) end
  elseif ticket and (ticket.state == 'waiting' or (ticket.state == 'active' and ticket.lost_until)) then
    expire(id, ticket)
  else
    call('ZREM', DUE, entry)
  end
end

function on_due.b(id, entry)
  call('ZREM', DUE, entry)
  local ticket = ticket_of(id)
  if not alive(id) then return expire(id, ticket) end
  if ticket.state ~= 'waiting' then return end
  want_bot(id, ticket)
  store(id, ticket)
end

function on_due.s(id, entry)
  call('ZREM', DUE, entry)
  local ticket = ticket_of(id)
  if ticket and talks_to_bot(ticket) then look(id, ticket, string.sub(entry, 1, 1) == 'a') end
end

on_due.a = on_due.s

function on_due.c(cid, entry)
  local packed = call('HGET', CALLS, cid)
  local sides = packed and unpacked(packed)
  if not sides then
    call('ZREM', DUE, entry)
  elseif sides.a == '' or sides.b == '' then
    part(cid, sides.a == '' and 'a' or 'b', 'partner_lost')
  elseif now >= sides.deadline then
    give_up_offer(cid, sides)
  else
    call('ZADD', DUE, math.min(now + RETELL_MS, sides.deadline), entry)
    for _, id in ipairs({sides.a, sides.b}) do
      local ticket = ticket_of(id)
      if ticket and not ticket.acked then tell_offer(id, ticket) end
    end
  end
end

function on_due.u(caller, entry)
  local known = caller_of(caller)
  if known and known.ticket == '' then call('HDEL', CALLERS, caller) end
  call('ZREM', DUE, entry)
end
