// .env.example names every variable that is read and no others, and works unchanged.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';

import { toLocalSettings } from '../../local/settings.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const example = readFileSync(`${root}.env.example`, 'utf8');
const names = (example.match(/^#?[A-Z][A-Z_]+(?==)/gm) ?? []).map((each) => each.replace('#', ''));
const named = new Set(names);

/** Read by libraries, the local run, Compose, or Temporal's own configuration. */
const ELSEWHERE = /^(TEMPORAL_|LOCAL_|GOOGLE_APPLICATION_CREDENTIALS$|POSTGRES_PASSWORD$)/;

describe('.env.example', () => {
  it('names exactly what the configuration reads', () => {
    const config = globSync(`${root}src/config/*-schema.ts`)
      .map((file) => readFileSync(file, 'utf8'))
      .join('');
    // The fields of the schemas.
    const read = new Set(config.match(/(?<=^ {2})[A-Z][A-Z_]+(?=: )/gm));
    assert.ok(read.size > 20);
    for (const name of read) assert.ok(named.has(name), `${name} is missing`);
    for (const name of named) {
      assert.ok(read.has(name) || ELSEWHERE.test(name), `${name} is not read by anything`);
    }
  });

  it('names each variable once, so that no later line overrides a value that was filled in', () => {
    const repeated = names.filter((name, index) => names.indexOf(name) !== index);
    assert.deepEqual(repeated, []);
  });

  it('sets no value that prevents the local run from starting its own parts', () => {
    const settings = toLocalSettings(parseEnv(example) as Record<string, string>);
    assert.deepEqual(settings.ports, toLocalSettings({}).ports);
    assert.deepEqual(settings.ownSystems, toLocalSettings({}).ownSystems);
    assert.equal(settings.databaseUrl, null);
    assert.equal(settings.ownTemporal, false);
  });
});
