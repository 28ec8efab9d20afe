-- Leases and the presence that follows from them: a participant is online while any of their
-- leases is there. A member of the sorted set is `<slot> <number> <connection> <pass> <device>`,
-- numbered in order of connecting; its score is when it expires.
local other = { a = 'b', b = 'a' }

-- All leases, oldest connection first.
local function read_leases()
  local flat = redis.call('ZRANGE', KEYS[4], 0, -1, 'WITHSCORES')
  local leases = {}
  for i = 1, #flat, 2 do
    local slot, number, connection, pass, device =
      string.match(flat[i], '^(%S+) (%S+) (%S+) (%S+) ?(%S*)$')
    leases[#leases + 1] = {
      member = flat[i],
      slot = slot,
      number = tonumber(number),
      connection = connection,
      pass = pass,
      device = device,
      ends = tonumber(flat[i + 1]),
    }
  end
  table.sort(leases, function(one, two) return one.number < two.number end)
  return leases
end

local function leases_of(leases, slot)
  local own = {}
  for _, lease in ipairs(leases) do
    if lease.slot == slot then own[#own + 1] = lease end
  end
  return own
end

local function lease_of(leases, slot, connection)
  for _, lease in ipairs(leases) do
    if lease.slot == slot and lease.connection == connection then return lease end
  end
end

local function add_lease(leases, slot, connection, pass, device, ends, deadline)
  local number = redis.call('HINCRBY', KEYS[1], 'connections', 1)
  local member = table.concat({ slot, number, connection, pass, device }, ' ')
  redis.call('ZADD', KEYS[4], ends, member)
  redis.call('PEXPIREAT', KEYS[4], deadline)
  leases[#leases + 1] =
    { member = member, slot = slot, number = number, connection = connection, pass = pass,
      device = device, ends = ends }
end

-- Whoever is here again may be told anew once they have gone (endpoints.lua).
local function end_absence(slot)
  redis.call('HDEL', KEYS[1], slot .. ':told')
end

-- The order to close a connection: 4504, others have its place; 4006, its own page has come again
-- (or had, if a slow node is late: then the one that is there may come back).
local function close_connection(code, connection)
  publish('!', '{"close":' .. code .. ',"connection":"' .. connection .. '"}')
end

-- Leaves out those for which `is_dropped` says so, and returns the others.
local function drop_leases(leases, now, is_dropped)
  local kept = {}
  for _, lease in ipairs(leases) do
    if is_dropped(lease) then
      redis.call('ZREM', KEYS[4], lease.member)
      local field = lease.slot .. ':lastAt'
      local before = tonumber(redis.call('HGET', KEYS[1], field) or 0)
      redis.call('HSET', KEYS[1], field, math.max(before, math.min(lease.ends, now)))
    else
      kept[#kept + 1] = lease
    end
  end
  return kept
end

local function drop_expired(leases, now)
  return drop_leases(leases, now, function(lease) return lease.ends <= now end)
end

-- 'never', 'online' or 'offline', and when the last lease ended if that is known.
local function peer_of(leases, slot)
  local entered, last_at = unpack(redis.call('HMGET', KEYS[1], slot .. ':entered', slot .. ':lastAt'))
  if entered ~= '1' then return 'never' end
  if #leases_of(leases, slot) > 0 then return 'online' end
  return 'offline', last_at
end

-- Tells about each participant whose presence is not what it was.
local function tell_presence(before, after)
  for _, slot in ipairs({ 'a', 'b' }) do
    if (#leases_of(before, slot) > 0) ~= (#leases_of(after, slot) > 0) then
      local state, last_at = peer_of(after, slot)
      local seen = last_at and ',"lastAt":' .. last_at or ''
      publish(other[slot], '{"type":"peer","state":"' .. state .. '"' .. seen .. '}')
    end
  end
end
