-- Publication: `<to>0 <frame>` on the channel named like the session's hash; of an entry
-- `<to><seq>:<sum of the entry before it> <frame>`. The command is filled in when the scripts are
-- read: PUBLISH, or SPUBLISH on a cluster, which stays within the shard of the hash tag
-- (redis-scripts.ts).
local function publish_message(message)
  redis.call('PUBLISH_COMMAND', KEYS[1], message)
end

local function publish(to, frame)
  publish_message(to .. '0 ' .. frame)
end
