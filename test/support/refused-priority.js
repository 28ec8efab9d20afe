// Loaded into a server before its own code, in each of its threads: the system refuses another
// priority, as sandboxes do.
import os from 'node:os';

os.setPriority = () => {
  throw new Error('operation not permitted');
};
