import { join } from 'node:path';

import type { Keeper } from '../process/keeper.ts';
import { startPart, type Part } from '../process/part.ts';
import { untilPart } from '../process/until-part.ts';
import { PROJECT_FOLDER } from '../settings.ts';

/** Where a transcription server listens, and what it calls its model. */
export type WhisperServer = { readonly baseUrl: string; readonly model: string };

/** Starts Whisper behind an OpenAI-compatible server; resolves when its model is loaded. */
export async function startWhisperPart(options: {
  /** The folder with its Python packages. */
  readonly packages: string;
  readonly port: number;
  readonly logPath: string;
  readonly keeper: Keeper;
}): Promise<{ readonly part: Part; readonly server: WhisperServer }> {
  const part = await startPart({
    name: 'Whisper server',
    command: 'python3',
    args: [join(PROJECT_FOLDER, 'sandbox/whisper/server.py'), `--port=${options.port}`],
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      PYTHONPATH: options.packages,
      // The user's own packages may be other versions.
      PYTHONNOUSERSITE: '1',
      // Python would write its compiled files into the project.
      PYTHONDONTWRITEBYTECODE: '1',
      HF_HUB_OFFLINE: '1',
    },
    cwd: PROJECT_FOLDER,
    logPath: options.logPath,
    stopSignal: 'SIGTERM',
    // It has no state to lose.
    stopGraceMs: 5_000,
    keeper: options.keeper,
  });
  const server = await untilPart(part, async () => readServer(part));
  return { part, server };
}

/** It writes one line of JSON with its address when it is ready. */
function readServer(part: Part): WhisperServer | null {
  const line = part.lastLines(100).find((each) => each.startsWith('{"baseUrl":'));
  return line === undefined ? null : (JSON.parse(line) as WhisperServer);
}
