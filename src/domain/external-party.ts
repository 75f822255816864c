import type { Direction } from './call.ts';
import { readTrunkValue, type NumberRules, type TrunkValue } from './trunk-value.ts';

export { faultyOwnNumbers } from './own-numbers.ts';
export type { NumberRules } from './trunk-value.ts';

/** The phone system's number fields, as text, in whatever format the trunk used. */
export type RawNumbers = {
  /** The calling number. */
  readonly snumber: string | null;
  /** The called number. */
  readonly cnumber: string | null;
  /** The number that finally answered. */
  readonly dnumber: string | null;
  /** The caller as shown to an internal leg (a transfer or a queue). */
  readonly calleridInternal: string | null;
};

type UnknownReason = 'SERVICE_NUMBER' | 'NOT_A_NUMBER' | 'NOTHING_KNOWN';

/** The other party of the call, from the point of view of the MSP. `number` is E.164. */
export type ExternalParty =
  | { readonly kind: 'NUMBER'; readonly direction: 'inbound' | 'outbound'; readonly number: string }
  | {
      readonly kind: 'UNKNOWN';
      readonly direction: Direction | null;
      readonly reason: UnknownReason;
    }
  | { readonly kind: 'WITHHELD'; readonly direction: 'inbound' }
  | { readonly kind: 'INTERNAL'; readonly direction: 'internal' };

type ExternalValue = Extract<TrunkValue, { kind: 'EXTERNAL' }>;

/**
 * Finds the external party and the direction of a call. The direction follows from which party is
 * external, not from whether its number is valid; where several rules fit, their order decides.
 */
export function findExternalParty(numbers: RawNumbers, rules: NumberRules): ExternalParty {
  const source = readTrunkValue(numbers.snumber, rules);
  const called = readTrunkValue(numbers.cnumber, rules);
  const answered = readTrunkValue(numbers.dnumber, rules);
  const callees = [called, answered];

  // A label in a called field is a queue of ours; as the caller it says nothing.
  const isSourceUnseen = ['HIDDEN', 'EMPTY', 'LABEL'].includes(source.kind);
  const hasOwnCallee = callees.some(({ kind }) => kind === 'OURS' || kind === 'LABEL');
  const externalCallees = callees.filter(isExternal);

  if (isExternal(source)) return toParty('inbound', [source]);

  const isFromUs = source.kind === 'OURS' || !hasOwnCallee;
  if (isFromUs && externalCallees.length > 0) return toParty('outbound', externalCallees);

  const shown = readTrunkValue(numbers.calleridInternal, rules);
  if (externalCallees.length === 0 && isExternal(shown) && shown.number !== null) {
    return { kind: 'NUMBER', direction: 'inbound', number: shown.number };
  }
  if (isSourceUnseen && hasOwnCallee) return { kind: 'WITHHELD', direction: 'inbound' };
  if (source.kind === 'OURS') return { kind: 'INTERNAL', direction: 'internal' };
  return { kind: 'UNKNOWN', direction: null, reason: 'NOTHING_KNOWN' };
}

function isExternal(value: TrunkValue): value is ExternalValue {
  return value.kind === 'EXTERNAL';
}

/** The first valid number among the candidates, or the reason why there is none. */
function toParty(
  direction: 'inbound' | 'outbound',
  candidates: readonly ExternalValue[],
): ExternalParty {
  const number = candidates.find((candidate) => candidate.number !== null)?.number ?? null;
  if (number !== null) return { kind: 'NUMBER', direction, number };

  const isService = candidates.some((candidate) => candidate.isService);
  return { kind: 'UNKNOWN', direction, reason: isService ? 'SERVICE_NUMBER' : 'NOT_A_NUMBER' };
}
