import { describe, expect, it } from 'vitest';
import { isSameName, parseName } from '../../server/protocol/name.ts';
import { vectors } from './vectors.ts';

describe('a name', () => {
  it.each(vectors.names.accepted)('[EN3] typed as %j is %j', (typed, name) => {
    expect(parseName(typed)).toEqual({ name });
  });

  it.each(vectors.names.refused)('[EN3] cannot be %j: %s', (typed, problem) => {
    expect(parseName(typed)).toEqual({ problem });
  });

  it.each([
    ['Ann', 'ANN'],
    ['Straße', 'STRASSE'],
    ['Åsa', 'åsa'],
  ])('[EN3] %s and %s are one', (one, other) => {
    expect(isSameName(one, other)).toBe(true);
  });

  it('[EN3] Ann and Anny are two', () => {
    expect(isSameName('Ann', 'Anny')).toBe(false);
  });
});
