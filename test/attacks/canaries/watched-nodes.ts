/**
 * Two nodes that log everything, each behind a proxy that writes down what people send and get;
 * when a node is away, its proxy leads to the other.
 */
import { recordWire, type Stream } from '../../support/recorded-wire.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { startWorld, type Node } from '../../faults/world/world.ts';
import type { Control } from './control.ts';
import { printed } from './control.ts';

export type WatchedNodes = Awaited<ReturnType<typeof startWatchedNodes>>;

/** `control` is in their memory, and in what they print. */
export async function startWatchedNodes(
  env: Record<string, string>,
  metricsToken: string,
  control: Control,
) {
  const heard = recordWire();
  let nodes: readonly Node[] = [];
  const fronts = await Promise.all(
    [0, 1].map((index) =>
      startTcpProxy(
        () => {
          const node = nodes[index]?.isUp ? nodes[index] : nodes.find(({ isUp }) => isUp);
          return node?.server.port ?? null;
        },
        numbered(heard.listen, index),
      ),
    ),
  );
  const byway = await startTcpProxy(() => nodes[0]?.server.port ?? null);
  const [a = '', b = '', unrecorded = ''] = [...fronts, byway].map(
    ({ port }) => `http://localhost:${port}`,
  );
  const world = await startWorld({
    storeEnv: {},
    env: {
      ...env,
      METRICS_TOKEN: metricsToken,
      LOG_LEVEL: 'trace',
      ALLOWED_ORIGINS: [a, b, unrecorded].join(),
      NODE_OPTIONS: `--import=${holding(control)}`,
    },
  });
  nodes = world.nodes;

  return {
    nodes,
    /** Where people find the product: usually the first node, or the second. */
    bases: { a, b },
    /** To the first node. */
    unrecorded,
    log: () => Buffer.from(nodes.flatMap(({ server }) => server.output).join('\n')),
    /** What those tell that are up. */
    async metrics(): Promise<Buffer> {
      const up = nodes.filter(({ isUp }) => isUp).map(({ server }) => server.base);
      const headers = { authorization: `Bearer ${metricsToken}` };
      const texts = await Promise.all(
        up.map(async (base) => {
          const answer = await fetch(`${base}/metrics`, { headers });
          if (answer.status !== 200) throw new Error(`no metrics: ${answer.status}`);
          return answer.text();
        }),
      );
      return Buffer.from(texts.join('\n'));
    },
    streams: (): Stream[] => heard.streams(),
    faults: () => world.faults(),
    async close() {
      await Promise.all([...fronts, byway].map((proxy) => proxy.close()));
      await world.close();
    },
  };
}

/** Connections of several proxies in one recording. */
function numbered(listen: ReturnType<typeof recordWire>['listen'], index: number): typeof listen {
  return (connection, ...rest) => listen(2 * connection + index, ...rest);
}

/** A module for --import: keeps all forms in memory and prints those that can be. */
function holding({ spellings, bytes }: Control): string {
  const line = spellings.filter(printed).map((one) => one.bytes.toString());
  const source = `
    globalThis.control = Buffer.from('${bytes.toString('base64')}', 'base64');
    process.stdout.write(${JSON.stringify(`${line.join('|')}\n`)});
  `;
  return `data:text/javascript;base64,${Buffer.from(source).toString('base64')}`;
}
