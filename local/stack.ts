import { join } from 'node:path';

import { migrate } from '../prisma/engine/apply.ts';
import { SYSTEM_NAMES } from '../sandbox/core/systems.ts';
import type { GatewayKey } from './gateway-key.ts';
import { serviceEnvironment, type Addresses } from './environment.ts';
import { LocalRunError } from './local-run-error.ts';
import type { Progress } from './output/progress.ts';
import { startSandboxPart } from './parts/sandbox.ts';
import { startGatewayPart, startWorkerPart } from './parts/service.ts';
import { startWhisperPart } from './parts/whisper.ts';
import { startPostgres } from './parts/postgres/server.ts';
import { endProcess } from './process/end-process.ts';
import { processIdentity } from './process/identity.ts';
import type { Keeper } from './process/keeper.ts';
import type { Part } from './process/part.ts';
import { endedMessage } from './process/until-part.ts';
import { createRunRecord } from './run-record.ts';
import type { LocalSettings } from './settings.ts';
import { fillSiteDirectory, holdSiteWalks } from './site-directory.ts';
import { startTemporalServer } from './parts/temporal.ts';
import { findTemporalCli } from './tools/temporal-cli.ts';
import { findWhisperPackages } from './tools/whisper-packages.ts';

/** The name of the service's database in the embedded server. */
const DATABASE = 'call_processing';

export type Stack = {
  /** Starts everything that is wanted; resolves when it is up. */
  start(): Promise<Addresses & { readonly gatewayUrl: string }>;
  /** The process of a part that runs; `null` if it does not. */
  pidOf(name: string): number | null;
  /** Rejects as soon as a part exits without having been stopped. Never resolves. */
  readonly broken: Promise<never>;
  /**
   * Stops all running parts, each before those it uses, and resolves when all have exited, those that
   * are only starting as well. Nothing is started after that.
   */
  stop(onStop: (part: { readonly name: string }) => void): Promise<void>;
};

/** The parts of the local run, in the order in which they are stopped. */
const STOP_ORDER = [
  'gateway',
  'worker',
  'Whisper server',
  'sandbox',
  'Temporal server',
  'PostgreSQL server',
];

