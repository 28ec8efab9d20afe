-- All keys of a session share one deadline; the notice of its end, written ahead, outlives them.
-- Something happened at `now`: the deadline moves to now + idle, never past `limit`, and only if
-- that is more than a second away from where it is. Returns the deadline that holds. `moves` says
-- from when it would move again, for who has no time to reckon.
local function touch(now, deadline, by, idle, limit, notice_ms)
  local at, why = now + idle, 'silence'
  if at >= limit then
    at, why = limit, 'limit'
  end
  local shift = at - deadline
  if shift <= 1000 and shift >= -1000 and why == by then
    return deadline
  end
  local moves = math.min(now + 1001, limit - idle)
  if why == 'limit' then moves = limit end
  redis.call('HSET', KEYS[1], 'deadline', at, 'by', why, 'moves', moves)
  redis.call('HSET', KEYS[6], 'reason', why)
  for _, i in ipairs({ 1, 2, 3, 4, 5, 7 }) do
    redis.call('PEXPIREAT', KEYS[i], at)
  end
  redis.call('PEXPIREAT', KEYS[6], at + notice_ms)
  publish('*', '{"type":"expires","inMs":' .. at - now .. ',"by":"' .. why .. '"}')
  return at
end
