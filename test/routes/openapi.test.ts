/**
 * What openapi.json is: a document that public tools take, from what validates, of every route.
 * That the server answers as it says is in every-answer.test.ts.
 */
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildApp } from '../../server/app.ts';
import { parseConfig } from '../../server/config.ts';
import { ERRORS } from '../../server/protocol/errors.ts';
import { createMemoryStore } from '../../server/store/memory-store.ts';
import { SECRET, request, startApp } from '../support/app.ts';
import {
  createCheck,
  fetchDocument,
  lint,
  type Media,
  type OpenApi,
  type Operation,
} from '../support/api-document.ts';
import { startServer } from '../support/server-process.ts';
import { webRoot } from '../support/web-root.ts';

async function readDocument(): Promise<OpenApi> {
  const { app } = await startApp();
  const { status, json } = await request(app, { url: '/api/openapi.json' });
  expect(status).toBe(200);
  return json as OpenApi; // as: lint says whether it is one
}

function operationsOf({ paths }: OpenApi): (Operation & { method: string; path: string })[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method, path })),
  );
}

describe('the document', () => {
  it('is OpenAPI 3.1 to a public linter, which also holds examples against their schemas', async () => {
    const document = await readDocument();
    expect(document.openapi).toBe('3.1.0');
    expect(await lint(document)).toEqual([]);
  });

  it('is found wrong when it is', async () => {
    const document = await readDocument();
    document.components.examples['wrong_code'] = { value: { error: { code: 'wrong_code' } } };
    document.components.schemas['nobody_means_this'] = { type: 'object' };
    const [enter] = Object.values(document.paths['/api/sessions/{id}/enter']!);
    enter!.parameters = [];
    const rules = (await lint(document)).map((problem) => problem.split(':')[0]);
    expect(rules).toContain('no-unused-components');
    expect(rules).toContain('path-parameters-defined');
    expect(rules).toContain('no-invalid-media-type-examples');
  });

  it('has every route the server has, but the page', async () => {
    const routes = await routesOfServer();
    const page = ['GET /', 'GET /*', 'GET /c', 'GET /two'];
    const documented = operationsOf(await readDocument()).map(
      ({ method, path }) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
    );
    expect([...documented, ...page].toSorted()).toEqual(routes);
  });

  it('has every error there is, and says something about everything', async () => {
    const document = await readDocument();
    expect(Object.keys(document.components.schemas).toSorted()).toEqual(
      Object.keys(ERRORS).toSorted(),
    );
    for (const { operationId, summary, tags, security, responses } of operationsOf(document)) {
      expect([operationId, summary, tags[0], security]).not.toContain(undefined);
      for (const { description } of Object.values(responses)) {
        expect(description, operationId).toMatch(/^(?!Default Response).{4,}/);
      }
    }
  });

  it('shows an example of every JSON body, and each is one', async () => {
    const document = await readDocument();
    const check = createCheck(document, { closed: true });
    for (const { operationId, requestBody, responses } of operationsOf(document)) {
      if (operationId.startsWith('describe')) continue;
      for (const { content = {} } of [requestBody ?? {}, ...Object.values(responses)]) {
        const media = content['application/json'];
        if (!media) continue;
        const examples = examplesIn(document, media);
        expect(examples.length, operationId).toBeGreaterThan(0);
        for (const one of examples) expect(check(media.schema, one), operationId).toEqual([]);
      }
    }
  });

  it('says of which bodies one may do without', async () => {
    const optional = operationsOf(await readDocument())
      .filter(({ requestBody }) => requestBody?.required === false)
      .map(({ operationId }) => operationId);
    expect(optional).toEqual(['end']);
  });
});

it('leads to the server also under a path, whatever a proxy does with it', async () => {
  const server = await startServer({ PUBLIC_URL: 'http://chat.example/two' });
  onTestFinished(() => void server.kill());
  for (const path of ['', '/two']) {
    const { servers } = await fetchDocument<OpenApi>(`${server.base}${path}`, 'openapi');
    const { href } = new URL(servers[0]!.url, `${server.base}${path}/api/openapi.json`);
    expect(href).toBe(`${server.base}${path}/`);
    expect((await fetch(`${href}readyz`)).status).toBe(200);
  }
});

function examplesIn(document: OpenApi, { example, examples = {} }: Media): unknown[] {
  const named = Object.entries(examples).map(
    ([name, { value }]) => value ?? document.components.examples[name]?.value,
  );
  return example === undefined ? named : [example, ...named];
}

/** As the app itself registers them, without HEAD, which comes with GET. */
async function routesOfServer(): Promise<string[]> {
  const config = parseConfig({ COOKIE_SECRET: SECRET, PUBLIC_URL: 'https://chat.example/two' });
  const store = createMemoryStore(config);
  const app = buildApp({ config, store, webRoot: await webRoot() });
  const routes = new Set<string>();
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) if (one !== 'HEAD') routes.add(`${one} ${url}`);
  });
  await app.ready();
  await app.close();
  await store.close();
  return [...routes].toSorted();
}
