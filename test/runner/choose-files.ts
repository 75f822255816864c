import { globSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const TEST_FILE = /\.test\.ts$/;

export type Chosen = { readonly files: readonly string[] } | { readonly fault: string };

/**
 * The test files that arguments name: files, folders, and patterns that the shell has not expanded.
 * They count from the folder in which npm was called. Each file comes once, in the order of the
 * arguments, from the root of the project; an argument that names no test is a fault.
 */
export function chooseFiles(operands: readonly string[], calledIn: string, root: string): Chosen {
  const files = new Set<string>();
  for (const operand of operands) {
    const found = filesOf(operand, calledIn);
    if (typeof found === 'string') return { fault: found };
    for (const file of found) files.add(relative(root, file));
  }
  return { files: [...files] };
}

/** Absolute paths, or what is wrong with the argument. */
function filesOf(operand: string, calledIn: string): string[] | string {
  const path = resolve(calledIn, operand);
  const entry = statSync(path, { throwIfNoEntry: false });
  if (entry?.isFile() === true) {
    return TEST_FILE.test(path) ? [path] : `${operand} is not a test, which ends in .test.ts`;
  }
  const pattern = entry?.isDirectory() === true ? join(operand, '**/*.test.ts') : operand;
  const found = globSync(pattern, { cwd: calledIn })
    .map((file) => resolve(calledIn, file))
    .filter((file) => TEST_FILE.test(file))
    .toSorted();
  if (found.length > 0) return found;
  return entry?.isDirectory() === true || /[*?[{]/.test(operand)
    ? `${operand} holds no test, which ends in .test.ts`
    : `There is no file ${operand}`;
}
