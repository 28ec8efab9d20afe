-- Where a participant is told of messages while away: `<slot>:endpoints` of the session, pairs of
-- `<pass> <endpoint>` separated by blanks, oldest first; `<slot>:told` if they were in this absence,
-- and `<slot>:pushed`, when they last were.
local function endpoints_in(text)
  local endpoints = {}
  for pass, endpoint in string.gmatch(text or '', '(%S+) (%S+)') do
    endpoints[#endpoints + 1] = { pass = pass, endpoint = endpoint }
  end
  return endpoints
end

-- Those for which `is_kept` says so stay, no more than the last so many.
local function keep_endpoints(slot, endpoints, is_kept, most)
  local pairs_kept = {}
  for _, one in ipairs(endpoints) do
    if is_kept(one) then pairs_kept[#pairs_kept + 1] = one.pass .. ' ' .. one.endpoint end
  end
  while #pairs_kept > most do
    table.remove(pairs_kept, 1)
  end
  if #pairs_kept > 0 then
    redis.call('HSET', KEYS[1], slot .. ':endpoints', table.concat(pairs_kept, ' '))
  else
    redis.call('HDEL', KEYS[1], slot .. ':endpoints')
  end
end

local function read_endpoints(slot)
  return endpoints_in(redis.call('HGET', KEYS[1], slot .. ':endpoints'))
end

-- Whether to tell now, and if so counted as told: they were not in this absence, nobody of theirs
-- is connected, and it is not within the pause after the last time.
local function is_push_due(slot, now, pause)
  local told, pushed = unpack(redis.call('HMGET', KEYS[1], slot .. ':told', slot .. ':pushed'))
  if told or (pushed and now - pushed < tonumber(pause)) then
    return false
  end
  for _, member in ipairs(redis.call('ZRANGE', KEYS[4], '(' .. now, '+inf', 'BYSCORE')) do
    if string.sub(member, 1, 2) == slot .. ' ' then return false end
  end
  redis.call('HSET', KEYS[1], slot .. ':told', 1, slot .. ':pushed', now)
  return true
end

-- As it is replied: what is left of the session, then the endpoints.
local function due_push(expires_in, text)
  local reply = { expires_in }
  for _, one in ipairs(endpoints_in(text)) do
    reply[#reply + 1] = one.endpoint
  end
  return reply
end
