-- Files: fields of one hash. Of each file `<cid>` (`<slot> <bytes> <hash of its box>`),
-- `<cid>:left` (how many pieces are yet to come) and `<cid>:0`, `<cid>:1` … (the pieces). And
-- `count` and `bytes` of them all, as if each were whole.

-- Its mark, whose it is, and how long its box is; nil if there is none.
local function file_of(cid)
  local mark = redis.call('HGET', KEYS[7], cid)
  if not mark then return nil end
  local slot, bytes = string.match(mark, '^(%S+) (%d+) ')
  return mark, slot, tonumber(bytes)
end

local function count_file(sign, bytes)
  redis.call('HINCRBY', KEYS[7], 'count', sign)
  redis.call('HINCRBY', KEYS[7], 'bytes', sign * bytes)
end

-- If it is this participant's, whole or not.
local function delete_file(cid, slot)
  local mark, owner, bytes = file_of(cid)
  if not mark or owner ~= slot then return end
  local index = 0
  while redis.call('HDEL', KEYS[7], cid .. ':' .. index) == 1 do
    index = index + 1
  end
  redis.call('HDEL', KEYS[7], cid, cid .. ':left')
  count_file(-1, bytes)
end
