// Guarantees that any text decodes to its exact bytes or is refused, and that the result never depends on how it is split into chunks.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createBase64Decoder } from '../../../src/clients/phone-system/base64-decoder.ts';
import { readRecordingReply } from '../../../src/clients/phone-system/recording-reply.ts';
import { ServiceError } from '../../../src/domain/service-error.ts';
import { KEY } from './support.ts';

/**
 * What RFC 4648 accepts, and MIME's line breaks, checked independently of the decoder: first the
 * form, then no left-over bits.
 */
function oracle(lines: string): Buffer | null {
  const text = lines.split(/[\r\n]/).join('');
  const hasForm = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);
  const bytes = Buffer.from(text, 'base64');
  return hasForm && bytes.toString('base64') === text ? bytes : null;
}

const INTRUDERS = [
  ' ',
  '\t',
  '\r',
  '\n',
  '=',
  '*',
  '-',
  '_',
  '/',
  '+',
  'A',
  '~',
  'é',
  '\u0000',
  '====',
  'data:audio/wav;base64,',
];

const sound = fc
  .uint8Array({ minLength: 1, maxLength: 120 })
  .map((bytes) => Buffer.from(bytes).toString('base64'));
/** Base64 with a few changes, most of which make it invalid. */
const spoiled = fc
  .tuple(
    sound,
    fc.array(
      fc.record({
        at: fc.nat(),
        remove: fc.integer({ min: 0, max: 3 }),
        insert: fc.constantFrom('', ...INTRUDERS),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([text, changes]) =>
    changes.reduce((changed, { at, remove, insert }) => {
      const place = at % (changed.length + 1);
      return changed.slice(0, place) + insert + changed.slice(place + remove);
    }, text),
  );
const joined = fc.tuple(sound, sound).map((texts) => texts.join(''));
const foreign = fc.string({ unit: 'binary', maxLength: 40 });
const anyText = fc.oneof(sound, spoiled, joined, foreign);
const anyCuts = fc.array(fc.nat(), { maxLength: 10 });

function cut<T extends string | Buffer>(whole: T, cuts: readonly number[]): T[] {
  const places = [0, ...cuts.map((place) => place % (whole.length + 1)), whole.length].toSorted(
    (a, b) => a - b,
  );
  return places.slice(1).map((place, index) => whole.slice(places[index], place) as T);
}

function decodeInPieces(text: string, cuts: readonly number[]): Buffer | null {
  const decoder = createBase64Decoder();
  try {
    const chunks = cut(text, cuts).map((piece) => decoder.decode(piece));
    decoder.end();
    return Buffer.concat(chunks);
  } catch (error) {
    assert.ok(error instanceof SyntaxError, String(error));
    return null;
  }
}

async function readInPieces(text: string, cuts: readonly number[]): Promise<Buffer | null> {
  const body = Buffer.from(JSON.stringify({ responses: [{ code: 200 }], data: { data: text } }));
  async function* pieces(): AsyncGenerator<Buffer> {
    yield* cut(body, cuts);
  }
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of readRecordingReply(pieces(), KEY, 1_000_000, () => false))
      chunks.push(chunk);
    return Buffer.concat(chunks);
  } catch (error) {
    assert.ok(error instanceof ServiceError, String(error));
    // Nothing at all is right as base64, and no recording.
    if (error.code === 'RECORDING_UNREADABLE') return Buffer.alloc(0);
    assert.equal(error.code, 'RECORDING_CORRUPT');
    return null;
  }
}

describe('base64 from the phone system', () => {
  it('decodes to its bytes, or is refused, however it is split', () => {
    let refused = 0;
    let decoded = 0;
    const property = fc.property(anyText, anyCuts, (text, cuts) => {
      const expected = oracle(text);
      if (expected === null) refused += 1;
      else decoded += 1;
      assert.deepEqual(decodeInPieces(text, cuts), expected);
    });
    fc.assert(property, { numRuns: 3_000 });
    // The property would prove little if nearly all texts were of one kind.
    assert.ok(refused > 300 && decoded > 300, `${refused} refused, ${decoded} decoded`);
  });

  it('is told apart from other text inside an envelope that arrives in pieces, too', async () => {
    const property = fc.asyncProperty(anyText, anyCuts, async (text, cuts) => {
      assert.deepEqual(await readInPieces(text, cuts), oracle(text));
    });
    await fc.assert(property, { numRuns: 500 });
  });

  it('gives the same result when it is split at any two places', () => {
    for (const text of [
      '',
      'YQ==',
      'YWI=',
      'YWJj',
      'YWJjZGVm',
      'YR==',
      'YWJjY',
      'YQ=',
      'YQ==YQ==',
    ]) {
      for (let first = 0; first <= text.length; first += 1) {
        for (let second = first; second <= text.length; second += 1) {
          assert.deepEqual(decodeInPieces(text, [first, second]), oracle(text), text);
        }
      }
    }
  });
});
