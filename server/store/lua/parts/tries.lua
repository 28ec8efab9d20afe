-- The attempt budget; the same calculation as budget.ts. Fields of `tries`, after `<slot>:`:
-- `failures` (all, ever), `told` (how many both were told of), `known` and `new` (buckets: `<used> <at>`, draining by themselves),
-- `@<address>` (`<failures> <lastAt>`) and `#<neighbourhood>` (failures of its addresses).
local hour_ms = 3600000

local function read_pair(field)
  local text = redis.call('HGET', KEYS[5], field)
  if not text then return 0, 0 end
  local first, second = string.match(text, '^(%S+) (%S+)$')
  return tonumber(first), tonumber(second)
end

local function write_pair(field, first, second)
  redis.call('HSET', KEYS[5], field, string.format('%.17g %.17g', first, second))
end

local function failures_around(slot, neighbourhood)
  return tonumber(redis.call('HGET', KEYS[5], slot .. ':#' .. neighbourhood) or 0)
end

-- The bucket that is taken from after so many failures around: its field, size and how much goes
-- at once, and how full it is.
local function bucket_of(slot, around, now, budget)
  local name = around > 0 and 'known' or 'new'
  local per_hour, at_once = unpack(budget[name])
  local used, at = read_pair(slot .. ':' .. name)
  local left = math.max(0, used - (now - at) * per_hour / hour_ms)
  return slot .. ':' .. name, per_hour, at_once, left
end

-- What the next try would meet: tries left before a wait, and ms until it may be made.
local function peek(slot, address, neighbourhood, now, budget)
  local failures, last_at = read_pair(slot .. ':@' .. address)
  local left = budget.tries - failures
  local wait = left > 0 and 0 or budget.waits[math.min(1 - left, #budget.waits)]
  local wait_left = math.max(0, last_at + wait - now)
  local around = failures_around(slot, neighbourhood)
  local _, per_hour, at_once, used = bucket_of(slot, around, now, budget)
  local over = used + 1 - at_once
  local bucket_left = over > 0 and math.ceil(over * hour_ms / per_hour) or 0
  if left <= 0 then left = wait_left > 0 and 0 or 1 end
  return left, math.max(wait_left, bucket_left)
end

-- From the arguments tries, waits (ms, separated by commas), known tries an hour and at once, new
-- ones an hour.
local function budget_of(tries, waits, known, known_at_once, new)
  local budget = {
    tries = tonumber(tries),
    waits = {},
    known = { tonumber(known), tonumber(known_at_once) },
    new = { tonumber(new), tonumber(new) },
  }
  for wait in string.gmatch(waits, '%d+') do
    budget.waits[#budget.waits + 1] = tonumber(wait)
  end
  return budget
end
