import { waitFor } from '../../support/wait-for.ts';
import { reprocess, startCall, submitOnce } from '../../support/calls.ts';
import { untilStatus } from '../../support/conditions.ts';
import { startOwnGateway } from '../../support/own-gateway.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { askGateway, type Reply } from '../../support/rig.ts';
import { startService, type Service } from '../../support/service.ts';
import { startTcpProxy, type TcpProxy } from '../../faults/harness/tcp-proxy.ts';
import { runOn } from '../../../prisma/engine/create-database.ts';
import {
  AT_A_TRANSCRIPTION_SERVER,
  PLANTED_FAILURES,
  type OwnFailureName,
  type PlantedFailure,
} from './planted-failures.ts';
import { createToExample, toTold, type Told, type ToExample } from './told.ts';

/** What the gateway said about every planted failure, in the order of the table. */
export type AllTold = {
  readonly outside: readonly (readonly [system: string, failure: PlantedFailure, told: Told])[];
  readonly own: Readonly<Record<OwnFailureName, Told>>;
};

type Rig = {
  readonly service: Service;
  readonly toExample: ToExample;
  readonly read: (callSid: string) => Promise<Reply>;
};

const OF_THE_TRANSCRIPTION_SERVER = 'A transcription server';

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
          proxy = stack.adopt(await startTcpProxy(() => Number(new URL(url).port)), (opened) =>
            opened.close(),
          );
          return Object.assign(new URL(url), { port: String(proxy.port) }).href;
        },
      }),
      (started) => started.stop(),
    );
    if (proxy === null) throw new Error('The database has no proxy in front of it.');
    const rig = {
      service,
      toExample: createToExample(service, realDatabaseUrl),
      read: (callSid: string) => service.request('GET', `/calls/${callSid}`),
    };

    const google = await service.startWorker();
    const atGoogle = await Promise.all(
      Object.entries(PLANTED_FAILURES).flatMap(([system, failures]) =>
        failures.map(async (failure) => [system, failure, await tell(rig, failure)] as const),
      ),
    );
    const [neverOpened, notReprocessed] = await withoutWorker(rig, () => google.kill());
    const other = await service.startWorker({ env: { SPEECH_PROVIDER: 'openai-compatible' } });
    const atServer = await Promise.all(
      AT_A_TRANSCRIPTION_SERVER.map(
        async (failure) =>
          [OF_THE_TRANSCRIPTION_SERVER, failure, await tell(rig, failure)] as const,
      ),
    );
    return {
      outside: [...atGoogle, ...atServer],
      own: {
        neverOpened,
        notReprocessed,
        ...(await withoutDatabase(rig, proxy, realDatabaseUrl)),
        ...(await withoutTemporal(rig, () => other.kill())),
      },
    };
  } finally {
    await stack.disposeAsync();
  }
}

async function tell(rig: Rig, failure: PlantedFailure): Promise<Told> {
  const { callSid } = await startCall(rig.service, { faults: failure.faults });
  return untilTold(rig, callSid, failure);
}

/** Waits until the gateway tells of this failure in the stage that is meant. */
function untilTold(
  { read, toExample }: Rig,
  callSid: string,
  { what, stage, code, names }: PlantedFailure,
): Promise<Told> {
  const isThere = (told: Told) => {
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

/** Of a call that is given up; the next attempt succeeds. */
const REFUSED_ONCE = [{ system: 'languageModel', action: { status: 401 } }];

async function withoutWorker(
  { service, read, toExample }: Rig,
  endWorker: () => Promise<void>,
): Promise<readonly [neverOpened: Told, notReprocessed: Told]> {
  const parked = await startCall(service, { faults: REFUSED_ONCE });
  await untilStatus(service, parked.callSid, 'FAILED', TOLD_WITHIN_MS);
  await endWorker();
  const unopened = await service.addRecording();
  await submitOnce(service, unopened);
  await reprocess(service, parked.callSid);
  const neverOpened = toTold(await read(unopened.callSid), toExample);
  const notReprocessed = await waitFor('the gateway to tell that no worker runs', async () => {
    const told = toTold(await read(parked.callSid), toExample);
    return told.code === 'TEMPORAL_NO_WORKER' ? told : null;
  });
  return [neverOpened, notReprocessed];
}

async function withoutDatabase(
  { read, toExample }: Rig,
  proxy: TcpProxy,
  databaseUrl: string,
): Promise<Record<'noDatabase' | 'wrongPassword' | 'noTables', Told>> {
  proxy.refuse();
  const noDatabase = toTold(await read('1740000000.1'), toExample);
  proxy.heal();

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
    const [wrongPassword, noTables] = await Promise.all([askAlone(wrong), askAlone(empty.url)]);
    return { noDatabase, wrongPassword, noTables };
  } finally {
    await empty.drop();
  }
}

type WithoutTemporal = Extract<OwnFailureName, `${'no' | 'frozen'}Temporal${string}`>;

async function withoutTemporal(
  rig: Rig,
  endWorker: () => Promise<void>,
): Promise<Record<WithoutTemporal, Told>> {
  const { service, read, toExample } = rig;
  const withModel = async (what: string): Promise<string> => {
    const failure = PLANTED_FAILURES['The language model']?.find((each) => each.what === what);
    if (failure === undefined) throw new Error(`No failure of the language model is "${what}".`);
    const { callSid } = await startCall(service, { faults: failure.faults });
    await untilTold(rig, callSid, failure);
    return callSid;
  };
  const [running, retried, parked] = await Promise.all([
    withModel('is slow'),
    withModel('limits the rate'),
    withModel('refuses the key'),
  ]);
  await endWorker();
  const unopened = await service.addRecording();
  await submitOnce(service, unopened);

  const told = async (callSid: string) => toTold(await read(callSid), toExample);
  service.temporal.freeze();
  const frozenTemporal = await told(running);
  service.temporal.thaw();
  await service.temporal.kill();
  return {
    frozenTemporal,
    noTemporal: await told(running),
    noTemporalWhileRetried: await told(retried),
    noTemporalWhileParked: await told(parked),
    noTemporalNorRow: await told(unopened.callSid),
  };
}
