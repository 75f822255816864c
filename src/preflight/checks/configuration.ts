import { fault, ok, warning, type Check } from '../check.ts';

const REMEDY = 'Correct it in the environment or in .env; .env.example explains each name.';

/** What reading the configuration has found: sentences that begin with a name and quote no value. */
export type ConfigurationFindings = {
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
};

/** A check for each finding, which only says it; a single one where there is none. */
export function configurationChecks({ faults, warnings }: ConfigurationFindings): Check[] {
  const said = [
    ...[...new Set(faults)].map((each) => fault(`${each.replace(/\.$/, '')}.`, REMEDY)),
    ...[...new Set(warnings)].map((each) => warning(each, REMEDY)),
  ];
  const verdicts =
    said.length === 0 ? [ok('Gateway and worker can read theirs; nothing in it is unused.')] : said;
  return verdicts.map((verdict) => ({ name: 'configuration', run: async () => verdict }));
}
