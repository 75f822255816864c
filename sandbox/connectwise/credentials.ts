import type { IncomingHttpHeaders } from 'node:http';
import { apiError } from './api-error.ts';

/** The credentials that the sandbox's ConnectWise accepts; `sandboxEnvironment` hands them to the worker. */
export const CONNECTWISE_CREDENTIALS = {
  companyId: 'sandbox',
  publicKey: 'sandbox-public-key',
  privateKey: 'sandbox-private-key',
  clientId: '5a9d0b0e-0000-4000-8000-000000000000',
} as const;

/**
 * Checks the two headers as the cloud does: 403 without a client id, 401 without credentials, and **404** for a wrong
 * company or wrong keys, as if the whole API did not exist.
 */
export function checkCredentials(headers: IncomingHttpHeaders): void {
  if (headers['clientid'] === undefined || headers['clientid'] === '') {
    throw apiError(403, 'Forbidden', 'The clientId header is required.');
  }
  if (headers.authorization === undefined) {
    throw apiError(401, 'Unauthorized', 'Authorization has been denied for this request.');
  }
  const { companyId, publicKey, privateKey } = CONNECTWISE_CREDENTIALS;
  const expected = Buffer.from(`${companyId}+${publicKey}:${privateKey}`).toString('base64');
  const [scheme = '', given = ''] = headers.authorization.split(' ');
  if (scheme.toLowerCase() !== 'basic' || given !== expected) {
    throw apiError(404, 'NotFound', 'The requested resource was not found.');
  }
}
