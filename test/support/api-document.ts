/**
 * The documents that the server gives out about itself, and what they say, as validators. They are
 * held strictly: an answer or a frame with a field that is not described does not fit.
 */
import { createRequire } from 'node:module';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Ajv, type ErrorObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

export interface Message {
  name: string;
  payload: Schema;
  examples: { payload: { type: string } & Record<string, unknown> }[];
}

export interface AsyncApi {
  servers: { here: { host: string; protocol: string; pathname?: string } };
  channels: {
    connection: {
      address: string;
      messages: Record<string, object>;
      'x-closeCodes': { code: number; name: string; again: boolean; description: string }[];
    };
  };
  operations: Record<string, { action: string }>;
  components: { messages: Record<string, Message> };
}

export interface Media {
  schema: Schema;
  example?: unknown;
  examples?: Record<string, { value?: unknown }>;
}

export interface Response {
  description: string;
  headers?: Record<string, { schema: Schema }>;
  content?: Record<string, Media>;
}

export interface Operation {
  operationId: string;
  summary: string;
  description?: string;
  tags: string[];
  security: Record<string, string[]>[];
  parameters?: { name: string; in: string; schema: Schema; description?: string }[];
  requestBody?: { required: boolean; content: Record<string, Media> };
  responses: Record<string, Response>;
}

export interface OpenApi {
  openapi: string;
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Schema>;
    examples: Record<string, { value: unknown }>;
    securitySchemes: Record<string, { name: string }>;
  };
}

export type Schema = { $ref?: string; anyOf?: Schema[] } & Record<string, unknown>;

/** `base` may have a path. */
export async function fetchDocument<T>(base: string, name: 'openapi' | 'asyncapi'): Promise<T> {
  const response = await fetch(`${base}/api/${name}.json`);
  const type = response.headers.get('content-type');
  if (response.status !== 200 || type !== 'application/json; charset=utf-8') {
    throw new Error(`no document: ${response.status} ${type}`);
  }
  return (await response.json()) as T; // as: the validators say whether it is
}

/** What Redocly finds wrong with an OpenAPI or AsyncAPI document, its examples and references too. */
export async function lint(document: object): Promise<string[]> {
  const config = await createConfig({
    extends: ['recommended-strict'],
    // Whoever runs a server says under what terms.
    rules: { 'info-license': 'off' },
  });
  const found = await lintFromString({ source: JSON.stringify(document), config });
  return found.map(
    ({ ruleId, message, location: [where] }) => `${ruleId}: ${message} ${where?.pointer}`,
  );
}

/** What the schema that the AsyncAPI project publishes finds wrong with a document. */
export function asyncApiProblems(document: object): string[] {
  const load = createRequire(import.meta.url);
  const schema = load('@asyncapi/specs/schemas/3.0.0-without-$id.json') as object;
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  return problemsOf(ajv.compile(schema), document);
}

interface Validate {
  (value: unknown): unknown;
  errors?: ErrorObject[] | null;
}

function problemsOf(validate: Validate, value: unknown): string[] {
  if (validate(value) === true) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** Finds what is wrong with a value by a schema, which may refer to `document`. */
export type Check = (schema: Schema, value: unknown) => string[];

/** `closed`: what is not described is wrong. */
export function createCheck(document: object, { closed }: { closed: boolean }): Check {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  const compiled = new Map<Schema, Validate>();
  return (schema, value) => {
    let validate = compiled.get(schema);
    if (!validate) {
      // Its references lead to the components, which come along.
      const { components } = document as { components?: object };
      const whole = { ...schema, components };
      validate = ajv.compile(closed ? (close(whole) as object) : whole);
      compiled.set(schema, validate);
    }
    return problemsOf(validate, value);
  };
}

/** The same schema, in which no object has properties that are not named. */
function close(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(close);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inside = Object.fromEntries(Object.entries(schema).map(([key, one]) => [key, close(one)]));
  const isObject = inside['type'] === 'object' && inside['properties'] !== undefined;
  return isObject ? { additionalProperties: false, ...inside } : inside;
}
