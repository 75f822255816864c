export type InvariantId = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I9' | 'I10';

/** A broken invariant. */
export type Violation = {
  readonly invariant: InvariantId;
  /** The call concerned; `null` when no single call is. */
  readonly callSid: string | null;
  /** What was found, in a sentence. */
  readonly found: string;
};

/** Collects the violations of one invariant. */
export function violationsOf(invariant: InvariantId) {
  const list: Violation[] = [];
  return {
    list: list as readonly Violation[],
    add: (callSid: string | null, found: string) => list.push({ invariant, callSid, found }),
  };
}
