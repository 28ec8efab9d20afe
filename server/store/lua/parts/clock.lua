-- Store time in ms.
local function time()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

-- For a millisecond Redis still shows a key whose time has come, but removes at once whatever is
-- told to expire then: a script that makes keys asks here first.
local function is_over(deadline, now)
  return not deadline or now >= tonumber(deadline)
end
