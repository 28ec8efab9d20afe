#!lua flags=allow-oom
-- The deadline of a session has moved, or it has ended.
-- KEYS    sessions (sorted set: sid by deadline)
-- ARGV    sid deadline (0: ended)
-- returns 1
-- needs   count
if ARGV[2] == '0' then
  redis.call('ZREM', KEYS[1], ARGV[1])
else
  redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
end
keep_while_counted()
return 1
