/**
 * The example for Kubernetes: its parts find each other, its settings start a real server, and its
 * probes are answered as they should be, by two of them over one Redis.
 */
import { expect, it, onTestFinished } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ConfigError, parseConfig, SETTINGS } from '../../server/config.ts';
import { connectRaw, metRawSession } from '../support/raw-client.ts';
import { startRedis } from '../support/redis.ts';
import { startServer } from '../support/server-process.ts';
import { shipped } from '../support/shipped-files.ts';
import { isNotReady, isReady, newSend } from '../support/store-trouble.ts';

interface Probe {
  httpGet: { path: string; port: string };
  periodSeconds: number;
  timeoutSeconds?: number;
  failureThreshold?: number;
}

interface Container {
  ports: { name: string; containerPort: number }[];
  envFrom: { configMapRef?: { name: string }; secretRef?: { name: string } }[];
  env?: unknown;
  startupProbe: Probe;
  livenessProbe: Probe;
  readinessProbe: Probe;
  lifecycle: { preStop: { exec: { command: [string, string] } } };
  resources: { limits: Record<string, string> };
  volumeMounts: { name: string }[];
}

/** What we look at; what is not there fails where it is. */
interface Part {
  apiVersion: string;
  kind: string;
  metadata: { name: string; annotations?: Record<string, string> };
  stringData: Record<string, string>;
  data: Record<string, string>;
  spec: {
    replicas: number;
    minAvailable: number;
    selector: Record<string, unknown>;
    sessionAffinity?: string;
    ports: { name: string; targetPort: string }[];
    tls: { hosts: string[] }[];
    rules: {
      host: string;
      http: { paths: { backend: { service: { name: string; port: { name: string } } } }[] };
    }[];
    template: {
      metadata: { labels: Record<string, string> };
      spec: {
        terminationGracePeriodSeconds: number;
        containers: [Container];
        volumes: { name: string }[];
      };
    };
  };
}

const PARTS = parseAllDocuments(shipped('kubernetes.yml')).map((document) => {
  expect([...document.errors, ...document.warnings]).toEqual([]);
  return document.toJS() as Part; // as: said above
});

function part(kind: string): Part {
  const found = PARTS.filter((one) => one.kind === kind);
  expect(found, kind).toHaveLength(1);
  return found[0]!;
}

const { spec } = part('Deployment');
const pod = spec.template;
const [container] = pod.spec.containers;
const ENV = { ...part('ConfigMap').data, ...part('Secret').stringData };
const SECRET = { COOKIE_SECRET: 'a secret of the tests that is long enough' };

it('is of the kinds and versions that Kubernetes has', () => {
  expect(PARTS.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).toEqual([
    'v1 Secret',
    'v1 ConfigMap',
    'apps/v1 Deployment',
    'v1 Service',
    'policy/v1 PodDisruptionBudget',
    'networking.k8s.io/v1 Ingress',
  ]);
  expect(new Set(PARTS.map(({ metadata }) => metadata.name))).toEqual(new Set(['duologue']));
});

it('its settings are settings, and start nothing before the secret is one', () => {
  const names = Object.values(SETTINGS).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(Object.keys(ENV)));
  expect(() => parseConfig({ ...ENV, ...SECRET })).not.toThrow();
  expect(() => parseConfig(ENV)).toThrow(ConfigError);
  const secrets = Object.values(SETTINGS).filter((one) => 'secret' in one && one.secret);
  const open = Object.keys(part('ConfigMap').data);
  expect(secrets.filter(({ name }) => open.includes(name))).toEqual([]);
  // All of both, and nothing besides.
  expect(container.envFrom).toEqual([
    { configMapRef: { name: 'duologue' } },
    { secretRef: { name: 'duologue' } },
  ]);
  expect(container.env).toBeUndefined();
});

