// Guarantees that only words somebody spoke count as said, and that they are returned in the transcript's own spelling.
import assert from 'node:assert/strict';

import fc from 'fast-check';

import { createSpokenWords } from '../../src/domain/spoken-words.ts';

const CALL = [
  'Good morning, the printer at reception can’t print since Monday!',
  'Right. I will send Ömer Şahin — he is there by three.',
  '早上好，前台的打印机从昨天晚上开始就不能用了。',
  'VPN接続ができません。',
  'המדפסת בקבלה לא עובדת מאתמול.',
  'Die Tür ist, äh, kaputt',
];

const SAID: readonly (readonly [asked: string, spelled: string])[] = [
  ['the printer at reception', 'the printer at reception'],
  ["THE PRINTER at reception can't print", 'the printer at reception can’t print'],
  ['cant print since monday', 'can’t print since Monday!'],
  ['"Right."', 'Right.'],
  ['o\u0308mer s\u0327ahin, he is there', 'Ömer Şahin — he is there'],
  ['打印机从昨天', '打印机从昨天'],
  ['不能用了', '不能用了。'],
  ['接続', '接続'],
  ['vpn', 'VPN'],
  ['לא עובדת', 'לא עובדת'],
  ['Die Tür ist äh kaputt', 'Die Tür ist, äh, kaputt'],
];

const NOT_SAID = [
  '',
  '…',
  'printers',
  'print since Tuesday',
  'the printer can’t print',
  'since Monday Right',
  'reception the',
  '打印机昨天',
  'Good morning … since Monday',
  'Die Tür ist kaputt',
];

describe('the spoken words', () => {
  const spoken = createSpokenWords(CALL);

  for (const [asked, spelled] of SAID) {
    it(`include "${asked}", spelled as in the transcript`, () => {
      assert.equal(spoken.find(asked), spelled);
    });
  }

  for (const asked of NOT_SAID) {
    it(`do not include "${asked}"`, () => assert.equal(spoken.find(asked), null));
  }

  it('distinguish a name said in two pieces from one that was not said', () => {
    assert.ok(spoken.hasEach('ÖMER, right'));
    assert.ok(!spoken.hasEach('Ömer Bloggs'));
    assert.ok(!spoken.hasEach('Omer Şahin'));
    assert.ok(!spoken.hasEach(' - '));
  });

  it('are consistent for any text: a whole speech is found, and whatever is found is part of a speech', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 4 }),
        fc.string({ unit: 'grapheme' }),
        (speeches, asked) => {
          const found = createSpokenWords(speeches).find(asked);
          assert.ok(found === null || speeches.some((speech) => speech.includes(found)));
          for (const speech of speeches) {
            const whole = createSpokenWords([speech]).find(speech);
            assert.ok(whole === null || createSpokenWords(speeches).find(whole) !== null);
          }
        },
      ),
    );
  });
});
