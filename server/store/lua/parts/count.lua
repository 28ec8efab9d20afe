-- The count of sessions alive goes with the last of them.
local function keep_while_counted()
  local last = redis.call('ZRANGE', KEYS[1], 0, 0, 'REV', 'WITHSCORES')[2]
  if last then redis.call('PEXPIREAT', KEYS[1], last) end
end
