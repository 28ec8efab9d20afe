import { describe, expect, it } from 'vitest';
import { checkNames } from '../../../web/ui/name-problems.ts';

describe('the two names', () => {
  it('are taken trimmed', () => {
    expect(checkNames(' Ann ', 'Bob')).toEqual({ names: ['Ann', 'Bob'] });
  });

  it('each have their own error', () => {
    expect(checkNames('', ' ')).toEqual({ yours: 'Enter your name', theirs: 'Enter their name' });
    expect(checkNames('Ann', 'B'.repeat(41))).toEqual({
      yours: null,
      theirs: 'Use 40 characters or fewer',
    });
    expect(checkNames('A\u202Enn', 'Bob')).toEqual({
      yours: 'Remove the hidden characters from this name',
      theirs: null,
    });
  });

  it('must differ, ignoring case', () => {
    expect(checkNames('ann', 'ANN')).toEqual({ yours: null, theirs: 'Enter two different names' });
  });
});
