// Where the gateway's credentials can sign, it hands out an address that opens one recording for a few minutes, that
// nobody can change, and that nothing of ours writes down.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, verify } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createDatabase } from '../../src/repositories/database.ts';
import { makeAuthority, makeCertificate } from '../support/certificates.ts';
import { startOwnGateway, type OwnGateway } from '../support/own-gateway.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { addCall } from './archived-calls.ts';

const OBJECT = 'call-recordings/1.1.wav';
const EMAIL = 'gateway@project.iam.gserviceaccount.com';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

describe('GET /calls/:callSid/recording with credentials that can sign', () => {
  const stack = new AsyncDisposableStack();
  let gateway: OwnGateway;
  let mediaRequests = 0;

  before(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'call-processing-signing-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const authority = await makeAuthority(folder, 'authority');
    const { certificate, key } = await makeCertificate(folder, 'localhost', authority);
    const store = createServer(
      { cert: await readFile(certificate), key: await readFile(key) },
      (request, response) => {
        const { searchParams } = new URL(request.url ?? '/', 'https://localhost');
        if (searchParams.get('alt') === 'media') {
          mediaRequests += 1;
          response.writeHead(206, { 'content-length': 5 }).end('audio');
          return;
        }
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ generation: '77', size: '5', crc32c: 'AAAAAA==' }));
      },
    );
    await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve));
    stack.defer(() => void store.close());
    const { port } = store.address() as AddressInfo;

    const credentials = join(folder, 'credentials.json');
    const account = {
      type: 'service_account',
      project_id: 'project',
      private_key_id: 'k',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      client_email: EMAIL,
      client_id: '1',
      // In another universe than Google's own, the library makes its tokens itself instead of fetching them.
      universe_domain: 'example.test',
    };
    await writeFile(credentials, JSON.stringify(account));
    const testDatabase = await createTestDatabase();
    stack.defer(() => testDatabase.drop());
    const database = createDatabase({ url: testDatabase.url, poolSize: 1 });
    stack.defer(() => database.close());
    await addCall(database, '1.1', {
      recordingUrl: `gs://bucket/${OBJECT}`,
      recordingGeneration: '77',
      mimeType: 'audio/wav',
    });
    gateway = await startOwnGateway(testDatabase.url, {
      RECORDINGS_BUCKET: 'bucket',
      STORAGE_API_ENDPOINT: `https://localhost:${port}`,
      GOOGLE_APPLICATION_CREDENTIALS: credentials,
      NODE_EXTRA_CA_CERTS: authority.certificate,
      LOG_LEVEL: 'trace',
    });
    stack.defer(() => gateway.remove());
  });
  after(() => stack.disposeAsync());

  const ask = (query = '', method = 'GET') =>
    fetch(`${gateway.url}/calls/1.1/recording${query}`, { method, redirect: 'manual' });

  it('is an address whose signature holds for this generation, type and name, and for five minutes', async () => {
    const response = await ask();
    assert.equal(response.status, 302, await response.text());
    assert.equal(response.headers.get('cache-control'), 'private, no-store');
    const address = new URL(response.headers.get('location') ?? '');
    assert.equal(decodeURIComponent(address.pathname), `/bucket/${OBJECT}`);
    const query = Object.fromEntries(address.searchParams);
    assert.equal(query['generation'], '77');
    assert.equal(query['response-content-type'], 'audio/wav');
    assert.equal(query['response-content-disposition'], 'inline; filename="1.1.wav"');
    assert.equal(query['X-Goog-Expires'], '300');
    assert.ok(isSigned(address));

    const changes: readonly [string, string][] = [
      ['generation', '78'],
      ['response-content-type', 'text/html'],
      ['response-content-disposition', 'inline; filename="x.html"'],
      ['X-Goog-Expires', '604800'],
    ];
    for (const [name, value] of changes) {
      const changed = new URL(address);
      changed.searchParams.set(name, value);
      assert.equal(isSigned(changed), false, name);
    }
  });

  it('names a file where one is asked for', async () => {
    const { headers } = await ask('?download');
    const address = new URL(headers.get('location') ?? '');
    const disposition = address.searchParams.get('response-content-disposition');
    assert.equal(disposition, 'attachment; filename="1.1.wav"');
  });

  it('is not given to a page that asks for the audio itself, nor to HEAD', async () => {
    const streamed = await ask('?stream');
    assert.equal(streamed.status, 200);
    assert.equal(await streamed.text(), 'audio');
    assert.equal(mediaRequests, 1);
    const { status, headers } = await ask('', 'HEAD');
    assert.deepEqual([status, headers.get('content-length')], [200, '5']);
  });

  it('stands in no log, nor do the credentials', async () => {
    const { headers } = await ask();
    const location = headers.get('location') ?? '';
    const signature = new URL(location).searchParams.get('X-Goog-Signature') ?? '';
    assert.ok(signature.length > 100);
    const log = gateway.process.output();
    assert.match(log, /incoming request/);
    assert.doesNotMatch(log, /X-Goog-|PRIVATE KEY|iam\.gserviceaccount/);
    assert.ok(!log.includes(signature));
  });
});

/**
 * Whether Google would accept an address: its "V4 signing process with your own program", from the
 * address alone.
 */
function isSigned(address: URL): boolean {
  const encode = (text: string) =>
    encodeURIComponent(text).replaceAll(
      /[!'()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const signature = address.searchParams.get('X-Goog-Signature') ?? '';
  const query = [...address.searchParams]
    .filter(([name]) => name !== 'X-Goog-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted()
    .join('&');
  const canonical = [
    'GET',
    address.pathname,
    query,
    `host:${address.hostname}`,
    '',
    'host',
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const [email, ...scope] = (address.searchParams.get('X-Goog-Credential') ?? '').split('/');
  assert.equal(email, EMAIL);
  const toSign = [
    'GOOG4-RSA-SHA256',
    address.searchParams.get('X-Goog-Date') ?? '',
    scope.join('/'),
    createHash('sha256').update(canonical).digest('hex'),
  ].join('\n');
  return verify('RSA-SHA256', Buffer.from(toSign), publicKey, Buffer.from(signature, 'hex'));
}
