-- @include offer
-- @include jobs
-- @include persons
-- Places a ticket: offers it the best partner there is, or puts it into the queue, where those who talk to bots may
-- want to switch to it.
-- The ticket must not be in the index. Afterwards it is 'waiting' or 'offered' and stored; the caller of this
-- function tells its worker.
local function place(id, ticket)
  local rungs = ladder(ticket)
  ticket.state, ticket.rung = 'waiting', begun(ticket, rungs)
  ticket.call, ticket.side, ticket.partner = nil, nil, nil
  ticket.acked, ticket.connected, ticket.holder, ticket.free = nil, nil, nil, nil
  local found = people_meet and search(ticket, rungs)
  if found then
    withdraw(found.id, found.ticket)
    offer(id, ticket, found.id, found.ticket)
  else
    want_bot(id, ticket)
    store(id, ticket)
    queue(id, ticket, rungs)
    draw(ticket, rungs)
  end
end