/** Prepares the local run: uses the systems that the user names and starts the others, in parallel where possible. */
export function createStack(
  settings: LocalSettings,
  {
    keeper,
    progress,
    gatewayKey,
  }: {
    readonly keeper: Keeper;
    readonly progress: Progress;
    /** `null` where the gateway asks for none. */
    readonly gatewayKey: GatewayKey | null;
  },
): Stack {
  const parts = new Map<string, Part>();
  let known: Addresses | null = null;
  const record = createRunRecord(settings.dataFolder);
  const gatewayUrl = `http://${settings.gatewayHost}:${settings.ports.gateway}`;
  const broken = Promise.withResolvers<never>();
  // If it rejects before anybody awaits it, that must not count as an unhandled rejection.
  broken.promise.catch(() => undefined);
  const logPath = (name: string) => join(settings.dataFolder, 'logs', `${name}.log`);

  async function failWhenItEnds(part: Part): Promise<void> {
    await part.exited;
    if (!part.isStopping()) broken.reject(new LocalRunError(endedMessage(part)));
  }

  function add(part: Part): void {
    parts.set(part.name, part);
    void failWhenItEnds(part);
    writeRecord();
  }

  function writeRecord(): void {
    const addresses =
      known === null
        ? null
        : { ...known, databaseUrl: settings.databaseUrl === null ? known.databaseUrl : null };
    record.write({ gatewayUrl, parts: parts.values(), addresses });
  }

  async function startDatabase(): Promise<string> {
    const url =
      settings.databaseUrl ??
      (await progress.step('PostgreSQL', async () => {
        const server = await startPostgres({
          dataFolder: join(settings.dataFolder, 'postgres'),
          port: settings.ports.postgres,
          logPath: logPath('postgres'),
          keeper,
        });
        add(server.part);
        return [server.url(DATABASE), `127.0.0.1:${settings.ports.postgres}`];
      }));
    return progress.step('Migrations', async () => {
      const { applied } = await migrate(url);
      const where = settings.databaseUrl === null ? '' : ' to the database of DATABASE_URL';
      return [url, applied.length === 0 ? 'up to date' : `${applied.length} applied${where}`];
    });
  }

  async function startTemporal(): Promise<Addresses['temporal']> {
    if (settings.ownTemporal) {
      progress.note('Temporal: using the server that the environment names.');
      return null;
    }
    return progress.step('Temporal', async (report) => {
      const cli = await findTemporalCli(settings.env, report);
      const { part, address } = await startTemporalServer({
        cli: cli.path,
        port: settings.ports.temporal,
        uiPort: settings.ports.temporalUi,
        databaseFile: join(settings.dataFolder, 'temporal', 'temporal.db'),
        logPath: logPath('temporal'),
        keeper,
      });
      add(part);
      const uiUrl = `http://127.0.0.1:${settings.ports.temporalUi}`;
      return [{ address, uiUrl }, `${address}, CLI ${cli.version.split(' ')[0]} from ${cli.from}`];
    });
  }

  async function startSandbox(): Promise<Addresses['sandbox']> {
    if (!settings.needsSandbox) return null;
    return progress.step('Sandbox', async () => {
      const { part, addresses } = await startSandboxPart({
        dataFolder: settings.dataFolder,
        basePort: settings.ports.sandbox,
        logPath: logPath('sandbox'),
        keeper,
      });
      add(part);
      return [
        addresses,
        `${addresses.controlUrl} and the ${SYSTEM_NAMES.length} systems behind it`,
      ];
    });
  }

  async function startWhisper(): Promise<Addresses['whisper']> {
    if (!settings.whisper) return null;
    return progress.step('Whisper', async (report) => {
      const packages = await findWhisperPackages(settings.env, report);
      const { part, server } = await startWhisperPart({
        packages,
        port: settings.ports.whisper,
        logPath: logPath('whisper'),
        keeper,
      });
      add(part);
      return [server, `${server.baseUrl}, model ${server.model}`];
    });
  }

  async function startServices(env: Record<string, string>): Promise<void> {
    await Promise.all([
      progress.step('Worker', async () => {
        add(await startWorkerPart({ env, logPath: logPath('worker'), keeper }));
        return [undefined, 'takes calls'];
      }),
      progress.step('Gateway', async () => {
        const options = { env, logPath: logPath('gateway'), keeper, url: gatewayUrl };
        add(await startGatewayPart(options));
        return [undefined, gatewayUrl];
      }),
    ]);
  }

  const isRunning = (part: Part) => keeper.watched().some(({ pid }) => pid === part.pid);

  /** Nothing uses a part that is not up yet. */
  async function stopStarting(onStop: (part: { readonly name: string }) => void): Promise<void> {
    const up = new Set([...parts.values()].map(({ pid }) => pid));
    for (const starting of keeper.watched().filter(({ pid }) => !up.has(pid))) {
      onStop(starting);
      const identity = processIdentity(starting.pid);
      if (identity !== null) await endProcess({ ...starting, identity });
    }
  }

  return {
    pidOf: (name) => parts.get(name)?.pid ?? null,
    broken: broken.promise,
    async start() {
      const [databaseUrl, temporal, sandbox, whisper] = await Promise.all([
        startDatabase(),
        startTemporal(),
        startSandbox(),
        startWhisper(),
      ]);
      const addresses = { databaseUrl, temporal, sandbox, whisper };
      known = addresses;
      writeRecord();
      const env = {
        ...serviceEnvironment(settings, addresses),
        ...(gatewayKey === null ? {} : { API_KEYS: gatewayKey.apiKeys }),
      };
      const { ownSystems, fillsSiteDirectory, mix } = settings;
      if (mix !== null) {
        await holdSiteWalks(env, !ownSystems.connectwise && !fillsSiteDirectory);
        progress.note(
          `Stand-ins with ${mix.real.join(' and ')}: on the task queue ${settings.taskQueue}.`,
        );
      }
      if (settings.withoutService) return { ...addresses, gatewayUrl };
      await startServices(env);
      // The user's own ConnectWise may be large: there it is left to the schedule and the command.
      if (fillsSiteDirectory) {
        await progress.step('Site directory', async (report) => {
          const { numbers } = await fillSiteDirectory(env, report);
          return [undefined, `${numbers} numbers of ConnectWise's sites`];
        });
      }
      return { ...addresses, gatewayUrl };
    },
    async stop(onStop) {
      keeper.startNothingMore();
      await stopStarting(onStop);
      for (const name of STOP_ORDER) {
        const part = parts.get(name);
        if (part === undefined || !isRunning(part)) continue;
        onStop(part);
        await part.stop();
      }
      record.remove();
    },
  };
}
