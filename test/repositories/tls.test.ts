// Guarantees that what DATABASE_URL says about encryption and certificates holds, for the service and for migrations, and that a refusal says why.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { migrate } from '../../prisma/engine/apply.ts';
import { toDatabaseError } from '../../src/repositories/database-error.ts';
import { createDatabase } from '../../src/repositories/database.ts';
import { makeAuthority, makeCertificate, type Certificate } from '../support/certificates.ts';
import { switchTlsOff, switchTlsOn } from '../support/postgres-tls.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { skipWithout } from '../support/skip-without.ts';

describe('a PostgreSQL whose certificate comes from an authority of its own', () => {
  let testDatabase: TestDatabase;
  let folder: string | undefined;
  let authority: Certificate;
  let stranger: Certificate;
  let client: Certificate;
  let beforehand: unknown;

  before(async function () {
    await skipWithout(this, 'openssl');
    testDatabase = await createTestDatabase();
    beforehand = await failureOf(urlWith({ sslmode: 'require' }));
    folder = await mkdtemp(join(tmpdir(), 'call-processing-tls-'));
    authority = await makeAuthority(folder, 'provider');
    stranger = await makeAuthority(folder, 'stranger');
    client = await makeCertificate(folder, 'client', authority);
    const server = await makeCertificate(folder, 'localhost', authority);
    await switchTlsOn(testDatabase.url, server, authority);
  });
  after(async () => {
    if (folder !== undefined) {
      await switchTlsOff(testDatabase.url);
      await rm(folder, { recursive: true, force: true });
    }
    await testDatabase?.drop();
  });

  /** The certificate names localhost. */
  function urlWith(parameters: Readonly<Record<string, string>>, host = 'localhost'): string {
    const url = Object.assign(new URL(testDatabase.url), { hostname: host });
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
  }

  const ACCEPTED: readonly (readonly [
    string,
    () => string,
    { ssl: boolean; client_dn: string | null },
  ])[] = [
    [
      'verify-full with its file',
      () => urlWith({ sslmode: 'verify-full', sslrootcert: authority.certificate }),
      { ssl: true, client_dn: null },
    ],
    [
      'require with its file, by an address that the certificate does not name',
      () => urlWith({ sslmode: 'require', sslrootcert: authority.certificate }, '127.0.0.1'),
      { ssl: true, client_dn: null },
    ],
    [
      'verify-ca with its file, by an address that the certificate does not name',
      () => urlWith({ sslmode: 'verify-ca', sslrootcert: authority.certificate }, '127.0.0.1'),
      { ssl: true, client_dn: null },
    ],
    [
      'its file and no sslmode',
      () => urlWith({ sslrootcert: authority.certificate }),
      { ssl: true, client_dn: null },
    ],
    [
      'a certificate of the client',
      () =>
        urlWith({
          sslmode: 'verify-full',
          sslrootcert: authority.certificate,
          sslcert: client.certificate,
          sslkey: client.key,
        }),
      { ssl: true, client_dn: '/CN=client' },
    ],
    ['disable', () => urlWith({ sslmode: 'disable' }), { ssl: false, client_dn: null }],
    ['no word of it', () => urlWith({}), { ssl: false, client_dn: null }],
  ];
  for (const [what, url, expected] of ACCEPTED) {
    it(`is reached by ${what}`, async () => {
      const database = createDatabase({ url: url(), poolSize: 1 });
      try {
        const seen = await database.prisma.$queryRaw`
          SELECT ssl, client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()`;
        assert.deepEqual(seen, [expected]);
      } finally {
        await database.close();
      }
      assert.deepEqual((await migrate(url())).applied, []);
    });
  }

  const REFUSED: readonly (readonly [string, () => string])[] = [
    ['require without its file', () => urlWith({ sslmode: 'require' })],
    ['verify-full without its file', () => urlWith({ sslmode: 'verify-full' })],
    ['the file of another authority', () => urlWith({ sslrootcert: stranger.certificate })],
    [
      'verify-full, by an address that the certificate does not name',
      () => urlWith({ sslmode: 'verify-full', sslrootcert: authority.certificate }, '127.0.0.1'),
    ],
  ];
  for (const [what, url] of REFUSED) {
    it(`is refused by ${what}, with the reason and what to do`, async () => {
      for (const error of [await failureOf(url()), await failureOf(url(), true)]) {
        const translated = toDatabaseError(error);
        assert.equal(translated?.code, 'DATABASE_CERTIFICATE_UNTRUSTED', String(error));
      }
      await assert.rejects(migrate(url()), /certificate is not trusted.*sslrootcert=/);
    });
  }

  it('is told from one that offers no encryption', async () => {
    assert.equal(toDatabaseError(beforehand)?.code, 'DATABASE_TLS_REFUSED');
  });
});

/** How a statement by itself, or a transaction, fails. */
async function failureOf(url: string, inTransaction = false): Promise<unknown> {
  const database = createDatabase({ url, poolSize: 1 });
  try {
    await (inTransaction
      ? database.transaction((tx) => tx.call.count())
      : database.prisma.call.count());
    return new Error('it was reached');
  } catch (error) {
    return error;
  } finally {
    await database.close();
  }
}
