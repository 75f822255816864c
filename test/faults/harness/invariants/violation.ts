export type InvariantId = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I9' | 'I10';

/** Something that must never be so, and is. */
export type Violation = {
  readonly invariant: InvariantId;
  /** The call it is about; `null` when it is about the whole. */
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
