import { parseEnv } from 'node:util';

import { closestMatch } from 'leven';

import { OWN_NAMES } from './own-names.ts';
import type { Environment } from './temporal.ts';

// What Temporal's library reads. It knows a few more (TEMPORAL_CODEC_ENDPOINT, …), but uses them nowhere.
const TEMPORAL_NAMES = [
  'TEMPORAL_ADDRESS',
  'TEMPORAL_NAMESPACE',
  'TEMPORAL_API_KEY',
  'TEMPORAL_CONFIG_FILE',
  'TEMPORAL_PROFILE',
  'TEMPORAL_TLS',
  'TEMPORAL_TLS_CLIENT_CERT_PATH',
  'TEMPORAL_TLS_CLIENT_CERT_DATA',
  'TEMPORAL_TLS_CLIENT_KEY_PATH',
  'TEMPORAL_TLS_CLIENT_KEY_DATA',
  'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
  'TEMPORAL_TLS_SERVER_CA_CERT_DATA',
  'TEMPORAL_TLS_SERVER_NAME',
];
const TEMPORAL_METADATA = 'TEMPORAL_GRPC_META_';

// Read by npm start, the compose file and Google's libraries, beside the same .env file.
const NAMES_OF_OTHERS = [
  'LOCAL_PORT_OFFSET',
  'LOCAL_DATA_FOLDER',
  'TEMPORAL_CLI_PATH',
  'TEMPORAL_TEST_SERVER_PATH',
  'POSTGRES_PASSWORD',
  'GOOGLE_APPLICATION_CREDENTIALS',
];

const KNOWN = [...OWN_NAMES, ...TEMPORAL_NAMES, ...NAMES_OF_OTHERS];

// A short name has neighbours that have nothing to do with it: PORT and REPORT are two letters apart.
const SHORT = 8;
const [SHORT_NAMES, LONG_NAMES] = [
  KNOWN.filter((name) => name.length < SHORT),
  KNOWN.filter((name) => name.length >= SHORT),
];

/** Beginnings that are ours: what begins like this was meant for this service. */
const FAMILIES =
  /^(?:PHONE_SYSTEM|RECORDINGS?|CONNECTWISE|LLM|SPEECH|TRANSCRIPTION|TEMPORAL|DATABASE)_/;

// Kubernetes describes every service of a namespace to every container: a service called `temporal`
// becomes TEMPORAL_SERVICE_HOST, TEMPORAL_PORT=tcp://…, TEMPORAL_PORT_7233_TCP_ADDR and others.
const KUBERNETES_NAME = /_SERVICE_(?:HOST|PORT)|_PORT_\d+_(?:TCP|UDP|SCTP)/;
const KUBERNETES_VALUE = /^(?:tcp|udp|sctp):\/\//;

// In a broken line, what stands before the first equals sign may be a part of a value.
const NAME = /^[A-Za-z_][\w.-]{0,59}$/;

/**
 * Settings that have no effect, each as a sentence: names that look like ours and are not known, and
 * lines of the `.env` file (its text; `null`: there is none) that are no assignment. Never a value.
 */
export function findUnusedSettings(env: Environment, envFile: string | null): string[] {
  const all = { ...(envFile === null ? {} : parseEnv(envFile)), ...env };
  const names = Object.entries(all)
    .filter(([name, value = '']) => value.trim() !== '' && !isOfKubernetes(name, value))
    .flatMap(([name]) => sentenceAbout(name) ?? []);
  const lines = linesWithoutEffect(envFile ?? '').map(
    (line) => `Line ${line} of .env is not of the form NAME=value, so it has no effect.`,
  );
  return [...names, ...lines];
}

function isOfKubernetes(name: string, value: string): boolean {
  return KUBERNETES_NAME.test(name) || (name.endsWith('_PORT') && KUBERNETES_VALUE.test(value));
}

function sentenceAbout(name: string): string | null {
  if (!NAME.test(name) || KNOWN.includes(name) || name.startsWith(TEMPORAL_METADATA)) return null;
  // Names are read as they are written: in capitals and with underscores.
  const written = name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
  const meant =
    closestMatch(written, LONG_NAMES, { maxDistance: 2 }) ??
    closestMatch(written, SHORT_NAMES, { maxDistance: 1 }) ??
    LONG_NAMES.find((known) => written.startsWith(`${known}_`));
  if (meant === undefined && !FAMILIES.test(written)) return null;
  const question = meant === undefined ? '' : ` Did you mean ${meant}?`;
  return `${name} is not a setting of this service, so it has no effect.${question}`;
}

/** The numbers of the lines that are neither empty, comments, assignments nor the rest of a quoted value. */
function linesWithoutEffect(text: string): number[] {
  const lines = text.split(/\r?\n/);
  const found: number[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const assignment = /^[ \t]*(?:export[ \t]+)?[A-Za-z_][\w.-]*[ \t]*=[ \t]*(.*)$/.exec(line);
    if (assignment !== null) index += linesOfQuoted(assignment[1] ?? '', lines.slice(index + 1));
    else if (!/^[ \t]*(?:#.*)?$/.test(line)) found.push(index + 1);
  }
  return found;
}

/** How many of the lines that follow belong to a quoted value; without a closing quote, none do. */
function linesOfQuoted(value: string, rest: readonly string[]): number {
  const [quote = ''] = /^["'`]/.exec(value) ?? [];
  if (quote === '' || value.includes(quote, 1)) return 0;
  return rest.findIndex((line) => line.includes(quote)) + 1;
}
