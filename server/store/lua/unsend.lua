#!lua
-- Appends an entry that takes others back, and in the same step puts hashes in place of their
-- boxes and deletes their files. The hashes come from the node; what they are of is checked here again.
-- KEYS    session log cids leases tries ended files
-- ARGV    slot cid box sum seenSeq seenSum (0 and '' for none) maxEntries maxSessionBytes
--         endedNoticeTtlMs unsends (JSON), then of each target: cid, its sum, the hash of its box
--         ('' and '' if the node found none)
-- returns as append.lua; or 'again' if a target is not what the node has hashed
-- needs   clock publish deadline first-entry log bytes files
local slot, cid, box, sum = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local deadline, head, head_sum, bytes, met, by, idle, limit =
  unpack(redis.call('HMGET', KEYS[1], 'deadline', 'seq', 'sum', 'bytes', 'met', 'by', 'idle', 'limit'))
local now = time()
if is_over(deadline, now) then
  return 'gone'
end
if ARGV[5] ~= '0' and not stands_at(ARGV[5], ARGV[6]) then
  return 'diverged'
end
local earlier = redis.call('HGET', KEYS[3], cid)
if earlier then
  return repeated(earlier, slot)
end

local freed, changed = {}, false
bytes = bytes + bytes_of(box)
for i = 11, #ARGV, 3 do
  local seq = redis.call('HGET', KEYS[3], ARGV[i])
  local entry = seq and redis.call('LINDEX', KEYS[2], seq - 1)
  if entry and (not is_of(entry, slot) or string.find(entry, '"unsends":', 1, true)) then
    return 'foreign'
  end
  local first, last, target = string.find(entry or '', '"box":"([^"]*)"')
  if first then
    changed = changed or not stands_at(seq, ARGV[i + 1])
    bytes = bytes - bytes_of(target)
    freed[#freed + 1] = {
      seq = seq,
      entry = string.sub(entry, 1, first - 1) .. '"hash":"' .. ARGV[i + 2] .. '"'
        .. string.sub(entry, last + 1),
    }
  end
end
if changed then
  return 'again'
end
local seq = head + 1
if #freed == 0 and (seq > tonumber(ARGV[7]) or bytes > tonumber(ARGV[8])) then
  return 'full'
end

for _, target in ipairs(freed) do
  redis.call('LSET', KEYS[2], target.seq - 1, target.entry)
end
for i = 11, #ARGV, 3 do
  delete_file(ARGV[i], slot)
end
local json = '"seq":' .. seq .. ',"sum":"' .. sum .. '","slot":"' .. slot .. '","cid":"' .. cid
  .. '","at":' .. now .. ',"box":"' .. box .. '","unsends":' .. ARGV[10] .. '}'
redis.call('HSET', KEYS[3], cid, seq)
redis.call('RPUSH', KEYS[2], '{' .. json)
redis.call('HSET', KEYS[1], 'seq', seq, 'sum', sum, 'bytes', bytes)
publish_message('*' .. seq .. ':' .. head_sum .. ' {"type":"entry",' .. json)
if met == '1' then
  deadline = touch(now, deadline, by, idle, tonumber(limit), ARGV[9])
end
if seq == 1 then
  expire_log(deadline)
end
return seq
