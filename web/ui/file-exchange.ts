/** Octets by XMLHttpRequest: the only way a browser tells how much of an upload has gone. */
import type { ExchangeOctets } from '../core/file-transfer.ts';

export const exchangeOctets: ExchangeOctets = ({ method, url, body, onProgress }) => {
  const request = new XMLHttpRequest();
  request.open(method, url);
  request.responseType = 'arraybuffer';
  const side = body ? request.upload : request;
  side.addEventListener('progress', ({ loaded, total, lengthComputable }) =>
    onProgress(lengthComputable && total > 0 ? loaded / total : 0),
  );
  const answer = new Promise<{ status: number; body: Uint8Array } | null>((resolve) => {
    request.addEventListener('load', () => {
      // as: what responseType asks for
      const octets = new Uint8Array(request.response as ArrayBuffer);
      resolve({ status: request.status, body: octets });
    });
    for (const type of ['error', 'abort', 'timeout']) {
      request.addEventListener(type, () => resolve(null));
    }
  });
  if (body) request.setRequestHeader('content-type', 'application/octet-stream');
  // as: it never is a view of shared memory
  request.send(body ? (body as Uint8Array<ArrayBuffer>) : null);
  return { answer, abort: () => request.abort() };
};
