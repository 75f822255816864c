// Guarantees that docs/configuration.md names every variable that is read, and no other, with its default and its reader.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import ms, { type StringValue } from 'ms';
import type { z } from 'zod';

import { gatewaySchema } from '../../src/config/gateway-schema.ts';
import { workerSchema } from '../../src/config/worker-schema.ts';

const ROOT = join(import.meta.dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/configuration.md'), 'utf8');
const example = readFileSync(join(ROOT, '.env.example'), 'utf8');

/** The table rows about a variable that our own schemas read: its name, default and reader. */
const documented = new Map(
  [...page.matchAll(/^\| `(\w+)` +\| (.+?) +\| (both|gateway|worker) +\|/gm)].map(
    ([, name = '', value = '', reader = '']) => [
      name,
      { value: value.replaceAll('`', ''), reader },
    ],
  ),
);

const gateway: Readonly<Record<string, z.ZodType>> = gatewaySchema.shape;
const [{ shape: googleShape }, { shape: serverShape }] = workerSchema.def.right.options;
const worker: Readonly<Record<string, z.ZodType>> = {
  ...workerSchema.def.left.shape,
  ...serverShape,
  // Last, so that what both providers read is told as it is for the default one.
  ...googleShape,
};

function readersOf(name: string): string {
  if (name in gateway && name in worker) return 'both';
  return name in gateway ? 'gateway' : 'worker';
}

/** Whether the page's words for a default mean this value of the schema. */
function isDefault(words: string, value: unknown): boolean {
  if (value === null) return words === 'unset';
  if (Array.isArray(value)) return words === (value.join(',') || 'none');
  // A duration is in milliseconds; the words are those that the variable itself takes.
  if (typeof value === 'number') return [Number(words), ms(words as StringValue)].includes(value);
  return words === value;
}

describe('docs/configuration.md', () => {
  it('names what the gateway and the worker read, and which of them does', () => {
    const read = new Set([...Object.keys(gateway), ...Object.keys(worker)]);
    assert.deepEqual(new Set(documented.keys()), read);
    for (const [name, { reader }] of documented) assert.equal(reader, readersOf(name), name);
  });

  it('says what each of them is when it is not set', () => {
    for (const [name, { value }] of documented) {
      const schema: z.ZodType = { ...gateway, ...worker }[name] ?? assert.fail(name);
      const { success, data } = schema.safeParse(undefined);
      const isTrue = success ? isDefault(value, data) : value === 'required';
      assert.ok(isTrue, `${name} is ${success ? String(data) : 'required'}, not ${value}`);
    }
  });

  it('names the same variables as .env.example', () => {
    const named = (text: string, pattern: RegExp) =>
      new Set([...text.matchAll(pattern)].map(([, name]) => name));
    const onPage = named(page, /^\| `([A-Z][A-Z_]+)` +\|/gm);
    // Read by Google's libraries, and named in the text.
    onPage.add('GOOGLE_APPLICATION_CREDENTIALS');
    assert.deepEqual(onPage, named(example, /^#?([A-Z][A-Z_]+)=/gm));
  });
});
