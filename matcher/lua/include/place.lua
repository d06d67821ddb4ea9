-- @include offer
-- @include jobs
-- Places a ticket: offers it the best partner there is, or puts it into the queue.
-- The ticket must not be in the index. Afterwards it is 'waiting' or 'offered' and stored; the caller of this
-- function tells its worker.
local function place(id, ticket)
  local rungs, waited = ladder(ticket), now - ticket.joined
  ticket.state, ticket.rung = 'waiting', 0
  ticket.call, ticket.side, ticket.partner = nil, nil, nil
  ticket.acked, ticket.connected, ticket.holder = nil, nil, nil
  while rungs[ticket.rung + 1] and rungs[ticket.rung + 1][1] <= math.max(0, waited) do ticket.rung = ticket.rung + 1 end
  local found = people_meet and search(ticket, rungs)
  if found then
    withdraw(found.id, found.ticket)
    offer(id, ticket, found.id, found.ticket)
  else
    want_bot(id, ticket)
    store(id, ticket)
    queue(id, ticket, rungs)
  end
end
