-- @include modes
-- Asks for a bot, once it is time: a job for whichever worker is free first, and another where nobody took it. The
-- ticket stays to be found by people; whoever is first has it.
local function want_bot(id, ticket)
  if not bots_come or not ticket.bots then return end
  local at = ticket.asked and ticket.asked + JOB_MS or ticket.joined + bot_after
  if at <= now then
    call('XADD', JOBS, 'MAXLEN', '~', MAX_JOBS, '*', 'ticket', id, 'at', now)
    ticket.asked, at = now, now + JOB_MS
  end
  call('ZADD', DUE, at, 'b' .. id)
end
