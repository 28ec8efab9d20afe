#!lua
-- Tells both how many tries for a participant have failed, unless they were told of as many.
-- KEYS    session log cids leases tries ended
-- ARGV    slot count frame
-- returns 1
-- needs   publish
local deadline = redis.call('HGET', KEYS[1], 'deadline')
local field = ARGV[1] .. ':told'
if deadline and tonumber(redis.call('HGET', KEYS[5], field) or 0) < tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[5], field, ARGV[2])
  redis.call('PEXPIREAT', KEYS[5], deadline)
  publish('*', ARGV[3])
end
return 1
