-- Passes of a participant: their hashes in one field, oldest first, separated by blanks.

local function passes_of(slot)
  local passes = {}
  for pass in string.gmatch(redis.call('HGET', KEYS[1], slot .. ':passes') or '', '%S+') do
    passes[#passes + 1] = pass
  end
  return passes
end

local function has_pass(slot, pass)
  for _, one in ipairs(passes_of(slot)) do
    if one == pass then return true end
  end
  return false
end

-- The passes without these, whose endpoints, connections and leases go too.
local function revoke(slot, passes, revoked, now)
  local kept, is_revoked = {}, {}
  for _, pass in ipairs(revoked) do
    is_revoked[pass] = true
  end
  for _, pass in ipairs(passes) do
    if not is_revoked[pass] then kept[#kept + 1] = pass end
  end
  redis.call('HSET', KEYS[1], slot .. ':passes', table.concat(kept, ' '))
  local endpoints = read_endpoints(slot)
  if #endpoints > 0 then
    keep_endpoints(slot, endpoints, function(one) return not is_revoked[one.pass] end, #endpoints)
  end
  for _, pass in ipairs(revoked) do
    publish('!', '{"close":4501,"pass":"' .. pass .. '"}')
  end
  local before = read_leases()
  local after = drop_leases(before, now, function(lease)
    return lease.slot == slot and is_revoked[lease.pass]
  end)
  tell_presence(before, after)
end
