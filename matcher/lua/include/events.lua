-- @include time
-- Tells the worker that holds a ticket's socket; `matcher.events` decodes it.
local function tell(ticket, kind, id, ...)
  call('PUBLISH', CHANNEL .. ticket.worker, pack({kind, id, ...}))
end

local function tell_offer(id, ticket)
  tell(ticket, 'offer', id, ticket.call, ticket.side, ticket.partner, ticket.holder)
end
