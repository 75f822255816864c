import type { ServiceError } from '../../domain/service-error.ts';
import { type Cutting, WAV_OVERHEAD_BYTES } from './cutting.ts';

/** What a server takes in one file; `null`: nothing is known. */
export type PartLimits = { readonly maxBytes: number | null; readonly maxSeconds: number | null };

/** A file as it is measured against the limits; its length may be unknown. */
export type FileSize = { readonly bytes: number; readonly seconds: number | null };

/** Shorter parts would be cut within sentences all the time. */
const LEAST_SECONDS = 5;

/** A server that takes 30 seconds may mean fewer than 30, and may count what it makes of the samples. */
const BELOW_STATED = 0.98;

/** The lower of both, each. */
export function tighter(one: PartLimits, other: Partial<PartLimits>): PartLimits {
  return {
    maxBytes: least(one.maxBytes, other.maxBytes ?? null),
    maxSeconds: least(one.maxSeconds, other.maxSeconds ?? null),
  };
}

export function fits({ bytes, seconds }: FileSize, { maxBytes, maxSeconds }: PartLimits): boolean {
  return bytes <= (maxBytes ?? Infinity) && (seconds ?? 0) <= (maxSeconds ?? Infinity);
}

/** How long a part may be; `null` when the server takes less than is worth while. */
export function longestPart(
  { bytesPerSecond }: Pick<Cutting, 'bytesPerSecond'>,
  { maxBytes, maxSeconds }: PartLimits,
): number | null {
  const bySize = maxBytes === null ? Infinity : (maxBytes - WAV_OVERHEAD_BYTES) / bytesPerSecond;
  const longest = Math.min(bySize, maxSeconds ?? Infinity);
  return longest >= LEAST_SECONDS ? longest : null;
}

/**
 * What a refusal states, if that is less than what was sent: then it holds for other files too. `null`
 * for a refusal that is not about size or length, or states nothing of use.
 */
export function statedBy(error: ServiceError, { bytes, seconds }: FileSize): PartLimits | null {
  if (!isTooMuch(error)) return null;
  const { maxBytes, maxSeconds } = error.context;
  const stated = {
    maxBytes: below(maxBytes, bytes),
    maxSeconds: below(maxSeconds, seconds),
  };
  return stated.maxBytes === null && stated.maxSeconds === null ? null : stated;
}

/** Half of what was sent: where a refusal states nothing, the limit is looked for. */
export function halfOf(error: ServiceError, { bytes, seconds }: FileSize): PartLimits {
  return error.code === 'SPEECH_AUDIO_TOO_LONG' && seconds !== null
    ? { maxBytes: null, maxSeconds: seconds / 2 }
    : { maxBytes: bytes / 2, maxSeconds: null };
}

/** Whether a server refused a file because it is too large or too long. */
export function isTooMuch({ code }: ServiceError): boolean {
  return code === 'SPEECH_AUDIO_TOO_LARGE' || code === 'SPEECH_AUDIO_TOO_LONG';
}

function below(stated: unknown, sent: number | null): number | null {
  if (typeof stated !== 'number' || sent === null) return null;
  return stated < sent ? stated * BELOW_STATED : null;
}

function least(one: number | null, other: number | null): number | null {
  return one === null ? other : Math.min(one, other ?? Infinity);
}
