import '../src/process/node-version.cjs';

import { spawn } from 'node:child_process';
import { constants } from 'node:os';

import { LocalRunError } from './local-run-error.ts';
import { findRunningTemporal } from './running-addresses.ts';
import { readLocalEnvironment, toLocalSettings } from './settings.ts';
import { findTemporalCli } from './tools/temporal-cli.ts';

// npm run temporal -- workflow list
// The Temporal CLI that the local run uses, against the Temporal server that it uses.
try {
  const settings = toLocalSettings(readLocalEnvironment(process.env));
  const cli = await findTemporalCli(settings.env, (progress) =>
    process.stderr.write(`Temporal CLI: ${progress}\n`),
  );
  process.exitCode = await run(cli.path, process.argv.slice(2), {
    ...settings.env,
    // The user's temporal.toml may name another server, so it is used only on request.
    ...(settings.ownTemporal
      ? {}
      : {
          TEMPORAL_ADDRESS:
            findRunningTemporal(settings)?.address ?? `127.0.0.1:${settings.ports.temporal}`,
          TEMPORAL_CONFIG_FILE: '/dev/null',
        }),
  });
} catch (error) {
  if (!(error instanceof LocalRunError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** Runs the CLI on this terminal; resolves with its exit code, as a shell would report it. */
function run(path: string, args: string[], env: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, { env, stdio: 'inherit' });
    // The terminal sends Ctrl-C to both processes; the CLI decides what it means.
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}
