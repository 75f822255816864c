/** A reply of an outside system as it came, to be compared with what we believe of that system. */
export type KeptReply = {
  /** Which request it answers, such as `contacts`. */
  readonly operation: string;
  readonly reply: unknown;
  /** The fields that the service reads: `[].id` is the field `id` of each element of a list. */
  readonly reads: readonly string[];
  /** The fields that hold a map, whose keys are values such as addresses. */
  readonly maps?: readonly string[];
};

export type KeepReply = (kept: KeptReply) => void;
