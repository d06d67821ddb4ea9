-- @include search
-- @include sides
-- @include modes
-- Callers who talk to a bot are told when a person waits whom they could have instead. That person stays to be found by
-- everybody: who has it is decided by `switch` alone.
local function talks_to_bot(ticket)
  return ticket.state == 'active' and ticket.partner == 'bot' and ticket.connected
end

local function tell_person(id, ticket)
  local other_id, other = other_side(ticket.call, ticket.side)
  tell(ticket, 'person', id, ticket.call, ticket.free)
  if other then tell(other, 'person', other_id, other.call, ticket.free) end
end

-- Looks for a person, tells both ends of the call where that is news, or `anew`, and says when to look again. From its
-- first look on a caller is among those whom people who come find.
local function look(id, ticket, anew)
  local rungs, was = ladder(ticket), ticket.free or false
  local quiet = ticket.quiet and ticket.quiet > now
  ticket.rung = begun(ticket, rungs)
  add_talker(id, ticket, rungs)
  ticket.free = people_meet and not ticket.lost_until and not quiet and search(ticket, rungs) ~= nil
  store(id, ticket)
  if anew or ticket.free ~= was then tell_person(id, ticket) end
  local next_rung = rungs[ticket.rung + 1]
  local at = ticket.free and now + LOOK_MS or quiet and ticket.quiet or next_rung and ticket.joined + next_rung[1]
  if at then call('ZADD', DUE, at, 's' .. id) else call('ZREM', DUE, 's' .. id) end
end

local function draw_from(ticket, bucket, recents, soft, budget)
  local found = call('ZRANGEBYLEX', TALKERS, '[' .. bucket .. '|', '(' .. bucket .. '}', 'LIMIT', 0, budget)
  for _, entry in ipairs(found) do
    local id = string.sub(entry, -22)
    local talker = ticket_of(id)
    if not talker.free and not excluded(ticket, recents, talker, soft) then
      look(id, talker)
      if talker.free then return 0 end
    end
  end
  return budget - #found
end

-- Somebody waits: of those who talk to a bot and know of nobody yet, the one whom it suits and who came first is told.
local function draw(ticket, rungs)
  local entry, budget = caller_of(ticket.caller), people_meet and BUDGET or 0
  for r = 1, ticket.rung do
    for _, bucket in ipairs(rungs[r][2]) do
      if budget > 0 then budget = draw_from(ticket, bucket, entry and entry.recents or {}, r == #rungs, budget) end
    end
  end
end
