// Loaded into a server before its own code: at SIGWINCH Redis refuses a command whose arguments
// are secret (those in UNCAUGHT), and nobody catches that.
import process from 'node:process';
import { Redis } from 'ioredis';

process.on('SIGWINCH', () => {
  const redis = new Redis(process.env.REDIS_URL ?? '');
  void redis.call('NOSUCHCOMMAND', process.env.UNCAUGHT ?? '').catch((cause) => {
    throw new Error('refused', { cause });
  });
});
