-- The keys that the first entry makes; after `touch`, since it may have come in the last moment.
local function expire_log(deadline)
  redis.call('PEXPIREAT', KEYS[2], deadline)
  redis.call('PEXPIREAT', KEYS[3], deadline)
end
