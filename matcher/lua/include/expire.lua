-- @include dissolve
-- @include hold
-- Those who stopped answering.
local function expire(id, ticket)
  call('ZREM', LEASES, id)
  if not ticket then return end
  drop(id, ticket, 'partner_lost')
  tell(ticket, 'expired', id)
end

-- A worker that died: the sockets of its active tickets are lost, and may come back elsewhere.
local function orphan(worker, limit)
  local owned = call('ZRANGEBYLEX', OWNED, '[' .. worker .. '|', '(' .. worker .. '}', 'LIMIT', 0, limit)
  for _, entry in ipairs(owned) do
    local id = string.sub(entry, -22)
    local ticket = ticket_of(id)
    if ticket.bot then
      -- No page comes back for it.
      expire(id, ticket)
    else
      disown(id, ticket, now + ORPHAN_MS)
      store(id, ticket)
    end
  end
  if #owned < limit then call('ZREM', WORKERS, worker) end
  return #owned + 1
end
