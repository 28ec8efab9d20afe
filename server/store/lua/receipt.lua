#!lua flags=allow-oom
-- Keeps the maximum, bounded by head, and publishes what changed.
-- KEYS    session log cids leases tries ended files
-- ARGV    slot received read
-- returns 1 if it changed, else 0
-- needs   publish
local slot = ARGV[1]
local head, received, read =
  unpack(redis.call('HMGET', KEYS[1], 'seq', slot .. ':received', slot .. ':read'))
if not head then
  return 0
end
received, read = tonumber(received or 0), tonumber(read or 0)
local new_received = math.min(math.max(received, ARGV[2]), tonumber(head))
local new_read = math.min(math.max(read, ARGV[3]), new_received)
if new_received == received and new_read == read then
  return 0
end
redis.call('HSET', KEYS[1], slot .. ':received', new_received, slot .. ':read', new_read)
publish('*', '{"type":"receipt","slot":"' .. slot .. '","received":' .. new_received
  .. ',"read":' .. new_read .. '}')
return 1
