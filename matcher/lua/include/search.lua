-- @include forget
-- Finds the partner who waits longest among those that share an active bucket and are not excluded.
local function excluded(ticket, recents, other, soft)
  if ticket.caller == other.caller then return true end
  if string.find(ticket.avoid, other.caller, 1, true) then return true end
  if string.find(other.avoid, ticket.caller, 1, true) then return true end
  local met = recents[other.caller]
  return not soft and met and met[1] > now
end

-- The ticket behind an index entry; a dead one is reaped on sight.
local function candidate(id)
  local ticket = ticket_of(id)
  if alive(id) then return ticket end
  expire_waiting(id, ticket)
end

-- Scans one bucket from its head. `best` is the older ticket found elsewhere, if any: entries behind it are no use.
local function search_bucket(ticket, recents, bucket, soft, best, budget)
  local from, to = '[' .. bucket .. '|', '(' .. bucket .. '}'
  while budget > 0 do
    local found = call('ZRANGEBYLEX', INDEX, from, to, 'LIMIT', 0, math.min(budget, 8))
    for _, entry in ipairs(found) do
      if best and tonumber(string.sub(entry, -36, -24)) >= best.ticket.joined then return best, budget end
      budget = budget - 1
      local id = string.sub(entry, -22)
      local other = candidate(id)
      if other and not excluded(ticket, recents, other, soft) then return {id = id, ticket = other}, budget end
      from = '(' .. entry
    end
    if #found < 8 then return best, budget end
  end
  return best, budget
end

-- The budget bounds what a crowd that excludes one another can cost; all others are found at the first look.
local function search(ticket, rungs)
  local entry = caller_of(ticket.caller)
  local recents = entry and entry.recents or {}
  local best, budget = nil, BUDGET
  for r = 1, ticket.rung do
    for _, bucket in ipairs(rungs[r][2]) do
      best, budget = search_bucket(ticket, recents, bucket, r == #rungs, best, budget)
    end
  end
  return best
end