it('its parts find each other', () => {
  const { labels } = pod.metadata;
  expect(spec.selector).toEqual({ matchLabels: labels });
  expect(part('PodDisruptionBudget').spec.selector).toEqual({ matchLabels: labels });
  const service = part('Service');
  expect(service.spec.selector).toEqual(labels);
  expect(container.ports).toEqual([{ name: 'http', containerPort: Number(SETTINGS.port.default) }]);
  expect(service.spec.ports).toMatchObject([{ name: 'http', targetPort: 'http' }]);
  for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'] as const) {
    expect(container[probe].httpGet.port).toBe('http');
  }
  const { rules, tls } = part('Ingress').spec;
  const { hostname } = new URL(ENV['PUBLIC_URL'] ?? '');
  expect([rules.map(({ host }) => host), tls.flatMap(({ hosts }) => hosts)]).toEqual([
    [hostname],
    [hostname],
  ]);
  const backends = rules.flatMap(({ http }) => http.paths.map(({ backend }) => backend.service));
  expect(backends).toEqual([{ name: 'duologue', port: { name: 'http' } }]);
  const mounted = container.volumeMounts.map(({ name }) => name);
  expect(pod.spec.volumes.map(({ name }) => name)).toEqual(mounted);
});

it('is closed, and nobody has to come back to the same pod', () => {
  expect(pod.spec).toMatchObject({
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  });
  expect(container).toMatchObject({
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  });
  expect(container.resources.limits).toHaveProperty('memory');
  expect(part('Service').spec.sessionAffinity).toBeUndefined();
  const annotations = Object.keys(part('Ingress').metadata.annotations ?? {});
  expect(annotations.filter((name) => /affinity|sticky|hash-by/.test(name))).toEqual([]);
});

it('a stop has time, a start too, and a pod is left whatever is drained', () => {
  const { shutdownGraceMs } = parseConfig({ ...ENV, ...SECRET });
  const [, pauseSeconds] = container.lifecycle.preStop.exec.command;
  const needed = Number(pauseSeconds) + shutdownGraceMs / 1000;
  expect(pod.spec.terminationGracePeriodSeconds).toBeGreaterThan(needed);
  // Half a minute for Redis, as server/main.ts has it.
  const { periodSeconds, failureThreshold = 3 } = container.startupProbe;
  expect(periodSeconds * failureThreshold).toBeGreaterThan(30);
  const { minAvailable } = part('PodDisruptionBudget').spec;
  expect(minAvailable).toBeGreaterThan(0);
  expect(spec.replicas).toBeGreaterThan(minAvailable);
});

it('its probes are answered, the pods share chats, and without Redis none is ready', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const env = { ...ENV, ...SECRET, REDIS_URL: redis.url, PUBLIC_URL: '' };
  const pods = await Promise.all(Array.from({ length: spec.replicas }, () => startServer(env)));
  onTestFinished(async () => {
    await Promise.all(pods.map((one) => one.kill()));
  });
  const { startupProbe, livenessProbe, readinessProbe } = container;
  const statusOf = async (base: string, { httpGet }: Probe) =>
    (await fetch(base + httpGet.path)).status;
  for (const { base } of pods) {
    for (const probe of [startupProbe, livenessProbe, readinessProbe]) {
      expect(await statusOf(base, probe)).toBe(200);
    }
  }

  const [one, other] = pods;
  const { sid, ...who } = await metRawSession(one!.base);
  const { client: a } = await connectRaw(one!.base, sid, who.a);
  const { client: b } = await connectRaw(other!.base, sid, who.b);
  const sent = newSend();
  a.send(sent);
  expect(await b.next('entry')).toMatchObject({ cid: sent.cid, box: sent.box });

  await redis.kill();
  for (const pod of pods) {
    await isNotReady(pod);
    expect(await statusOf(pod.base, readinessProbe)).toBe(503);
    expect(await statusOf(pod.base, livenessProbe)).toBe(200);
  }
  expect([a.socket.readyState, b.socket.readyState]).toEqual([a.socket.OPEN, b.socket.OPEN]);
  await redis.start();
  for (const pod of pods) await isReady(pod);
  await Promise.all([a.close(), b.close()]);
});
