import { runOn } from '../../../prisma/engine/create-database.ts';
import { startTcpProxy, type TcpProxy } from '../../faults/harness/tcp-proxy.ts';
import { reprocess, submitOnce } from '../../support/calls.ts';
import { startOwnGateway } from '../../support/own-gateway.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { askGateway, type Reply } from '../../support/rig.ts';
import { startService, type Service } from '../../support/service.ts';
import { waitFor } from '../../support/wait-for.ts';
import {
  AT_A_TRANSCRIPTION_SERVER,
  PLANTED_FAILURES,
  type OwnFailureName,
  type PlantedFailure,
} from './planted-failures.ts';
import { createToExample, toTold, type Told, type ToExample } from './told.ts';

/** A failure at an outside system, the call that met it, and what the gateway said about the call. */
type OutsideTold = {
  readonly system: string;
  readonly failure: PlantedFailure;
  readonly callSid: string;
  readonly told: Told;
};

/** What the gateway said about every planted failure, in the order of the table. */
export type AllTold = {
  readonly outside: readonly OutsideTold[];
  readonly own: Readonly<Record<OwnFailureName, Told>>;
};

type Rig = {
  readonly service: Service;
  readonly toExample: ToExample;
  readonly read: (callSid: string) => Promise<Reply>;
};

const OF_THE_TRANSCRIPTION_SERVER = 'A transcription server';

/** Where calls wait for the worker that has a transcription server instead of Speech-to-Text. */
const OTHER_QUEUE = { TASK_QUEUE: 'with-a-transcription-server' };

// An attempt of the slowest case lasts fourteen seconds; the rest is room for a busy machine.
const TOLD_WITHIN_MS = 90_000;

/**
 * Plants every failure in a service of its own and reads what `GET /calls/:callSid` says: at the
 * outside systems, each in a call of its own, then at workers, database and Temporal.
 */
export async function tellAll(): Promise<AllTold> {
  const stack = new AsyncDisposableStack();
  try {
    let realDatabaseUrl = '';
    let proxy: TcpProxy | null = null;
    const service = stack.adopt(
      await startService({
        workers: 0,
        async prepareDatabase(url) {
          realDatabaseUrl = url;
          proxy = await startTcpProxy(() => Number(new URL(url).port));
          stack.adopt(proxy, (opened) => opened.close());
          return Object.assign(new URL(url), { port: String(proxy.port) }).href;
        },
      }),
      (started) => started.stop(),
    );
    if (proxy === null) throw new Error('The database has no proxy in front of it.');
    const rig: Rig = {
      service,
      toExample: createToExample(service, realDatabaseUrl),
      read: (callSid) => service.request('GET', `/calls/${callSid}`),
    };

    const [google, server, otherGateway] = await Promise.all([
      service.startWorker(),
      service.startWorker({ env: { ...OTHER_QUEUE, SPEECH_PROVIDER: 'openai-compatible' } }),
      startOwnGateway(service.databaseUrl, {
        ...OTHER_QUEUE,
        TEMPORAL_ADDRESS: service.temporal.address,
      }),
    ]);
    stack.defer(() => otherGateway.remove());
    const outside = await Promise.all([
      ...Object.entries(PLANTED_FAILURES).flatMap(([system, failures]) =>
        failures.map((failure) => tell(rig, { system, failure }, service.gatewayUrl)),
      ),
      ...AT_A_TRANSCRIPTION_SERVER.map((failure) =>
        tell(rig, { system: OF_THE_TRANSCRIPTION_SERVER, failure }, otherGateway.url),
      ),
    ]);

    await Promise.all([google.kill(), server.kill()]);
    return {
      outside,
      own: {
        ...(await withoutWorker(rig, outside)),
        ...(await withoutDatabase(rig, proxy, realDatabaseUrl)),
        ...(await withoutTemporal(rig, outside)),
      },
    };
  } finally {
    await stack.disposeAsync();
  }
}

async function tell(
  rig: Rig,
  planted: Pick<OutsideTold, 'system' | 'failure'>,
  gatewayUrl: string,
): Promise<OutsideTold> {
  const { faults } = planted.failure;
  const { callSid, recordgroup, recordid } = await rig.service.addRecording({ faults });
  const key = { callRecordingId: callSid, recordgroup, recordid };
  const { status } = await askGateway(gatewayUrl, 'POST', '/calls', key);
  if (status !== 202) throw new Error(`The gateway answered ${status} to a new call.`);
  return { ...planted, callSid, told: await untilTold(rig, callSid, planted.failure) };
}

