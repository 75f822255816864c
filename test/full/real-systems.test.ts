// A stand-in never meets a real database or Temporal server by accident; on request it keeps to itself there.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { Client, Connection } from '@temporalio/client';

import { refuseMix } from '../../local/real-systems.ts';
import { toLocalSettings } from '../../local/settings.ts';
import { TASK_QUEUE } from '../../src/domain/names.ts';
import { createDatabase } from '../../src/repositories/database.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { startOwnTemporal } from '../support/temporal.ts';

const START = join(import.meta.dirname, '../../local/start.ts');

// Not among the ports of other tests, and below those for outgoing connections (see start.test.ts).
const OFFSET = 16_500;

/** The names with which no outside system has a stand-in. */
const SYSTEMS = {
  PHONE_SYSTEM_URL: 'https://phones.example',
  RECORDINGS_BUCKET: 'recordings',
  GOOGLE_CLOUD_PROJECT: 'project',
  CONNECTWISE_URL: 'https://connectwise.example',
  LLM_BASE_URL: 'https://model.example/v1',
};

describe('npm start beside a real installation', () => {
  let stack: AsyncDisposableStack;

  beforeEach(() => {
    stack = new AsyncDisposableStack();
  });
  afterEach(() => stack.disposeAsync());

  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'real-systems-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Runs it; resolves when it has ended. */
  async function start(env: Readonly<Record<string, string>>, ...args: string[]) {
    const result = promisify(execFile)(process.execPath, [START, ...args], {
      cwd: join(START, '../..'),
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'],
        TEMPORAL_CLI_PATH: process.env['TEMPORAL_CLI_PATH'],
        LOCAL_DATA_FOLDER: join(folder, 'data'),
        LOCAL_PORT_OFFSET: String(OFFSET),
        ...env,
      },
    });
    const [settled] = await Promise.allSettled([result]);
    if (settled.status === 'fulfilled') return { code: 0, output: settled.value.stdout };
    const { code, stdout, stderr } = settled.reason as {
      code: number;
      stdout: string;
      stderr: string;
    };
    return { code, output: `${stdout}${stderr}` };
  }

  it('refuses in one sentence that says what to set, and asks nobody anything', async () => {
    let connections = 0;
    const nobody = createServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(nobody, 'listening');
    try {
      const { port } = nobody.address() as AddressInfo;
      const { code, output } = await start({
        DATABASE_URL: `postgresql://u:secret@127.0.0.1:${port}/calls`,
        TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
        CONNECTWISE_URL: 'https://connectwise.example',
      });
      assert.equal(code, 1);
      assert.equal(
        output.trim(),
        'DATABASE_URL and TEMPORAL_ADDRESS are set, but stand-ins would work with them: set PHONE_SYSTEM_URL, RECORDINGS_BUCKET, GOOGLE_CLOUD_PROJECT, LLM_BASE_URL too, leave out DATABASE_URL and TEMPORAL_ADDRESS (in the environment and in .env), or add --with-real-systems to mix them on purpose.',
      );
      assert.equal(connections, 0);
    } finally {
      nobody.close();
    }
  });

  const database = { DATABASE_URL: 'postgresql://db.example/calls' };
  for (const [what, env, options, said] of [
    ['a database alone', database, {}, /^DATABASE_URL is set/],
    ['a Temporal server', { TEMPORAL_ADDRESS: 'temporal.example:7233' }, {}, /^TEMPORAL_ADDRESS/],
    ['a profile of Temporal', { TEMPORAL_PROFILE: 'production' }, {}, /^TEMPORAL_PROFILE is set/],
    ['a file of Temporal', { TEMPORAL_CONFIG_FILE: '/etc/t.toml' }, {}, /^TEMPORAL_CONFIG_FILE/],
    [
      'all but one system',
      { ...database, ...SYSTEMS, LLM_BASE_URL: '' },
      {},
      /set LLM_BASE_URL too/,
    ],
    [
      'the tiny Whisper model in place of the transcription',
      { ...database, ...SYSTEMS },
      { whisper: true },
      /set TRANSCRIPTION_BASE_URL too/,
    ],
    [
      'a database on this machine in place of the one of the Temporal server',
      { TEMPORAL_ADDRESS: 'temporal.example:7233', ...SYSTEMS },
      {},
      /set DATABASE_URL too/,
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
      assert.throws(() => refuseMix(toLocalSettings(present, options).mix), { message: said });
    });
  }

  it('refuses nothing where no stand-in meets a real system', () => {
    for (const env of [
      {},
      SYSTEMS,
      { ...database, ...SYSTEMS },
      { ...database, ...SYSTEMS, TEMPORAL_ADDRESS: 'temporal.example:7233' },
    ]) {
      const { mix, taskQueue } = toLocalSettings({ ...env, TASK_QUEUE: 'calls-of-ours' });
      assert.equal(mix, null);
      assert.equal(taskQueue, 'calls-of-ours');
    }
  });

  it('on request takes no real call and empties no real directory: it has a task queue and a paused schedule of its own', async function () {
    // A whole start with its samples, on a machine that other tests keep busy.
    this.timeout(240_000);
    const temporal = await startOwnTemporal();
    stack.defer(() => temporal.stop());
    const testDatabase = await createTestDatabase();
    stack.defer(() => testDatabase.drop());
    const { prisma } = stack.adopt(createDatabase({ url: testDatabase.url, poolSize: 2 }), (it) =>
      it.close(),
    );
    await prisma.sitePhone.create({
      data: {
        number: '+442079460999',
        companyConnectwiseId: '4711',
        siteConnectwiseId: '1',
        walkId: 'real',
      },
    });
    const connection = await Connection.connect({ address: temporal.address });
    stack.defer(() => connection.close());
    const client = new Client({ connection });
    await client.workflow.start('CallProcessingWorkflow', {
      taskQueue: TASK_QUEUE,
      workflowId: '1700000000.1',
      args: [{ callSid: '1700000000.1', recordgroup: '1', recordid: '1' }],
    });

    await writeFile(
      join(folder, 'temporal.toml'),
      `[profile.real]\naddress = "${temporal.address}"\n`,
    );
    const { code, output } = await start(
      {
        DATABASE_URL: testDatabase.url,
        TEMPORAL_CONFIG_FILE: join(folder, 'temporal.toml'),
        TEMPORAL_PROFILE: 'real',
      },
      '--once',
      '--with-real-systems',
    );
    assert.equal(code, 0, output);
    const [, queue = ''] =
      /on the task queue (call-processing-local-[0-9a-f]{8})\./.exec(output) ?? [];

    const real = await client.workflow.getHandle('1700000000.1').describe();
    assert.equal(real.historyLength, 2, 'nobody has taken the real call');
    const sample = await client.workflow.getHandle('1772443820.1041').describe();
    assert.equal(sample.taskQueue, queue);
    const phones = await prisma.sitePhone.findMany();
    assert.deepEqual(
      phones.map(({ number }) => number),
      ['+442079460999'],
    );
    const schedules = [];
    for await (const { scheduleId } of client.schedule.list()) schedules.push(scheduleId);
    assert.deepEqual(schedules, [`site-directory-${queue}`]);
    const { state, action } = await client.schedule.getHandle(`site-directory-${queue}`).describe();
    assert.equal(state.paused, true);
    assert.equal(action.taskQueue, queue);
  });
});
