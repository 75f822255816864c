import { parseArgs } from 'node:util';
import { messageOf } from './core/message-of.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from './sandbox.ts';

/** Reads the command line. @throws if a flag is unknown or its value is not a number. */
function readOptions(): SandboxOptions {
  const { values } = parseArgs({
    options: {
      'data-dir': { type: 'string', default: '.data/sandbox' },
      'samples-dir': { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      // The other ports follow in steps of ten; 0 takes any free ports.
      'base-port': { type: 'string', default: '4000' },
      'speech-seconds': { type: 'string', default: '2' },
    },
  });
  const basePort = toNumber('--base-port', values['base-port']);
  const portAt = (step: number): number => (basePort === 0 ? 0 : basePort + step * 10);
  return {
    dataDir: values['data-dir'],
    ...(values['samples-dir'] === undefined ? {} : { samplesDir: values['samples-dir'] }),
    host: values.host,
    ports: {
      control: basePort,
      phoneSystem: portAt(1),
      storage: portAt(2),
      speech: portAt(3),
      connectwise: portAt(4),
      languageModel: portAt(5),
      transcription: portAt(6),
    },
    speechSeconds: toNumber('--speech-seconds', values['speech-seconds']),
  };
}

function toNumber(flag: string, text: string): number {
  const number = Number(text);
  if (text === '' || !Number.isFinite(number) || number < 0) {
    throw new Error(`Failed to start the sandbox: ${flag} must be a number of at least 0.`);
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