/** Waits until the gateway tells of this failure in the stage that is meant. */
function untilTold(
  { read, toExample }: Rig,
  callSid: string,
  { what, stage, code, names }: PlantedFailure,
): Promise<Told> {
  const isThere = (told: Told) => {
    // So it is with Temporal on a busy machine, for a moment; what is told then has cases of its own.
    if (/Temporal did not answer/.test(told.text)) return false;
    if (stage === 'unanswered') {
      // The steps before it have no answer either for a moment.
      return /Nothing has failed/.test(told.text) && names.every((name) => told.text.match(name));
    }
    return told.code === code && told.status === (stage === 'parked' ? 'FAILED' : 'PROCESSING');
  };
  let last: Told | null = null;
  return waitFor(
    `the gateway to tell: ${what}`,
    async () => {
      const reply = await read(callSid);
      // No worker has opened the call yet.
      if (reply.status !== 200) return null;
      last = toTold(reply, toExample);
      return isThere(last) ? last : null;
    },
    TOLD_WITHIN_MS,
    async () => JSON.stringify(last),
  );
}

/** The call that has met this failure. */
function callThatMet(outside: AllTold['outside'], of: string, what: string): string {
  const met = outside.find(({ system, failure }) => system === of && failure.what === what);
  if (met === undefined) throw new Error(`No failure of ${of} is "${what}".`);
  return met.callSid;
}

async function withoutWorker(
  { service, read, toExample }: Rig,
  outside: AllTold['outside'],
): Promise<Record<'neverOpened' | 'notReprocessed', Told>> {
  const unopened = await service.addRecording();
  await submitOnce(service, unopened);
  const parked = callThatMet(outside, 'The phone system', 'refuses the password');
  await reprocess(service, parked);
  return {
    neverOpened: toTold(await read(unopened.callSid), toExample),
    notReprocessed: await waitFor('the gateway to tell that no worker runs', async () => {
      const told = toTold(await read(parked), toExample);
      return told.code === 'TEMPORAL_NO_WORKER' ? told : null;
    }),
  };
}

async function withoutDatabase(
  { read, toExample }: Rig,
  proxy: TcpProxy,
  databaseUrl: string,
): Promise<Record<'noDatabase' | 'wrongPassword' | 'noTables', Told>> {
  const askAlone = async (url: string): Promise<Told> => {
    const gateway = await startOwnGateway(url);
    try {
      return toTold(await askGateway(gateway.url, 'GET', '/calls/1740000000.1'), toExample);
    } finally {
      await gateway.remove();
    }
  };
  const wrong = Object.assign(new URL(databaseUrl), { password: 'wrong' }).href;
  const empty = await createTestDatabase();
  try {
    await runOn(empty.url, (client) => client.query('DROP SCHEMA public CASCADE'));
    proxy.refuse();
    const [noDatabase, wrongPassword, noTables] = await Promise.all([
      read('1740000000.1').then((reply) => toTold(reply, toExample)),
      askAlone(wrong),
      askAlone(empty.url),
    ]);
    return { noDatabase, wrongPassword, noTables };
  } finally {
    proxy.heal();
    await empty.drop();
  }
}

type WithoutTemporal = Extract<OwnFailureName, `${'no' | 'frozen'}Temporal${string}`>;

/** No worker runs. */
async function withoutTemporal(
  { service, read, toExample }: Rig,
  outside: AllTold['outside'],
): Promise<Record<WithoutTemporal, Told>> {
  const unopened = await service.addRecording();
  await submitOnce(service, unopened);
  const toldOf = async (callSid: string) => toTold(await read(callSid), toExample);
  const toldOfModel = (what: string) => toldOf(callThatMet(outside, 'The language model', what));

  service.temporal.freeze();
  const frozenTemporal = await toldOfModel('is slow');
  service.temporal.thaw();
  await service.temporal.kill();
  return {
    frozenTemporal,
    noTemporal: await toldOfModel('is slow'),
    noTemporalWhileRetried: await toldOfModel('limits the rate'),
    noTemporalWhileParked: await toldOfModel('refuses the key'),
    noTemporalNorRow: await toldOf(unopened.callSid),
  };
}
