#!lua flags=allow-oom
-- The deadline of a session has moved, or it has ended.
-- KEYS    sessions (sorted set: sid by deadline)
-- ARGV    sid deadline (0: ended) keyTtlMs
-- returns 1
if ARGV[2] == '0' then
  redis.call('ZREM', KEYS[1], ARGV[1])
else
  redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return 1
