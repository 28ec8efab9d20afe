/**
 * What every store promises (server/store/store.ts), as one suite. A store's own test file makes
 * it and adds only what is its own.
 */
import { describe } from 'vitest';
import { deadlineContract } from './contract-deadline.ts';
import { endpointsContract } from './contract-endpoints.ts';
import { enteringContract } from './contract-entering.ts';
import { filesContract } from './contract-files.ts';
import { logContract } from './contract-log.ts';
import { presenceContract } from './contract-presence.ts';
import { publicationContract } from './contract-publication.ts';
import { renewalContract } from './contract-renewal.ts';
import { sessionContract } from './contract-session.ts';
import { unsendContract } from './contract-unsend.ts';
import type { MakeNodes } from './fixture.ts';

export function describeStore(name: string, make: MakeNodes): void {
  describe(name, () => {
    describe('sessions', () => sessionContract(make));
    describe('entering', () => enteringContract(make));
    describe('renewing', () => renewalContract(make));
    describe('the log', () => logContract(make));
    describe('taking back', () => unsendContract(make));
    describe('files', () => filesContract(make));
    describe('endpoints', () => endpointsContract(make));
    describe('presence', () => presenceContract(make));
    describe('the deadline', () => deadlineContract(make));
    describe('publication', () => publicationContract(make));
  });
}
