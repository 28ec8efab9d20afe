/**
 * What holds for the keys in Redis at every moment (ST1), looked at after every operation: each
 * has a TTL, all of a session expire together, the notice later, and none stands without its
 * session.
 */
import type { Redis } from 'ioredis';
import type { Store } from '../../server/store/store.ts';

const CHECK = `
local bad = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  local at = redis.call('PEXPIRETIME', key)
  local session, part = string.match(key, '^(duologue:{.*})(.*)$')
  if at == -1 then
    bad[#bad + 1] = key .. ' has no TTL'
  elseif session then
    local deadline = tonumber(redis.call('HGET', session, 'deadline') or nil)
    if part == ':ended' then
      if deadline and at <= deadline then bad[#bad + 1] = key .. ' does not outlive its session' end
    elseif not deadline then
      bad[#bad + 1] = key .. ' stands without its session'
    elseif at ~= deadline then
      bad[#bad + 1] = key .. ' expires at ' .. at .. ', its session at ' .. deadline
    end
  end
end
return bad
`;

export async function checkKeys(admin: Redis): Promise<void> {
  const bad = await admin.eval(CHECK, 0);
  if (Array.isArray(bad) && bad.length > 0) throw new Error(bad.join('\n'));
}

/** The same store, on these masters; every operation fails if the keys are not as they must be after it. */
export function watchKeys(store: Store, admins: readonly Redis[]): Store {
  return new Proxy(store, {
    get(target, name) {
      const operation: unknown = Reflect.get(target, name);
      if (typeof operation !== 'function' || name === 'close') return operation;
      return async (...args: unknown[]): Promise<unknown> => {
        const result: unknown = await Reflect.apply(operation, target, args);
        await Promise.all(admins.map(checkKeys));
        return result;
      };
    },
  });
}
