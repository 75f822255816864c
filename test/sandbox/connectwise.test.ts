/** The ConnectWise stand-in answers the queries that the service sends as ConnectWise Manage does, and refuses all others. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONNECTWISE_CREDENTIALS } from '../../sandbox/connectwise/credentials.ts';
import { sandboxEnvironment } from '../../sandbox/environment.ts';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.ts';

type Row = { id: number; identifier?: string; company?: { id: number }; _info?: object };
type Answer = {
  status: number;
  rows: Row[];
  error: { code: string; message: string };
  link: string | null;
};

const { companyId, publicKey, privateKey, clientId } = CONNECTWISE_CREDENTIALS;
const HEADERS: Record<string, string> = {
  authorization: `Basic ${Buffer.from(`${companyId}+${publicKey}:${privateKey}`).toString('base64')}`,
  clientId,
};

describe('sandbox ConnectWise', () => {
  let folder: string;
  let sandbox: Sandbox;

  function start(): Promise<Sandbox> {
    return startSandbox({ dataDir: join(folder, 'data'), samplesDir: join(folder, 'samples') });
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sandbox-connectwise-'));
    mkdirSync(join(folder, 'samples'));
    const sample = {
      callRecordingId: '1700000201.1',
      recordgroup: 'support',
      recordid: '1',
      metadata: { snumber: '020 7946 0101' },
      words: [],
    };
    writeFileSync(
      join(folder, 'samples', 'call.json'),
      JSON.stringify({ ...sample, audio: 'call.wav' }),
    );
    writeFileSync(join(folder, 'samples', 'call.wav'), 'RIFF');
    sandbox = await start();
  });
  after(async () => {
    await sandbox?.stop();
    rmSync(folder, { recursive: true });
  });

  async function get(
    path: string,
    query: Record<string, string> = {},
    headers: Record<string, string> = HEADERS,
  ): Promise<Answer> {
    const url = `${sandbox.addresses.connectwiseUrl}${path}?${new URLSearchParams(query).toString()}`;
    const response = await fetch(url, { headers });
    const body: Row[] & Answer['error'] = JSON.parse(await response.text());
    return { status: response.status, rows: body, error: body, link: response.headers.get('link') };
  }

  async function idsOf(path: string, query: Record<string, string>): Promise<number[]> {
    const { status, rows, error } = await get(path, { pageSize: '1000', ...query });
    assert.equal(status, 200, error.message);
    return rows.map(({ id }) => id);
  }

  const post = (path: string, body: unknown): Promise<Response> =>
    fetch(`${sandbox.addresses.controlUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  const contactQueries: [title: string, query: Record<string, string>, ids: number[]][] = [
    [
      'a phone item, whatever its format between the wildcards',
      {
        childConditions:
          'communicationItems/value like "%946%0101%" AND communicationItems/communicationType="Phone"',
      },
      [501, 651],
    ],
    [
      'consecutive digits, which do not match a formatted value',
      {
        childConditions:
          'communicationItems/value like "%9460101%" and communicationItems/communicationType="Phone"',
      },
      [651],
    ],
    [
      'a single item that satisfies the whole child condition',
      {
        childConditions:
          'communicationItems/value like "%7946 0101" and communicationItems/communicationType="Fax"',
      },
      [652],
    ],
    ['the default number', { conditions: 'defaultPhoneNbr like "%7946 0101%"' }, [501]],
    ['references', { conditions: 'company/id = 251 and inactiveFlag = false' }, [511, 512, 514]],
    ['text, ignoring case', { conditions: "LastName = 'MARSH'" }, [611, 612]],
    ['contains', { conditions: 'company/name contains "river"' }, [541, 542]],
    ['lists', { conditions: 'id in (501, 611, 7)' }, [501, 611]],
    ['negated lists', { conditions: 'company/id = 251 and id not in (511, 512)' }, [513, 514]],
    [
      'and before or',
      { conditions: 'id = 501 or company/id = 262 and firstName = "Ray"' },
      [501, 612],
    ],
    ['brackets', { conditions: '(id = 501 or company/id = 262) and firstName = "Ray"' }, [612]],
    [
      'not before a bracket',
      { conditions: 'company/id = 262 and not (firstName = "Ray")' },
      [611, 641],
    ],
    ['not like', { conditions: 'company/id = 262 and lastName not like "mar%"' }, [641]],
    ['comparison of numbers', { conditions: 'id >= 611 and id < 613' }, [611, 612]],
    ['absent values', { conditions: 'company/id = null' }, [631, 632]],
    ['like without a wildcard, as equality', { conditions: 'lastName like "mars"' }, []],
  ];
  for (const [title, query, ids] of contactQueries) {
    it(`finds contacts by ${title}`, async () => {
      assert.deepEqual(await idsOf('/company/contacts', query), ids);
    });
  }

  it('finds companies by number, and omits a deleted one only on request', async () => {
    const number = 'phoneNumber = "020 7946 0140"';
    assert.deepEqual(await idsOf('/company/companies', { conditions: number }), [258]);
    const conditions = `${number} and deletedFlag = false`;
    assert.deepEqual(await idsOf('/company/companies', { conditions }), []);
  });

  const refused: [title: string, query: Record<string, string>, message: RegExp][] = [
    ['an unknown name', { conditions: 'phone = "1"' }, /^phone is not a recognized name\.$/],
    [
      'an array in conditions',
      { conditions: 'communicationItems/value = "1"' },
      /not a recognized name/,
    ],
    [
      'a field of the record in childConditions',
      { childConditions: 'id = 1' },
      /not a recognized name/,
    ],
    ['an unclosed string', { conditions: 'lastName = "Marsh' }, /cannot be read/],
    ['an unclosed bracket', { conditions: '(id = 1' }, /ends too early/],
    ['an unknown operator', { conditions: 'id ~ 1' }, /cannot be read/],
    ['a bare word', { conditions: 'lastName = Marsh' }, /is not valid/],
    ['two conditions without and', { conditions: 'id = 1 id = 2' }, /is not valid/],
    ['a page of 0', { page: '0' }, /page has to be/],
    ['an unknown field', { fields: 'id,nickname' }, /nickname is not a recognized name/],
    ['an unknown order', { orderBy: 'nickname desc' }, /nickname is not a recognized name/],
    ['an unknown parameter', { condition: 'id=1' }, /does not know the parameter/],
  ];
  for (const [title, query, message] of refused) {
    it(`refuses with a 400 in ConnectWise's format: ${title}`, async () => {
      const { status, error } = await get('/company/contacts', query);
      assert.equal(status, 400);
      assert.match(error.message, message);
      assert.equal(typeof error.code, 'string');
    });
  }

  it('returns only the requested fields, and _info only when it is among them', async () => {
    const { rows } = await get('/company/contacts', {
      conditions: 'id=501',
      fields: 'id,company/name,company/id,inactiveFlag',
    });
    assert.deepEqual(rows, [
      { id: 501, company: { id: 250, name: 'Brightwater Dental' }, inactiveFlag: false },
    ]);
    const whole = await get('/company/contacts', { conditions: 'id=501' });
    assert.ok('_info' in (whole.rows[0] ?? {}));
    assert.deepEqual(whole.rows[0]?.company, {
      id: 250,
      identifier: 'BrightwaterDental',
      name: 'Brightwater Dental',
    });
  });

  it('returns 25 rows per page by default, links to the next and the last page, and an empty page beyond them', async () => {
    const first = await get('/company/contacts', { fields: 'id' });
    assert.equal(first.rows.length, 25);
    assert.match(
      first.link ?? '',
      /<http:[^>]*[?&]page=2[^>]*>; rel="next", <[^>]*page=2[^>]*>; rel="last"/,
    );
    const nextUrl = /<([^>]*)>; rel="next"/.exec(first.link ?? '')?.[1] ?? '';
    const next = await fetch(nextUrl, { headers: HEADERS });
    const rows: Row[] = JSON.parse(await next.text());
    const ids = [...first.rows, ...rows].map(({ id }) => id);
    assert.deepEqual(ids, await idsOf('/company/contacts', {}));
    assert.doesNotMatch(next.headers.get('link') ?? '', /next/);
    assert.deepEqual((await get('/company/contacts', { page: '9' })).rows, []);
  });

  it('silently caps a page at 1000 rows', async () => {
    const contacts = Array.from({ length: 1001 }, (_, index) => ({
      id: 20_000 + index,
      firstName: 'Many',
    }));
    assert.equal((await post('/connectwise', { contacts })).status, 201);
    const query = { conditions: 'firstName = "Many"', pageSize: '5000', fields: 'id' };
    const { status, rows, link } = await get('/company/contacts', query);
    assert.equal(status, 200);
    assert.equal(rows.length, 1000);
    assert.match(link ?? '', /rel="next"/);
    assert.equal((await get('/company/contacts', { ...query, page: '2' })).rows.length, 1);
  });

  it('orders by the requested fields', async () => {
    const query = {
      conditions: 'company/id in (254, 262)',
      orderBy: 'company/name desc, firstName',
    };
    assert.deepEqual(await idsOf('/company/contacts', query), [611, 641, 612, 541]);
  });

  const credentials: [title: string, headers: Record<string, string>, status: number][] = [
    ['403 without a client id', { authorization: HEADERS['authorization'] ?? '' }, 403],
    ['401 without credentials', { clientId }, 401],
    [
      '404 to wrong keys, as the cloud does',
      { clientId, authorization: `Basic ${btoa('sandbox+a:b')}` },
      404,
    ],
  ];
  for (const [title, headers, status] of credentials) {
    it(`answers ${title}`, async () => {
      const answer = await get('/company/contacts', {}, headers);
      assert.equal(answer.status, status);
      assert.equal(typeof answer.error.code, 'string');
    });
  }

  it('counts a request for every call with the requested number, and applies their faults', async () => {
    assert.equal((await post('/reset', {})).status, 204);
    const action = { status: 429, headers: { 'retry-after': '7' } };
    const fault = { system: 'connectwise', callSid: '1700000201.1', action };
    assert.equal((await post('/faults', fault)).status, 201);
    const ask = (digits: string): Promise<Answer> =>
      get('/company/companies', { conditions: `phoneNumber like "%${digits}%"` });
    assert.equal((await ask('496%0110')).status, 200);
    const limited = await ask('7946%0101');
    assert.equal(limited.status, 429);
    assert.match(limited.error.message, /rate limit/i);
    assert.equal((await ask('7946%0101')).status, 200);
    const hits: {
      calls: Record<string, Record<string, number>>;
    } = JSON.parse(await (await fetch(`${sandbox.addresses.controlUrl}/hits`)).text());
    assert.deepEqual(hits.calls, { '1700000201.1': { 'connectwise.companies.list': 2 } });
  });

  it('answers with records added at run time, even after a restart', async () => {
    const records = {
      companies: [
        { id: 9001, identifier: 'Added', name: 'Added Company', phoneNumber: '+442079460188' },
      ],
      contacts: [
        {
          id: 9002,
          firstName: 'Ada',
          company: { id: 9001 },
          communicationItems: [{ value: '+442079460189' }],
        },
      ],
    };
    assert.equal((await post('/connectwise', records)).status, 201);
    const query = { childConditions: 'communicationItems/value = "+442079460189"' };
    assert.deepEqual(await idsOf('/company/contacts', query), [9002]);
    await sandbox.stop();
    sandbox = await start();
    assert.deepEqual(await idsOf('/company/contacts', query), [9002]);
    assert.deepEqual(await idsOf('/company/companies', { conditions: 'id = 9001' }), [9001]);
  });

  it('refuses records that it could not return', async () => {
    const unknownCompany = { contacts: [{ id: 9003, firstName: 'Bo', company: { id: 12345 } }] };
    const strayedSite = { sites: [{ id: 9004, name: 'Nowhere', company: { id: 12345 } }] };
    for (const records of [
      unknownCompany,
      strayedSite,
      { company: [] },
      { contacts: [{ id: 1, name: 'x' }] },
    ]) {
      assert.equal((await post('/connectwise', records)).status, 400);
    }
    assert.deepEqual(await idsOf('/company/contacts', { conditions: 'id = 9003' }), []);
  });

  it("lists only a company's own sites, with conditions and pages", async () => {
    const path = '/company/companies/252/sites';
    assert.deepEqual(await idsOf(path, {}), [720, 721, 722]);
    assert.deepEqual(await idsOf(path, { conditions: 'inactiveFlag = false' }), [720, 721]);
    const page = await get(path, { pageSize: '2', fields: 'id,phoneNumber,country/name' });
    assert.deepEqual(page.rows, [
      { id: 720, phoneNumber: '020 7946 0125 ext 2' },
      { id: 721, phoneNumber: '010 123 4567', country: { name: 'Netherlands' } },
    ]);
    assert.match(page.link ?? '', /page=2[^>]*>; rel="next"/);
    assert.deepEqual(await idsOf('/company/companies/253/sites', {}), []);
  });

  it('answers 404 for the sites of an unknown company, and for sites without a company', async () => {
    assert.equal((await get('/company/companies/12345/sites')).status, 404);
    assert.equal((await get('/company/sites')).status, 404);
  });

  it('counts site lists, and applies faults to them, under an operation of their own', async () => {
    assert.equal((await post('/reset', {})).status, 204);
    const fault = { system: 'connectwise', operation: 'sites.list', action: { status: 503 } };
    assert.equal((await post('/faults', fault)).status, 201);
    assert.equal((await get('/company/companies/252/sites')).status, 503);
    assert.equal((await get('/company/companies/252/sites')).status, 200);
    const hits: { total: Record<string, number> } = JSON.parse(
      await (await fetch(`${sandbox.addresses.controlUrl}/hits`)).text(),
    );
    assert.deepEqual(hits.total, { 'connectwise.sites.list': 2 });
  });

  it("contains the companies that the sandbox's environment excludes: the MSP itself and the catch-all", async () => {
    const excluded =
      sandboxEnvironment(sandbox.addresses)['CONNECTWISE_EXCLUDED_COMPANY_IDS'] ?? '';
    const { rows } = await get('/company/companies', { conditions: `id in (${excluded})` });
    assert.deepEqual(
      rows.map(({ identifier }) => identifier),
      ['Catchall', 'OurMsp'],
    );
  });

  it("contains the expected companies for the samples' numbers, and none for the unknown caller's", async () => {
    const numbers: [pattern: string, companies: number[]][] = [
      ['%20%7946%0101', [250]],
      ['%161%496%0110%', [251]],
      ['%20%7946%0120', [252]],
      ['%212%555%0123', [253]],
      ['%161%496%0150', [254, 255]],
      ['%20%7946%0102', [250]],
      ['%7946%0199%', []],
    ];
    for (const [pattern, expected] of numbers) {
      const childConditions = `communicationItems/value like "${pattern}" and communicationItems/communicationType = "Phone"`;
      const contacts = await get('/company/contacts', {
        childConditions,
        conditions: 'inactiveFlag = false',
      });
      const companies = await idsOf('/company/companies', {
        conditions: `phoneNumber like "${pattern}"`,
      });
      const ofContacts = contacts.rows.map(({ company }) => company?.id ?? 0);
      assert.deepEqual(
        [...new Set([...companies, ...ofContacts])].toSorted((a, b) => a - b),
        expected,
        pattern,
      );
    }
  });
});
