#!lua
-- Takes one piece of a file's box. The first makes room for the whole; no other is taken without
-- it, so that a file which was unsent meanwhile stays away. The same pieces may come again.
-- KEYS    session log cids leases tries ended files
-- ARGV    slot passHash cid hash bytes (these two of the whole box) index pieces piece
--         maxFiles maxFilesBytes share (of maxmemory, that may be filled with files)
-- returns 'more'; 'stored' if it is whole now, 'repeated' if it was before; or 'gone',
--         'pass_gone', 'not_met', 'taken', 'full', 'no_room', 'lost' (the first is not there)
-- needs   clock passes log memory files
local slot, cid, bytes, index = ARGV[1], ARGV[3], tonumber(ARGV[5]), tonumber(ARGV[6])
local deadline, met = unpack(redis.call('HMGET', KEYS[1], 'deadline', 'met'))
if is_over(deadline, time()) then
  return 'gone'
end
if not has_pass(slot, ARGV[2]) then
  return 'pass_gone'
end
if met ~= '1' then
  return 'not_met'
end

-- The message of this cid is the other's, or was unsent.
local function is_used_up()
  local seq = redis.call('HGET', KEYS[3], cid)
  local entry = seq and redis.call('LINDEX', KEYS[2], seq - 1)
  return entry and not (is_of(entry, slot) and string.find(entry, '"box":', 1, true))
end

local function is_full()
  local count, sum = unpack(redis.call('HMGET', KEYS[7], 'count', 'bytes'))
  return (count or 0) + 1 > tonumber(ARGV[9]) or (sum or 0) + bytes > tonumber(ARGV[10])
end

local mark = slot .. ' ' .. ARGV[5] .. ' ' .. ARGV[4]
local kept = file_of(cid)
if kept and kept ~= mark then
  return 'taken'
end
if kept and redis.call('HGET', KEYS[7], cid .. ':left') == '0' then
  return 'repeated'
end
if not kept then
  if index > 0 then
    return 'lost'
  end
  if is_used_up() then
    return 'taken'
  end
  if is_full() then
    return 'full'
  end
end
-- Others fill it too: asked every now and then, since the answer takes Redis as long as a piece.
if index % 16 == 0 and is_filled(ARGV[11], bytes * (1 - index / ARGV[7])) then
  delete_file(cid, slot)
  return 'no_room'
end

if not kept then
  redis.call('HSET', KEYS[7], cid, mark, cid .. ':left', ARGV[7])
  count_file(1, bytes)
  redis.call('PEXPIREAT', KEYS[7], deadline)
end
if redis.call('HSETNX', KEYS[7], cid .. ':' .. index, ARGV[8]) == 1
  and redis.call('HINCRBY', KEYS[7], cid .. ':left', -1) == 0 then
  return 'stored'
end
return 'more'
