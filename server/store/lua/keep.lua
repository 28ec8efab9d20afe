#!lua flags=allow-oom
-- Activity without a message.
-- KEYS    session log cids leases tries ended files
-- ARGV    endedNoticeTtlMs
-- returns 1, or 0 if gone or still waiting
-- needs   clock publish deadline
local deadline, met, by, idle, limit =
  unpack(redis.call('HMGET', KEYS[1], 'deadline', 'met', 'by', 'idle', 'limit'))
if met ~= '1' then
  return 0
end
touch(time(), deadline, by, idle, tonumber(limit), ARGV[1])
return 1
