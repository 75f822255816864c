// Guarantees that a parameter of a DATABASE_URL is honoured or refused by name, never ignored, and that no fault quotes a value.
import assert from 'node:assert/strict';

import { readDatabaseUrl } from '../../src/domain/database-url.ts';

const BASE = 'postgresql://someone:sesame@db.example:5433/calls';

const addressOf = (query: string) => readDatabaseUrl(`${BASE}${query}`).address;
const faultsOf = (query: string) => readDatabaseUrl(`${BASE}${query}`).faults ?? [];

describe('a DATABASE_URL', () => {
  it('without parameters is passed to the driver as it is', () => {
    assert.deepEqual(addressOf(''), {
      url: BASE,
      tls: null,
      bindsChannel: false,
      schema: null,
      maxConnections: null,
    });
  });

  it('as providers and the documentation of Prisma write it is taken', () => {
    const files = { authorityFile: null, certificateFile: null, keyFile: null };
    const verified = { checksHost: true, ...files };
    for (const [query, expected] of [
      ['?sslmode=require&channel_binding=require', { tls: verified, bindsChannel: true }],
      ['?pgbouncer=true&connection_limit=1', { tls: null, maxConnections: 1 }],
      ['?schema=intake&sslmode=disable', { tls: null, schema: 'intake' }],
      ['?sslmode=verify-full&sslrootcert=system', { tls: verified }],
      ['?ssl=true', { tls: verified }],
      ['?ssl=false', { tls: null }],
      [
        '?sslmode=require&sslrootcert=ca.pem',
        { tls: { ...verified, checksHost: false, authorityFile: 'ca.pem' } },
      ],
      [
        '?sslmode=verify-ca&sslrootcert=ca.pem',
        { tls: { ...verified, checksHost: false, authorityFile: 'ca.pem' } },
      ],
      ['?sslrootcert=ca.pem', { tls: { ...verified, authorityFile: 'ca.pem' } }],
      [
        '?sslcert=c.pem&sslkey=k.pem',
        { tls: { ...verified, certificateFile: 'c.pem', keyFile: 'k.pem' } },
      ],
    ] as const) {
      const address = addressOf(query);
      assert.deepEqual({ ...address, ...expected }, address, query);
      assert.equal(address?.url, BASE, query);
    }
  });

  it('keeps for the driver what the driver and PostgreSQL read', () => {
    const query = '?host=%2Fcloudsql%2Fproject&application_name=night&options=-c+work_mem%3D8MB';
    assert.equal(addressOf(`${query}&schema=intake`)?.url, `${BASE}${query}`);
  });

  const REFUSED: readonly (readonly [query: string, named: string])[] = [
    ['?sslmode=no-verify', 'sslmode'],
    ['?sslmode=prefer', 'sslmode'],
    ['?sslmode=allow', 'sslmode'],
    ['?sslmode=sesame', 'sslmode'],
    ['?ssl=no-verify', 'ssl'],
    ['?sslmode=verify-ca', 'sslrootcert'],
    ['?sslmode=verify-ca&sslrootcert=system', 'sslrootcert'],
    ['?sslcert=c.pem', 'sslkey'],
    ['?sslaccept=accept_invalid_certs', 'sslaccept'],
    ['?uselibpqcompat=true', 'uselibpqcompat'],
    ['?statement_timeout=0', 'statement_timeout'],
    ['?search_path=sesame', 'search_path'],
    ['?connection_limit=0', 'connection_limit'],
    ['?connection_limit=sesame', 'connection_limit'],
    ['?schema=sesame%22', 'schema'],
    [`?schema=${'sesame'.repeat(11)}`, 'schema'],
    ['?channel_binding=sesame', 'channel_binding'],
  ];
  for (const [query, named] of REFUSED) {
    it(`with ${query.replaceAll('sesame', '…')} is refused by name`, () => {
      const faults = faultsOf(query);
      assert.equal(faults.length, 1, faults.join());
      assert.match(faults[0] ?? '', new RegExp(`\\b${named}\\b`));
      assert.doesNotMatch(faults.join(), /sesame/);
    });
  }

  it('with several faults is refused with all of them, and without its secrets', () => {
    const faults = faultsOf('?sslmode=sesame&foo=1&open.sesame=2');
    assert.equal(faults.length, 3, faults.join());
    assert.doesNotMatch(faults.join(), /sesame/);
  });

  it('of another kind is refused', () => {
    for (const url of ['foo', 'mysql://db/x', '', 'postgresql://a,b:5432,c/d']) {
      assert.deepEqual(readDatabaseUrl(url).faults, ['must be a postgresql:// URL'], url);
    }
  });
});
