-- @include time
-- Who is matched with whom now: '<mode> <ms>', as `matcher.modes` writes it, the ms being what a caller waits for a
-- person before a bot may come.
local mode, bot_after = string.match(call('GET', MODE) or 'fallback ' .. FALLBACK_MS, '^(%a+) (%d+)$')
local people_meet = mode == 'humans' or mode == 'fallback'
local bots_come = mode == 'bots' or mode == 'fallback'
