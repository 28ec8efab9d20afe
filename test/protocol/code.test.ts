import { describe, expect, it } from 'vitest';
import { formatCode, normaliseCode } from '../../server/protocol/code.ts';
import { vectors } from './vectors.ts';

describe('a code', () => {
  it.each(vectors.codes.accepted)('[EN4] typed as %j means %s', (typed, code) => {
    expect(normaliseCode(typed)).toBe(code);
  });

  it.each(vectors.codes.refused)('[EN4] cannot be %j', (typed) => {
    expect(normaliseCode(typed)).toBeNull();
  });

  it('[EN4] is shown in two halves', () => {
    expect(formatCode('7K3MQ9TX')).toBe('7K3M-Q9TX');
  });
});
