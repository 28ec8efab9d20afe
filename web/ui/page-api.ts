/** The calls of this page, on the folder it was served from. */
import { createSessionApi } from '../core/session-api.ts';
import { readLocation } from '../core/session-link.ts';
import { browserEnvironment } from './browser-environment.ts';

export const { base } = readLocation(location);

export const api = createSessionApi({ environment: browserEnvironment, base });
