/**
 * Schemas become code when the first request asks for it, and not all of them at the start, of which
 * that takes a fifth. That each of them compiles is shown by the tests, which try every route.
 */
import { AjvCompiler } from '@fastify/ajv-compiler';
import type { BuildCompilerFromPool } from '@fastify/ajv-compiler';
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';
import type { SerializerFactory } from '@fastify/fast-json-stringify-compiler';

const buildValidator = AjvCompiler();
const buildSerializer = SerializerSelector();

/** As Fastify builds them, later. */
export const LAZY_COMPILERS = {
  buildValidator: ((...options) => {
    const compiler = once(() => buildValidator(...options));
    return (route) => {
      const compiled = once(() => compiler()(route));
      const validate = (data: unknown) => {
        const validator = compiled();
        const isValid = validator(data);
        Object.assign(validate, { errors: validator.errors });
        return isValid;
      };
      // as: all that Fastify does is to call it, and to read its errors.
      return validate as ReturnType<ReturnType<BuildCompilerFromPool>>;
    };
  }) satisfies BuildCompilerFromPool,

  buildSerializer: ((...options) => {
    const compiler = once(() => buildSerializer(...options));
    return (route) => {
      const compiled = once(() => compiler()(route));
      return (data) => compiled()(data);
    };
  }) satisfies SerializerFactory,
};

function once<T>(make: () => T): () => T {
  let made: { it: T } | undefined;
  return () => (made ??= { it: make() }).it;
}
