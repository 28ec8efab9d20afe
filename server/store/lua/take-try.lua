#!lua
-- Takes a try from the attempt budget, or nothing at all.
-- KEYS    session log cids leases tries ended files
-- ARGV    slot address neighbourhood tries waits knownPerHour knownAtOnce newPerHour
-- returns {1, failures, told, triesLeft, retryInMs}, {0, retryInMs} if refused, nil if gone
-- needs   clock tries
local deadline = redis.call('HGET', KEYS[1], 'deadline')
if not deadline then
  return nil
end
local slot, address, neighbourhood, now = ARGV[1], ARGV[2], ARGV[3], time()
local budget = budget_of(unpack(ARGV, 4))
local _, retry_in = peek(slot, address, neighbourhood, now, budget)
if retry_in > 0 then
  return { 0, retry_in }
end
local failures = read_pair(slot .. ':@' .. address)
local around = failures_around(slot, neighbourhood)
local bucket, _, _, used = bucket_of(slot, around, now, budget)
write_pair(bucket, used + 1, now)
write_pair(slot .. ':@' .. address, failures + 1, now)
redis.call('HINCRBY', KEYS[5], slot .. ':#' .. neighbourhood, 1)
local all = redis.call('HINCRBY', KEYS[5], slot .. ':failures', 1)
redis.call('PEXPIREAT', KEYS[5], deadline)
local told = redis.call('HGET', KEYS[5], slot .. ':told') or 0
return { 1, all, told, peek(slot, address, neighbourhood, now, budget) }
