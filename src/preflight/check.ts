import { adviceBeforeStart } from '../domain/advice.ts';
import type { ErrorCode } from '../domain/error-codes.ts';
import type { ServiceError } from '../domain/service-error.ts';

/**
 * What a check has found. `says` and `remedy` are sentences, which name no secret, phone number or
 * person, so that the whole list may be shown to anybody who helps.
 */
export type Verdict =
  | { readonly state: 'ok'; readonly says: string }
  | {
      /** `warning`: calls are processed nevertheless. `fault`: some or all are not. */
      readonly state: 'warning' | 'fault';
      readonly says: string;
      readonly remedy: string;
      /** The code with which a call would fail for the same reason. */
      readonly code?: ErrorCode;
    };

export type Remedies = Readonly<Partial<Record<ErrorCode, string>>>;

/** One question about one thing that the configuration points at. */
export type Check = {
  /** What is checked, in a few words. */
  readonly name: string;
  /** Checks without whose success this one would say nothing; they come earlier in the list. */
  readonly needs?: readonly Check[];
  /** How long it may take; ten seconds unless given. */
  readonly withinMs?: number;
  /** What to do about failures with these codes, where that differs from the advice for a service that has worked. */
  readonly remedies?: Remedies;
  /**
   * Finds out. Throws a ServiceError for a failure that is a fault, and the signal's reason. Whatever
   * it leaves behind, it has to remove, also once the signal is aborted.
   */
  run(signal: AbortSignal): Promise<Verdict>;
};

export function ok(says: string): Verdict {
  return { state: 'ok', says };
}

export function warning(says: string, remedy: string): Verdict {
  return { state: 'warning', says, remedy };
}

export function fault(says: string, remedy: string): Verdict {
  return { state: 'fault', says, remedy };
}

/** The fault that a failed request shows: what failed, and what its code advises. */
export function faultOf({ code, told }: ServiceError, remedies: Remedies = {}): Verdict {
  return { state: 'fault', says: told, remedy: remedies[code] ?? adviceBeforeStart(code), code };
}
