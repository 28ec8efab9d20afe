#!lua
-- A new link and code for a participant: their passes are revoked but for the one that asks, their
-- tries begin anew, and an entry tells of it. A repeat only puts its code in force.
-- KEYS    session log cids leases tries ended files
-- ARGV    by cid box sum seenSeq seenSum (0 and '' for none) maxEntries maxSessionBytes
--         endedNoticeTtlMs passHash slot proofHash key codeHash replacedKept
-- returns 'renewed'; or 'gone', 'pass_gone', 'diverged', 'connected', 'taken', 'full'
-- needs   clock publish deadline first-entry presence endpoints passes log bytes
local by, cid, box, sum = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local pass, slot, proof, key, code = unpack(ARGV, 10, 14)
local deadline, head, head_sum, bytes, met, why, idle, limit, old_proof, other_proof =
  unpack(redis.call('HMGET', KEYS[1], 'deadline', 'seq', 'sum', 'bytes', 'met', 'by', 'idle',
    'limit', slot .. ':proof', other[slot] .. ':proof'))
local now = time()
if is_over(deadline, now) then
  return 'gone'
end
if not has_pass(by, pass) then
  return 'pass_gone'
end
if ARGV[5] ~= '0' and not stands_at(ARGV[5], ARGV[6]) then
  return 'diverged'
end
if slot ~= by then
  for _, lease in ipairs(leases_of(read_leases(), slot)) do
    if lease.ends > now then return 'connected' end
  end
end

local passes, others = passes_of(slot), {}
for _, one in ipairs(passes) do
  if slot ~= by or one ~= pass then others[#others + 1] = one end
end

local function forget_tries()
  for _, field in ipairs(redis.call('HKEYS', KEYS[5])) do
    if string.sub(field, 1, 2) == slot .. ':' then redis.call('HDEL', KEYS[5], field) end
  end
end

local earlier = redis.call('HGET', KEYS[3], cid)
if earlier then
  local entry = redis.call('LINDEX', KEYS[2], earlier - 1)
  local is_same = is_of(entry, by) and string.find(entry, '"box":"' .. box .. '"', 1, true)
  if not is_same or old_proof ~= proof or #others > 0 then
    return 'taken'
  end
  redis.call('HSET', KEYS[1], slot .. ':code', code)
  forget_tries()
  return 'renewed'
end

-- Of the links that were replaced, the last ones.
local replaced = {}
for hash in string.gmatch(redis.call('HGET', KEYS[6], 'replaced') or '', '%S+') do
  if hash == proof then return 'taken' end
  replaced[#replaced + 1] = hash
end
if proof == old_proof or proof == other_proof then
  return 'taken'
end
replaced[#replaced + 1] = old_proof
if #replaced > tonumber(ARGV[15]) then
  table.remove(replaced, 1)
end

local seq = head + 1
bytes = bytes + bytes_of(box)
if seq > tonumber(ARGV[7]) or bytes > tonumber(ARGV[8]) then
  return 'full'
end
local json = '"seq":' .. seq .. ',"sum":"' .. sum .. '","slot":"' .. by .. '","cid":"' .. cid
  .. '","at":' .. now .. ',"box":"' .. box .. '"}'
redis.call('HSET', KEYS[3], cid, seq)
redis.call('RPUSH', KEYS[2], '{' .. json)
redis.call('HSET', KEYS[1], 'seq', seq, 'sum', sum, 'bytes', bytes,
  slot .. ':proof', proof, slot .. ':key', key, slot .. ':code', code)
redis.call('HSET', KEYS[6], slot .. ':proof', proof, 'replaced', table.concat(replaced, ' '))
forget_tries()
publish_message('*' .. seq .. ':' .. head_sum .. ' {"type":"entry",' .. json)
revoke(slot, passes, others, now)
if met == '1' then
  deadline = touch(now, deadline, why, idle, tonumber(limit), ARGV[9])
end
if seq == 1 then
  expire_log(deadline)
end
return 'renewed'
