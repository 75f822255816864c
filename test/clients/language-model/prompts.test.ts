// Guarantees that prompts are versioned: the prompt version stored with an analysis identifies exactly one text and one schema.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

import { z } from 'zod';

import { createLanguageModel } from '../../../src/clients/language-model/client.ts';
import { PROMPT_VERSION } from '../../../src/clients/language-model/prompts.ts';
import { ANALYSIS, createNotes, LIMITS, toTestTurns } from './support.ts';
import { startModelServer, type Asked } from './model-server.ts';

const file = new URL('data/prompt-hashes.json', import.meta.url);
const hashes = z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(file, 'utf8')));

/** A hash of everything that was sent, regardless of its random words and of the order of the parts. */
function hashOf(asked: readonly Asked[]): string {
  const sent = asked.map(({ messages, schema }) =>
    JSON.stringify([messages, schema]).replace(/\b[0-9a-f]{16}\b|(?<=check number )\d{6}/g, '…'),
  );
  return createHash('sha256').update(sent.toSorted().join('\n')).digest('hex');
}

describe('the prompts', () => {
  it('have a new version after every change of a text or a schema', async () => {
    const server = await startModelServer();
    try {
      const faulty = { content: '{}' };
      const notes = {
        summary: 'It hums.',
        matters: [],
        priority: 'low',
        sentiment: 'neutral',
        resolved: true,
        actions: [],
        callerName: null,
        quotes: [],
      };
      const good = { ...ANALYSIS, actions: [], quotes: [] };
      const answers = [faulty, { content: JSON.stringify(good) }];
      server.answer(({ kind }, number) =>
        number <= 2
          ? (answers[number - 1] ?? null)
          : { content: JSON.stringify(kind === 'notes' ? notes : good) },
      );
      const model = createLanguageModel({
        baseUrl: server.url,
        apiKey: 'k',
        model: 'm',
        ...LIMITS,
        maxInputTokens: 10_000,
      });
      const { signal } = new AbortController();
      const caller = { companyName: 'Company', phoneNumber: '+442079460101' };
      const short = { ...caller, turns: toTestTurns('It hums.', 'I hear it.') };
      await model.analyze(short, createNotes(), signal);
      const turns = toTestTurns(
        ...Array.from({ length: 200 }, () => 'It hums, and it hums louder than before.'),
      );
      const { promptVersion, parts } = await model.analyze(
        { ...caller, turns },
        createNotes(),
        signal,
      );

      assert.equal(parts, 2);
      assert.equal(promptVersion, PROMPT_VERSION);
      assert.equal(
        hashes[PROMPT_VERSION],
        hashOf(server.asked),
        `the prompts have changed: raise PROMPT_VERSION, rename the folder of the prompts, and add the hash to data/prompt-hashes.json`,
      );
      assert.equal(new Set(Object.values(hashes)).size, Object.keys(hashes).length);
    } finally {
      await server.close();
    }
  });

  it('are found whatever the working directory of the process', () => {
    const script = fileURLToPath(
      new URL('../../../src/clients/language-model/prompts.ts', import.meta.url),
    );
    const code = `import('${script}').then(({ loadPrompts }) => console.log(loadPrompts().repair('PROBLEM')))`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      cwd: tmpdir(),
      encoding: 'utf8',
    });
    assert.match(stdout, /PROBLEM/);
  });
});
