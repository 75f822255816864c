// From the document a TypeScript client can be generated, which compiles and with which a program of a few lines
// works.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { createDatabase } from '../../src/repositories/database.ts';
import { makeKey } from '../support/api-keys.ts';
import { startOwnGateway, type OwnGateway } from '../support/own-gateway.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { addListedCall } from './listed-calls.ts';

const run = promisify(execFile);

const ROOT = join(import.meta.dirname, '../..');
const BIN = join(ROOT, 'node_modules/.bin');

const reader = makeKey('reader', 'calls:read');

/** What somebody writes who has the generated client. */
const PROGRAM = `
import { defaults, listCalls, readTranscript, type Problem } from './client.ts';

defaults.baseUrl = process.argv[2];
defaults.headers = { authorization: \`Bearer \${process.argv[3]}\` };

const found = await listCalls({ company: '250', followUp: true, limit: 1 });
if (found.status !== 200) throw new Error(found.data.remedy);
const [call] = found.data.calls;
if (call === undefined) throw new Error('There is no call.');
const company: string | undefined = call.company?.name;
const transcript = await readTranscript(call.callSid);
const text = transcript.status === 200 ? transcript.data.languageCode : transcript.data.code;
const refused = await listCalls({ cursor: 'nonsense' });
const problem: Problem | null = refused.status === 400 ? refused.data : null;
console.log(JSON.stringify([call.callSid, company, text, problem?.code]));
`;

/** The same with a status, a field and a parameter that the document does not know. */
const WRONG_PROGRAMS = [
  PROGRAM.replace('found.status !== 200', 'found.status !== 204'),
  PROGRAM.replace('call.company?.name', 'call.company?.title'),
  PROGRAM.replace('followUp: true', 'followUp: "perhaps"'),
];

const COMPILER_OPTIONS = {
  strict: true,
  noEmit: true,
  module: 'nodenext',
  target: 'es2024',
  types: ['node'],
  allowImportingTsExtensions: true,
  skipLibCheck: true,
};

describe('a client generated from the document', () => {
  const stack = new AsyncDisposableStack();
  let gateway: OwnGateway;
  let folder: string;

  before(async () => {
    const testDatabase = await createTestDatabase();
    stack.defer(() => testDatabase.drop());
    const database = createDatabase({ url: testDatabase.url, poolSize: 1 });
    stack.defer(() => database.close());
    const company = { connectwiseId: '250', name: 'Brightwater Dental' };
    await addListedCall(database, { callSid: '1.1', startTime: new Date(), company });
    gateway = await startOwnGateway(testDatabase.url, { API_KEYS: reader.entry });
    stack.defer(() => gateway.remove());

    // Inside the project, so that the client finds its runtime.
    const inside = join(ROOT, '.data');
    await mkdir(inside, { recursive: true });
    folder = await mkdtemp(join(inside, 'client-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const document = await (await fetch(`${gateway.url}/openapi.json`)).text();
    await writeFile(join(folder, 'openapi.json'), document);
    await run(join(BIN, 'oazapfts'), [join(folder, 'openapi.json'), join(folder, 'client.ts')]);
    const files = ['program.ts', ...WRONG_PROGRAMS.map((_, index) => `wrong-${index}.ts`)];
    for (const [index, program] of [PROGRAM, ...WRONG_PROGRAMS].entries()) {
      await writeFile(join(folder, files[index] ?? ''), program);
    }
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files }),
    );
  });
  after(() => stack.disposeAsync());

  it('compiles with a program that uses it, and not with one that uses it wrongly', async () => {
    const compiled = await run(join(BIN, 'tsc'), ['-p', folder, '--pretty', 'false']).catch(
      (error: { readonly stdout: string }) => error,
    );
    const files = [...compiled.stdout.matchAll(/([\w-]+\.ts)\(\d+,\d+\): error/g)];
    const wrong = new Set(files.map(([, file]) => file));
    assert.deepEqual(wrong, new Set(['wrong-0.ts', 'wrong-1.ts', 'wrong-2.ts']), compiled.stdout);
  });

  it('works', async () => {
    assert.match(await readFile(join(folder, 'client.ts'), 'utf8'), /function listCalls/);
    const { stdout } = await run(process.execPath, [
      join(folder, 'program.ts'),
      gateway.url,
      reader.key,
    ]);
    assert.deepEqual(JSON.parse(stdout), ['1.1', 'Brightwater Dental', 'en-GB', 'INVALID_INPUT']);
  });
});
