/** What is wrong with a configuration, each a sentence that begins with a name and quotes no value. */
export type Findings = {
  /** With these a process does not start. */
  readonly faults: readonly string[];
  /** With these it starts, and says so. */
  readonly warnings: readonly string[];
};

/** The findings of several rules, in their order. */
export function allOf(...several: readonly Findings[]): Findings {
  return {
    faults: several.flatMap(({ faults }) => faults),
    warnings: several.flatMap(({ warnings }) => warnings),
  };
}
