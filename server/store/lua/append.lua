#!lua
-- Appends an entry: deduplication, seq, limits, deadline and publication in one step.
-- The hot path: every message comes through here once. Each function that is defined costs, so
-- what is hardly ever needed is defined where it is.
-- KEYS    session log cids leases tries ended files
-- ARGV    slot cid box sum seenSeq seenSum (0 and '' for none) maxEntries maxSessionBytes
--         endedNoticeTtlMs pushPauseMs
-- returns the seq if stored, or {seq, {expiresInMs, endpoint …}} if the other participant is to be
--         told there; the entry as JSON if repeated; or 'gone', 'diverged', 'foreign', 'full'
-- needs   clock publish bytes
local slot, cid, box, sum = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local peer = slot == 'a' and 'b' or 'a'
local s = redis.call('HMGET', KEYS[1], 'deadline', 'seq', 'sum', 'bytes', 'moves', 'idle',
  peer .. ':endpoints')
local deadline, now = s[1], time()
if is_over(deadline, now) then
  return 'gone'
end
-- Nearly always the sender has seen the head.
if ARGV[5] ~= '0' and (ARGV[5] ~= s[2] or ARGV[6] ~= s[3]) then
  -- needs log
  if not stands_at(ARGV[5], ARGV[6]) then
    return 'diverged'
  end
end
local number, bytes = s[2] + 1, s[4] + bytes_of(box)
-- As text once, not wherever it is written.
local seq = string.format('%d', number)
local full = number > tonumber(ARGV[7]) or bytes > tonumber(ARGV[8])
if full or redis.call('HSETNX', KEYS[3], cid, seq) == 0 then
  -- needs log
  local earlier = redis.call('HGET', KEYS[3], cid)
  return earlier and repeated(earlier, slot) or 'full'
end
-- Put together so that a large box is copied no more than twice.
local place = '"seq":' .. seq .. ',"sum":"' .. sum .. '","slot":"' .. slot .. '","cid":"' .. cid
  .. '","at":' .. now .. ',"box":"'
redis.call('RPUSH', KEYS[2], '{' .. place .. box .. '"}')
redis.call('HSET', KEYS[1], 'seq', seq, 'sum', sum, 'bytes', string.format('%d', bytes))
publish_message('*' .. seq .. ':' .. s[3] .. ' {"type":"entry",' .. place .. box .. '"}')
-- Hardly ever more than once a second: `moves` says from when; it is not there before both have met.
-- Further away than `idle` it can only be if the clock was set back.
if not s[5] or now >= tonumber(s[5]) or deadline - now > tonumber(s[6]) then
  -- needs deadline
  local met, by, limit = unpack(redis.call('HMGET', KEYS[1], 'met', 'by', 'limit'))
  if met == '1' then
    deadline = touch(now, deadline, by, s[6], tonumber(limit), ARGV[9])
  end
end
if number == 1 then
  -- needs first-entry
  expire_log(deadline)
end
if s[7] then
  -- needs endpoints
  if is_push_due(peer, now, ARGV[10]) then
    return { number, due_push(deadline - now, s[7]) }
  end
end
return number
