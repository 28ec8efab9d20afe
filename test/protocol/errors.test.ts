import { describe, expect, it } from 'vitest';
import {
  AppError,
  CLOSE,
  ERRORS,
  isErrorCode,
  isFinalClose,
} from '../../server/protocol/errors.ts';

describe('errors', () => {
  it('[CL1] everything outside 4500–4999 and 1009 means connect again', () => {
    for (const code of [
      1000,
      1001,
      1005,
      1006,
      1011,
      CLOSE.restart,
      4000,
      4002,
      4003,
      4005,
      4499,
      5000,
    ]) {
      expect(isFinalClose(code), String(code)).toBe(false);
    }
    for (const code of [CLOSE.tooBig, 4500, 4501, 4503, 4504, 4999]) {
      expect(isFinalClose(code), String(code)).toBe(true);
    }
  });

  it('[HT1] knows its codes, and no names inherited from objects', () => {
    expect(isErrorCode('wrong_code')).toBe(true);
    for (const value of ['toString', '__proto__', 'nope', 7, null]) {
      expect(isErrorCode(value)).toBe(false);
    }
    expect(ERRORS.ended.status).toBe(410);
  });

  it('[HT1] an error keeps its cause to itself', () => {
    const error = new AppError('busy', { details: { retryInMs: 3 }, cause: new Error('inner') });
    expect(error.message).toBe('busy');
    expect(error.details).toEqual({ retryInMs: 3 });
  });
});
