-- @include place
-- @include sides
-- Ends what a ticket is in, and the ticket.
-- One side of an offer that fell through: back into the queue with its age, or forgotten, as a bot's ticket always is.
-- Whoever a bot let down is taken by the next at once.
local function release(id, ticket, cid, keep)
  if ticket.bot or not keep or not alive(id) then
    forget(id, ticket)
    tell(ticket, 'expired', id)
    return
  end
  if ticket.partner == 'bot' then ticket.asked = nil end
  place(id, ticket)
  tell(ticket, 'requeued', id, cid, ticket.joined)
  if ticket.state == 'offered' then tell_offer(id, ticket) end
end

-- Nobody, or only one side, has taken an offer in time.
local function give_up_offer(cid, sides)
  close_call(cid)
  for _, id in ipairs({sides.a, sides.b}) do
    local ticket = ticket_of(id)
    if ticket then release(id, ticket, cid, ticket.acked) end
  end
end

-- One side goes: the other of an offer keeps its place, the other of a call is told `reason`.
local function part(cid, side, reason)
  local other_id, other = other_side(cid, side)
  close_call(cid)
  if not other then return end
  if other.state == 'offered' then return release(other_id, other, cid, true) end
  forget(other_id, other)
  tell(other, 'ended', other_id, cid, reason)
end

-- A ticket goes, whatever it is in.
local function drop(id, ticket, reason)
  if ticket.state == 'waiting' then withdraw(id, ticket) end
  forget(id, ticket)
  if ticket.state ~= 'waiting' then part(ticket.call, ticket.side, reason) end
end
