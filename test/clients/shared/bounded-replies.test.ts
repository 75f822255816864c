// Guarantees that what another system answers is bounded in depth, in values and in the faults that its check collects.
import assert from 'node:assert/strict';

import fc from 'fast-check';
import { z } from 'zod';

import { exceedsBounds, parseBounded } from '../../../src/clients/shared/json-bounds.ts';
import { listOf } from '../../../src/clients/shared/list-of.ts';
import { readInThread } from '../../../src/clients/shared/read-in-thread.ts';
import { parseReply } from '../../../src/clients/transcription-server/reply.ts';

const BOUNDS = { maxDepth: 3, maxValues: 10 };

describe('a JSON text', () => {
  it('exceeds its bounds by depth and by values, never by what its strings hold', () => {
    assert.equal(exceedsBounds('[[[7]]]', BOUNDS), false);
    assert.equal(exceedsBounds('[[[[7]]]]', BOUNDS), true);
    assert.equal(exceedsBounds('{"a":{"b":{"c":{}}}}', BOUNDS), true);
    assert.equal(exceedsBounds(`[${'7,'.repeat(9)}7]`, BOUNDS), false);
    assert.equal(exceedsBounds(`[${'7,'.repeat(10)}7]`, BOUNDS), true);
    assert.equal(exceedsBounds(JSON.stringify(`\\"${'[{,'.repeat(50)}\\`), BOUNDS), false);
    assert.equal(exceedsBounds('"never closed [[[[[[', BOUNDS), false);
  });

  it('has the value that the parser gives it, whatever is in it', () => {
    const wide = { maxDepth: 100, maxValues: 100_000 };
    fc.assert(
      fc.property(fc.json(), (json) => {
        assert.deepEqual(parseBounded(json, wide), JSON.parse(json));
      }),
    );
    assert.equal(parseBounded('{"a":', wide), undefined);
  });
});

describe('a list', () => {
  const list = listOf(z.object({ word: z.string() }), 1_000);

  it('has one fault at most, at its place', () => {
    const parsed = list.safeParse([{ word: 'a' }, ...Array.from({ length: 900 }, () => 7)]);
    assert.deepEqual(
      parsed.error?.issues.map(({ path }) => path),
      [[1]],
    );
    const inner = list.safeParse([{ word: 'a' }, { word: 7 }, { word: 8 }]);
    assert.deepEqual(
      inner.error?.issues.map(({ path }) => path.join('.')),
      ['1.word'],
    );
    assert.equal(
      list.safeParse(Array.from({ length: 1_001 }, () => ({ word: 'a' }))).success,
      false,
    );
    assert.deepEqual(list.parse([{ word: 'a', more: 1 }]), [{ word: 'a' }]);
  });
});

describe('a long text', () => {
  const reader = {
    module: new URL('../../../src/clients/transcription-server/reply.ts', import.meta.url).href,
    name: 'parseReply',
    read: () => assert.fail('a long text is read in a thread'),
  };
  const toFailure = (cause: unknown) => new Error('unreadable', { cause });

  it('is read as a short one is, and its errors arrive as they are', async () => {
    const long = JSON.stringify({ text: 'hello '.repeat(50_000) });
    assert.deepEqual(await readInThread(reader, long, toFailure), parseReply(long));
    const wrong = JSON.stringify({ text: 7, more: 'x'.repeat(300_000) });
    await assert.rejects(readInThread(reader, wrong, toFailure), {
      name: 'ServiceError',
      code: 'SPEECH_RESULT_INVALID',
      retryable: false,
    });
    const limited = JSON.stringify({ error: { code: 429 }, more: 'x'.repeat(300_000) });
    await assert.rejects(readInThread(reader, limited, toFailure), {
      code: 'SPEECH_QUOTA_EXCEEDED',
      retryable: true,
    });
  });

  it('fails by itself when its reader is missing', async () => {
    const lost = { ...reader, module: 'file:///nowhere.ts' };
    await assert.rejects(readInThread(lost, 'x'.repeat(300_000), toFailure), /unreadable/);
  });
});
