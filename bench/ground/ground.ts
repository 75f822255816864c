import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { InterceptingCall, type Interceptor } from '@grpc/grpc-js';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

import { startPostgres, type PostgresServer } from '../../local/parts/postgres/server.ts';
import { startTemporalServer } from '../../local/parts/temporal.ts';
import { startKeeper, type Keeper } from '../../local/process/keeper.ts';
import { freePort } from '../../local/process/ports.ts';
import { findTemporalCli } from '../../local/tools/temporal-cli.ts';
import { runOn } from '../../prisma/engine/create-database.ts';

/** What all contestants run on, started once and stopped at the end. */
export type Ground = {
  readonly folder: string;
  readonly keeper: Keeper;
  readonly postgres: PostgresServer & { readonly logPath: string };
  readonly temporal: {
    readonly address: string;
    readonly client: Client;
    /** How often the client has asked for what: `StartWorkflowExecution`. */
    readonly requests: ReadonlyMap<string, number>;
  };
  /** What runs: `PostgreSQL 18.4`, `Temporal CLI 1.9.1 (Server 1.32.0, …)`. */
  readonly versions: readonly string[];
  /** The path of a bundle of this workflow code, made once. */
  bundle(workflowsPath: string): Promise<string>;
  /** Is undone before the servers stop, in reverse order. */
  readonly stack: AsyncDisposableStack;
  readonly say: (progress: string) => void;
};

/** By these PostgreSQL's log can be read; see `statements.ts`. */
const LOG_LINE_PREFIX = '%n|%p|%d|';

/**
 * Starts PostgreSQL with its own defaults (so with all its durability) and Temporal's development server as
 * `npm start` tunes it. Whatever is started ends with this process, even by `kill -9`. After `signal` nothing more is started.
 */
export async function startGround(
  stack: AsyncDisposableStack,
  say: Ground['say'],
  signal: AbortSignal,
): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), 'call-processing-bench-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  // mkdtemp makes the folder private, but if this process is root, PostgreSQL runs as another user.
  await chmod(folder, 0o755);
  const keeper = stack.adopt(startKeeper(), (opened) => opened.close());
  signal.addEventListener('abort', () => keeper.startNothingMore());
  const logPath = join(folder, 'logs', 'postgres.log');
  const postgres = await startPostgres({
    dataFolder: join(folder, 'postgres'),
    logPath,
    port: await freePort(),
    keeper,
    settings: { log_line_prefix: LOG_LINE_PREFIX },
  });
  stack.defer(async () => void (await postgres.part.stop()));
  const postgresVersion = await versionOf(postgres);
  say(postgresVersion);

  const cli = await findTemporalCli(process.env, say);
  const server = await startTemporalServer({
    cli: cli.path,
    port: await freePort(),
    uiPort: null,
    databaseFile: join(folder, 'temporal', 'temporal.db'),
    logPath: join(folder, 'logs', 'temporal.log'),
    keeper,
  });
  stack.defer(async () => void (await server.part.stop()));
  const temporalVersion = `Temporal CLI ${cli.version}`;
  say(temporalVersion);
  const requests = new Map<string, number>();
  const connection = await Connection.connect({
    address: server.address,
    interceptors: [countRequests(requests)],
  });
  stack.defer(() => connection.close());

  const bundles = new Map<string, Promise<string>>();
  const bundle = async (workflowsPath: string, file: string) => {
    const { code } = await bundleWorkflowCode({
      workflowsPath,
      logger: new DefaultLogger('WARN'),
    });
    await writeFile(file, code);
    return file;
  };
  return {
    folder,
    keeper,
    postgres: { ...postgres, logPath },
    temporal: { address: server.address, client: new Client({ connection }), requests },
    versions: [postgresVersion, temporalVersion],
    bundle(workflowsPath) {
      const made =
        bundles.get(workflowsPath) ??
        bundle(workflowsPath, join(folder, `workflows-${bundles.size}.js`));
      bundles.set(workflowsPath, made);
      return made;
    },
    stack,
    say,
  };
}

async function versionOf({ url }: PostgresServer): Promise<string> {
  return runOn(url('postgres'), async (client) => {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return `PostgreSQL ${rows[0]?.server_version}`;
  });
}

function countRequests(requests: Map<string, number>): Interceptor {
  return (options, nextCall) => {
    const name = options.method_definition.path.split('/').at(-1) ?? '';
    requests.set(name, (requests.get(name) ?? 0) + 1);
    return new InterceptingCall(nextCall(options));
  };
}
