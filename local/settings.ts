import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';

import { sandboxPorts } from '../sandbox/core/systems.ts';
import { TASK_QUEUE } from '../src/domain/names.ts';
import { LocalRunError } from './local-run-error.ts';
import { findMix, ownTaskQueue, type Mix } from './real-systems.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The root of the project, where every part is run. */
export const PROJECT_FOLDER = fileURLToPath(new URL('..', import.meta.url));

// The sandbox's systems follow its own port, and Whisper's server follows the last of them.
const SANDBOX_PORT = 4000;
const WHISPER_PORT = Math.max(...Object.values(sandboxPorts(SANDBOX_PORT))) + 10;

type Ports = {
  readonly gateway: number;
  readonly temporal: number;
  readonly temporalUi: number;
  readonly postgres: number;
  /** The sandbox's control plane; its systems follow in steps of ten. */
  readonly sandbox: number;
  readonly whisper: number;
};

/** Which outside systems are the user's own; the sandbox stands in for the others. */
export type OwnSystems = {
  readonly phoneSystem: boolean;
  /** Storage and Speech go together: Speech reads the recordings from the storage. */
  readonly storageAndSpeech: boolean;
  /** The transcription: Google's, together with the storage, or a server with OpenAI's API. */
  readonly speech: boolean;
  readonly connectwise: boolean;
  readonly languageModel: boolean;
};

export type LocalSettings = {
  /** The environment over the `.env` file; variables without a value are left out. */
  readonly env: Readonly<Record<string, string>>;
  /** Where all persistent state is kept. */
  readonly dataFolder: string;
  readonly ports: Ports;
  /** The gateway's HOST as it is written in a URL. */
  readonly gatewayHost: string;
  /** `null` = start the embedded server. */
  readonly databaseUrl: string | null;
  /** Whether the user names a Temporal server; otherwise one is started. */
  readonly ownTemporal: boolean;
  readonly ownSystems: OwnSystems;
  /** Whether the sandbox stands in for any of them. */
  readonly needsSandbox: boolean;
  /** What is the user's own and what stands in for the rest, when both would meet; otherwise `null`. */
  readonly mix: Mix | null;
  /** Whether the directory of sites is filled from the sandbox's ConnectWise: never one of the user's. */
  readonly fillsSiteDirectory: boolean;
  /** The task queue of this run: in a mix one of its own, whose calls no other worker takes. */
  readonly taskQueue: string;
  /** Whether to transcribe with Whisper on this machine. */
  readonly whisper: boolean;
  /** Whether worker and gateway are left to `npm run dev`. */
  readonly withoutService: boolean;
};

/** The environment over the `.env` file of a folder; an empty value counts as missing. */
export function readLocalEnvironment(
  environment: Environment,
  folder = PROJECT_FOLDER,
): Record<string, string> {
  const fromFile = parseEnv(readEnvFile(folder) ?? '');
  return Object.fromEntries(
    Object.entries({ ...fromFile, ...environment }).filter(
      (entry): entry is [string, string] => (entry[1] ?? '').trim() !== '',
    ),
  );
}

