import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '../..');

/** A service of the Compose file, as far as tests look at it. */
export type ComposeService = {
  /** What is built from the Dockerfile has one too. */
  readonly image: string;
  readonly build?: string | { readonly context: string; readonly target: string };
  readonly profiles?: readonly string[];
  readonly restart?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly network_mode?: string;
  readonly stop_grace_period?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly env_file?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
};

export const COMPOSE_TEXT = readFileSync(join(ROOT, 'docker-compose.temporal.yml'), 'utf8');

export const COMPOSE_FILE = parse(COMPOSE_TEXT, { merge: true }) as {
  readonly services: Readonly<Record<string, ComposeService>>;
};

export function composeService(name: string): ComposeService {
  const service = COMPOSE_FILE.services[name];
  if (service === undefined) throw new Error(`The Compose file has no service ${name}.`);
  return service;
}

/** A text as Compose would hand it to a container; `settings` are what .env says. */
export function interpolated(text: string, settings: Readonly<Record<string, string>>): string {
  return text
    .replace(/\$\{(\w+):([?-])([^}]*)\}/g, (_, name: string, kind: string, rest: string) => {
      const value = settings[name] ?? '';
      if (value !== '') return value;
      if (kind === '?') throw new Error(`${name} is missing: ${rest}`);
      return rest;
    })
    .replaceAll('$$', '$');
}

/** What the container of a service gets as its environment besides that of its image. */
export function composeEnvironment(
  name: string,
  settings: Readonly<Record<string, string>>,
): Record<string, string> {
  const { env_file = [], environment = {} } = composeService(name);
  const fromFiles = env_file.map((each) =>
    each === '.env' ? settings : assignmentsIn(readFileSync(join(ROOT, each), 'utf8')),
  );
  const own = Object.entries(environment).map(([key, value]) => [
    key,
    interpolated(String(value), settings),
  ]);
  return Object.assign({}, ...fromFiles, Object.fromEntries(own)) as Record<string, string>;
}

/** The names and values of a file without quotation marks, such as those of this repository. */
function assignmentsIn(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}
