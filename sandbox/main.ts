import '../src/process/node-version.cjs';

import { readArguments, refuseArguments } from '../src/process/arguments.ts';
import { messageOf } from './core/message-of.ts';
import { sandboxPorts } from './core/systems.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from './sandbox.ts';

const command = {
  name: 'node sandbox/main.ts',
  does: 'Runs stand-ins for all outside systems. Writes one line of JSON with their addresses when they listen. Ends on SIGTERM or Ctrl-C.',
  flags: {
    'data-dir': {
      type: 'string',
      value: 'FOLDER',
      default: '.data/sandbox',
      help: 'Where it keeps its state.',
    },
    'samples-dir': {
      type: 'string',
      value: 'FOLDER',
      help: 'The sample recordings. Default: those of the project.',
    },
    host: { type: 'string', value: 'HOST', default: '127.0.0.1', help: 'Where to listen.' },
    'base-port': {
      type: 'string',
      value: 'PORT',
      default: '4000',
      help: 'The port of the control API; the others follow in steps of ten. 0 takes any free ports.',
    },
    'speech-seconds': {
      type: 'string',
      value: 'SECONDS',
      default: '2',
      help: 'How long a transcription takes.',
    },
  },
} as const;

/** Reads the command line; ends the process when it cannot be used. */
function readOptions(): SandboxOptions {
  const { flags: values } = readArguments(command);
  const basePort = toNumber('--base-port', values['base-port']);
  return {
    dataDir: values['data-dir'],
    ...(values['samples-dir'] === undefined ? {} : { samplesDir: values['samples-dir'] }),
    host: values.host,
    ports: sandboxPorts(basePort),
    speechSeconds: toNumber('--speech-seconds', values['speech-seconds']),
  };
}

function toNumber(flag: string, text: string): number {
  const number = Number(text);
  if (text === '' || !Number.isFinite(number) || number < 0) {
    refuseArguments(command, `${flag} is not a number`);
  }
  return number;
}

function stopOnSignals(sandbox: Sandbox): void {
  let isStopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // Ctrl-C reaches the whole process group, and the parent's SIGTERM may follow.
      if (!isStopping) {
        isStopping = true;
        void sandbox.stop();
      }
    });
  }
}

try {
  const sandbox = await startSandbox(readOptions());
  stopOnSignals(sandbox);
  process.stdout.write(`${JSON.stringify({ addresses: sandbox.addresses })}\n`);
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
