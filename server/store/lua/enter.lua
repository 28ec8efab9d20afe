#!lua
-- The code was right: gives a pass, forgives the try, moves the deadline; the first time, tells
-- the peer. With one pass too many the oldest is revoked.
-- KEYS    session log cids leases tries ended files
-- ARGV    slot codeHash passHash address neighbourhood maxPasses endedNoticeTtlMs
--         knownPerHour knownAtOnce newPerHour
-- returns 'entered', 'changed' or 'gone'
-- needs   clock publish deadline presence endpoints passes tries
local slot, pass, address, neighbourhood = ARGV[1], ARGV[3], ARGV[4], ARGV[5]
local deadline, by, idle, limit, code, entered, peer_entered = unpack(redis.call('HMGET', KEYS[1],
  'deadline', 'by', 'idle', 'limit', slot .. ':code', slot .. ':entered', other[slot] .. ':entered'))
if not deadline then
  return 'gone'
end
if code ~= ARGV[2] then
  return 'changed'
end
local now = time()

if not has_pass(slot, pass) then
  local passes = passes_of(slot)
  passes[#passes + 1] = pass
  redis.call('HSET', KEYS[1], slot .. ':passes', table.concat(passes, ' '))
  if #passes > tonumber(ARGV[6]) then
    revoke(slot, passes, { unpack(passes, 1, #passes - ARGV[6]) }, now)
  end
  -- The count is of failed tries only, also where another right try has forgotten the address.
  if tonumber(redis.call('HGET', KEYS[5], slot .. ':failures') or 0) > 0 then
    redis.call('HINCRBY', KEYS[5], slot .. ':failures', -1)
  end
  local failures = read_pair(slot .. ':@' .. address)
  if failures > 0 then
    local around = failures_around(slot, neighbourhood)
    local budget = budget_of(0, '', ARGV[8], ARGV[9], ARGV[10])
    local bucket, _, _, used = bucket_of(slot, around - 1, now, budget)
    write_pair(bucket, math.max(0, used - 1), now)
    redis.call('HDEL', KEYS[5], slot .. ':@' .. address)
    if redis.call('HINCRBY', KEYS[5], slot .. ':#' .. neighbourhood, -failures) <= 0 then
      redis.call('HDEL', KEYS[5], slot .. ':#' .. neighbourhood)
    end
  end
end

if entered ~= '1' then
  local met = peer_entered == '1' and 1 or 0
  redis.call('HSET', KEYS[1], slot .. ':entered', 1, 'met', met)
  publish(other[slot], '{"type":"peer","state":"offline"}')
end
if peer_entered == '1' then
  touch(now, deadline, by, idle, tonumber(limit), ARGV[7])
end
return 'entered'
