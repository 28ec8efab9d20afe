-- All keys of a session share one deadline; the notice of its end, written ahead, outlives them.
-- Something happened at `now`: the deadline moves to now + idle, never past `limit`, and only if
-- that is more than a second away from where it is.
local function touch(now, deadline, by, idle, limit, notice_ms)
  local at, why = now + idle, 'silence'
  if at >= limit then
    at, why = limit, 'limit'
  end
  local shift = at - deadline
  if shift <= 1000 and shift >= -1000 and why == by then
    return
  end
  redis.call('HSET', KEYS[1], 'deadline', at, 'by', why)
  redis.call('HSET', KEYS[6], 'reason', why)
  for i = 1, 5 do
    redis.call('PEXPIREAT', KEYS[i], at)
  end
  redis.call('PEXPIREAT', KEYS[6], at + notice_ms)
  publish('*', 0, '{"type":"expires","inMs":' .. at - now .. ',"by":"' .. why .. '"}')
end