/** The text of the `.env` file of a folder; `null` without one. */
export function readEnvFile(folder = PROJECT_FOLDER): string | null {
  const file = join(folder, '.env');
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/** A host as a URL has it; of the addresses that stand for all of a machine, its own. */
function hostOfUrl(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

/** What the local run starts, and where. Throws a LocalRunError for values it cannot use. */
export function toLocalSettings(
  env: Readonly<Record<string, string>>,
  {
    whisper = false,
    withoutService = false,
  }: { readonly whisper?: boolean; readonly withoutService?: boolean } = {},
): LocalSettings {
  const offset = portNumber(env, 'LOCAL_PORT_OFFSET', 0);
  const host = env['HOST'] ?? '127.0.0.1';
  const ownSystems = readOwnSystems(env, whisper);
  const databaseUrl = env['DATABASE_URL'] ?? null;
  const temporalNames = namesOfOwnTemporal(env);
  const dataFolder = resolve(PROJECT_FOLDER, env['LOCAL_DATA_FOLDER'] ?? '.data');
  const mix = findMix({ databaseUrl, temporalNames, ownSystems, whisper });
  const taskQueue = env['TASK_QUEUE'] ?? TASK_QUEUE;
  const ports = {
    gateway: portNumber(env, 'PORT', 3000 + offset),
    temporal: 7233 + offset,
    temporalUi: 8233 + offset,
    // Not 5432, where the user's own PostgreSQL server is likely to listen.
    postgres: 15_432 + offset,
    sandbox: SANDBOX_PORT + offset,
    whisper: WHISPER_PORT + offset,
  };
  refuseBlockedPorts(ports);
  return {
    env,
    dataFolder,
    ports,
    gatewayHost: hostOfUrl(host),
    databaseUrl,
    ownTemporal: temporalNames.length > 0,
    ownSystems,
    needsSandbox:
      !ownSystems.phoneSystem ||
      !ownSystems.storageAndSpeech ||
      !ownSystems.connectwise ||
      !ownSystems.languageModel ||
      (!ownSystems.speech && !whisper),
    mix,
    fillsSiteDirectory: !ownSystems.connectwise && databaseUrl === null,
    taskQueue: mix === null ? taskQueue : ownTaskQueue(taskQueue, dataFolder),
    whisper,
    withoutService,
  };
}

/**
 * Ports of other protocols, to which neither Node's fetch nor browsers send HTTP (those of the Fetch
 * standard's "bad ports" that can occur here).
 */
const BLOCKED = [
  3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10_080,
];

function refuseBlockedPorts({ gateway, temporalUi, sandbox, whisper }: Ports): void {
  const systems = Object.values(sandboxPorts(sandbox));
  const blocked = [gateway, temporalUi, whisper, ...systems].find((port) => BLOCKED.includes(port));
  if (blocked !== undefined) {
    throw new LocalRunError(
      `Browsers refuse to send HTTP to port ${blocked}: choose another LOCAL_PORT_OFFSET or PORT.`,
    );
  }
}

function readOwnSystems(env: Readonly<Record<string, string>>, whisper: boolean): OwnSystems {
  const hasServer = env['TRANSCRIPTION_BASE_URL'] !== undefined;
  if (whisper && hasServer) {
    throw new LocalRunError(
      'TRANSCRIPTION_BASE_URL names your own server, and --whisper starts another: leave out one of them.',
    );
  }
  const storageAndSpeech =
    env['RECORDINGS_BUCKET'] !== undefined && env['GOOGLE_CLOUD_PROJECT'] !== undefined;
  const usesServer = whisper || env['SPEECH_PROVIDER'] === 'openai-compatible';
  return {
    phoneSystem: env['PHONE_SYSTEM_URL'] !== undefined,
    storageAndSpeech,
    speech: usesServer ? hasServer : storageAndSpeech,
    connectwise: env['CONNECTWISE_URL'] !== undefined,
    languageModel: env['LLM_BASE_URL'] !== undefined,
  };
}

/** What names a Temporal server of the user's: a profile or configuration file may hold the address too. */
function namesOfOwnTemporal(env: Readonly<Record<string, string>>): string[] {
  const names = Object.keys(env).filter((name) => /^TEMPORAL_(API_KEY|NAMESPACE|TLS)/.test(name));
  const own = ['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE'].filter(
    (name) => env[name] !== undefined,
  );
  if (own.length === 0 && names.length > 0) {
    throw new LocalRunError(
      `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} set without TEMPORAL_ADDRESS: set that too to use your own Temporal server, or none of them to have one started.`,
    );
  }
  return own;
}

function portNumber(env: Readonly<Record<string, string>>, name: string, fallback: number): number {
  const value = env[name];
  if (value === undefined) return fallback;
  // The highest default port (15432) plus the offset must still be a valid port.
  const max = name === 'PORT' ? 65_535 : 50_000;
  const port = Number(value);
  if (Number.isInteger(port) && port >= 0 && port <= max) return port;
  throw new LocalRunError(`${name} must be a whole number from 0 to ${max}: correct it.`);
}
