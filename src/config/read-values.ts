import type { z } from 'zod';

import { ConfigurationError } from './configuration-error.ts';
import type { Findings } from './findings.ts';
import { OWN_NAMES } from './own-names.ts';
import { isQuoted } from './quotation-marks.ts';
import { readTemporal, type Environment, type TemporalConfig } from './temporal.ts';

/**
 * The environment read by a schema and judged as a whole. Throws a ConfigurationError that names every
 * fault, and the warnings with them.
 */
export function readValues<T extends z.ZodType<object>>(
  schema: T,
  { env, earlier }: { readonly env: Environment; readonly earlier: readonly string[] },
  judge: (value: z.output<T>) => Findings = () => ({ faults: [], warnings: [] }),
): { value: z.output<T>; temporal: TemporalConfig; warnings: readonly string[] } {
  // An empty value in a .env file (`NAME=`) means the same as no line.
  const present = Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1].trim() !== '',
    ),
  );
  const result = schema.safeParse(present);
  const judged = result.success ? judge(result.data) : { faults: [], warnings: [] };
  const faults = result.success
    ? [...judged.faults]
    : result.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`);
  // Node then takes anybody's certificate, and anybody on the way could read every key and recording.
  if (present['NODE_TLS_REJECT_UNAUTHORIZED']?.trim() === '0') {
    faults.push(
      'NODE_TLS_REJECT_UNAUTHORIZED must not be 0: remove it, and name the file of your own certificate authority in NODE_EXTRA_CA_CERTS, in the environment',
    );
  }

  const temporal = readTemporal(present, faults);
  const warnings = [...earlier, ...judged.warnings, ...warningsOfQuotes(present)];
  if (!result.success || temporal === null || faults.length > 0) {
    throw new ConfigurationError(faults, warnings);
  }
  return { value: result.data, temporal, warnings };
}

/** A password may really begin and end like this, so it is no fault. */
function warningsOfQuotes(present: Readonly<Record<string, string>>): string[] {
  return OWN_NAMES.filter((name) => isQuoted(present[name] ?? '')).map(
    (name) =>
      `${name} begins and ends with a quotation mark, and both count as part of the value: remove them unless that is meant.`,
  );
}
