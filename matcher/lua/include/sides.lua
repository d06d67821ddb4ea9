-- @include tickets
-- The two sides of a call.
local function other_side(cid, side)
  local packed = call('HGET', CALLS, cid)
  if not packed then return nil end
  local id = unpacked(packed)[side == 'a' and 'b' or 'a']
  local ticket = id ~= '' and ticket_of(id)
  if ticket and ticket.call == cid then return id, ticket end
end

local function close_call(cid)
  call('HDEL', CALLS, cid)
  call('ZREM', DUE, 'c' .. cid)
end
