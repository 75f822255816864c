import { join } from 'node:path';

import { cruise, type IConfiguration } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';

export const PROJECT_FOLDER = join(import.meta.dirname, '../..');

const LAW_FILE = join(PROJECT_FOLDER, '.dependency-cruiser.mjs');

export type Rule = { readonly name: string; readonly comment: string };

/** An import that breaks a rule: `from` and `to` are paths from the top of the tree. */
export type Violation = { readonly rule: string; readonly from: string; readonly to: string };

/** The rules of the import law, in the order of the file. */
export async function readLaw(): Promise<Rule[]> {
  const { default: law } = (await import(LAW_FILE)) as { default: IConfiguration };
  return (law.forbidden ?? []).map(({ name = '', comment = '' }) => ({ name, comment }));
}

/** Judges every import of a tree with the project's folder names by the law. */
export async function judge(
  tree: string,
): Promise<{ readonly files: readonly string[]; readonly violations: readonly Violation[] }> {
  const { output } = await cruise(['.'], {
    ...(await extractDepcruiseOptions(LAW_FILE)),
    baseDir: tree,
    // The circles of folders are found among these.
    metrics: true,
  });
  if (typeof output === 'string') throw new Error(`The imports were not read: ${output}`);
  const { modules, summary } = output;
  return {
    files: modules.map(({ source }) => source),
    violations: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  };
}
