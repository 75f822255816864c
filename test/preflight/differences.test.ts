// The form of a reply holds no value of it, and each field in which two forms differ is told once.
import assert from 'node:assert/strict';

import { toCallKey } from '../../src/preflight/live/call-key.ts';
import { compareShapes, sentenceOf } from '../../src/preflight/live/differences.ts';
import { createShapeCollector } from '../../src/preflight/live/shape.ts';

function shapeOf(replies: readonly unknown[], maps: readonly string[] = []) {
  const collector = createShapeCollector(maps);
  for (const reply of replies) collector.add(reply);
  return collector.shape();
}

const differences = (
  expected: readonly unknown[],
  found: readonly unknown[],
  reads: readonly string[] = [],
) =>
  compareShapes(
    { system: 's', operation: 'o' },
    { expected: shapeOf(expected), found: shapeOf(found) },
    reads,
  ).map(sentenceOf);

describe('the form of a reply', () => {
  it('is types by path, without a value, and without keys that may be values', () => {
    const reply = { id: 1, tags: ['secret'], byUri: { 'gs://bucket/+49 30 1234': { ok: true } } };
    assert.deepEqual(shapeOf([reply]), {
      '': ['object'],
      id: ['number'],
      tags: ['array'],
      'tags[]': ['string'],
      byUri: ['object'],
      'byUri.*': ['object'],
      'byUri.*.ok': ['boolean'],
    });
    assert.deepEqual(shapeOf([{ map: { acme: 1 } }], ['map']), {
      '': ['object'],
      map: ['object'],
      'map.*': ['number'],
    });
  });

  it('says of a field that only some objects have it', () => {
    assert.deepEqual(shapeOf([[{ a: 1 }, { a: null, b: '' }]])['[].b'], ['absent', 'string']);
    assert.deepEqual(shapeOf([[{ a: 1 }, { a: null, b: '' }]])['[].a'], ['null', 'number']);
  });
});

describe('the differences between two forms', () => {
  it('are none where a reply has less variety than we know', () => {
    assert.deepEqual(differences([[{ a: 1 }, { a: null, b: '' }]], [[{ a: 2 }]]), []);
    assert.deepEqual(differences([[{ a: { b: 1 } }]], [[]]), []);
  });

  it('are told for the outermost field alone', () => {
    assert.deepEqual(differences([{ a: { b: { c: 1 } } }], [{}]), [
      'a is missing (we know it as object). The service does not read it.',
    ]);
    assert.deepEqual(differences([{}], [{ a: { b: [1] } }]), [
      'a is new to us (object). The service does not read it.',
    ]);
  });

  it('matter where the service reads the field or something inside it', () => {
    const found = differences([{ a: { b: 1 }, ab: 1 }], [{ ab: '' }], ['a.b']);
    assert.deepEqual(found, [
      'a is missing (we know it as object). The service reads it.',
      'ab is string, and we know it as number. The service does not read it.',
    ]);
    assert.deepEqual(differences([[{ id: 1 }]], [{ error: '' }], ['[].id']), [
      'the reply is object, and we know it as array. The service reads it.',
    ]);
    assert.deepEqual(differences([{ id: 1 }], [null], ['id']), [
      'the reply is null, and we know it as object. The service reads it.',
    ]);
  });

  it('include a field that some objects have lost', () => {
    assert.deepEqual(differences([[{ id: 1 }]], [[{ id: 1 }, {}]], ['[].id']), [
      '[].id is missing in some places (we know it as number). The service reads it.',
    ]);
  });
});

describe('the key of a call', () => {
  it('has three parts, none of which can leave a folder', () => {
    const key = { callSid: '1.2', recordgroup: 'g', recordid: 'r' };
    assert.deepEqual(toCallKey('1.2,g,r'), key);
    for (const text of ['', '1.2,g', '1.2,g,r,x', '../1,g,r', '1.2,,r']) {
      assert.equal(toCallKey(text), null);
    }
  });
});
