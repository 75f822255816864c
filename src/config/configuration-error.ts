/** All faults of the configuration at once, by name and without values. */
export class ConfigurationError extends Error {
  readonly faults: readonly string[];
  readonly warnings: readonly string[];

  /** The warnings are told too: a name that is missing may stand there misspelt. */
  constructor(faults: readonly string[], warnings: readonly string[] = []) {
    super(
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n` +
        faults.map((fault) => `  - ${fault}`).join('\n') +
        warnings.map((warning) => `\n  - ${warning}`).join('') +
        '\nCorrect the environment or the .env file (see .env.example) and start again.',
    );
    this.name = 'ConfigurationError';
    this.faults = faults;
    this.warnings = warnings;
  }
}
