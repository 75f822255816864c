import { createHash } from 'node:crypto';
import { hostname } from 'node:os';

import { LocalRunError } from './local-run-error.ts';

/**
 * A database or a Temporal server of the user's own together with stand-ins: then the worker would
 * write made-up analyses into that database, or take real calls and fail them.
 */
export type Mix = {
  /** The names that the user has set, as in "DATABASE_URL". */
  readonly real: readonly string[];
  /** The names that would have to be set for each stand-in to be replaced. */
  readonly missing: readonly string[];
};

/** What the user has, and what would stand in for the rest; `null` when the two do not meet. */
export function findMix(uses: {
  readonly databaseUrl: string | null;
  /** The names by which the user names a Temporal server, as in "TEMPORAL_ADDRESS". */
  readonly temporalNames: readonly string[];
  readonly ownSystems: {
    readonly phoneSystem: boolean;
    readonly storageAndSpeech: boolean;
    readonly speech: boolean;
    readonly connectwise: boolean;
    readonly languageModel: boolean;
  };
  readonly whisper: boolean;
}): Mix | null {
  const { databaseUrl, temporalNames, ownSystems, whisper } = uses;
  const real = [...(databaseUrl === null ? [] : ['DATABASE_URL']), ...temporalNames];
  const missing = [
    // A worker of somebody's Temporal server would keep their calls in a database on this machine.
    ...(temporalNames.length > 0 && databaseUrl === null ? ['DATABASE_URL'] : []),
    ...(ownSystems.phoneSystem ? [] : ['PHONE_SYSTEM_URL']),
    ...(ownSystems.storageAndSpeech ? [] : ['RECORDINGS_BUCKET', 'GOOGLE_CLOUD_PROJECT']),
    // With Google, the transcription comes with the two names above.
    ...(whisper || (ownSystems.storageAndSpeech && !ownSystems.speech)
      ? ['TRANSCRIPTION_BASE_URL']
      : []),
    ...(ownSystems.connectwise ? [] : ['CONNECTWISE_URL']),
    ...(ownSystems.languageModel ? [] : ['LLM_BASE_URL']),
  ];
  return real.length === 0 || missing.length === 0 ? null : { real, missing };
}

/** Throws a LocalRunError that says what to set when stand-ins would meet what the user has. */
export function refuseMix(mix: Mix | null): void {
  if (mix === null) return;
  const real = mix.real.join(' and ');
  const [they, are] = mix.real.length === 1 ? ['it', 'is'] : ['them', 'are'];
  throw new LocalRunError(
    `${real} ${are} set, but stand-ins would work with ${they}: set ${mix.missing.join(', ')} too, leave out ${real} (in the environment and in .env), or add --with-real-systems to mix them on purpose.`,
  );
}

/**
 * A task queue that only this machine's run with this data folder uses, the same at every start, so
 * that its parked calls go on.
 */
export function ownTaskQueue(taskQueue: string, dataFolder: string): string {
  const place = createHash('sha256').update(`${hostname()}\0${dataFolder}`).digest('hex');
  // 32 bits tell apart all machines that share a Temporal server.
  return `${taskQueue}-local-${place.slice(0, 8)}`;
}
