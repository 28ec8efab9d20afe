-- Whether more than this share of maxmemory is filled once so many bytes have come.
local function is_filled(share, more)
  local memory = redis.call('INFO', 'memory')
  local used = tonumber(string.match(memory, 'used_memory:(%d+)'))
  local most = tonumber(string.match(memory, 'maxmemory:(%d+)'))
  return most > 0 and used + more > share * most
end
