// Whatever came from a call stands in a page as text: it is no markup, and it cannot disguise what is around it.
import assert from 'node:assert/strict';

import fc from 'fast-check';

import { toNextAddress } from '../../src/console/page/next-address.ts';
import { html } from '../../src/console/page/html.ts';

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title><svg/onload=alert(1)>',
  '&lt;script&gt;',
  'javascript:alert(1)',
  '<!--',
  ']]>',
];

describe('a template of the console', () => {
  for (const text of HOSTILE) {
    it(`shows ${text} as text, also in an attribute`, () => {
      const { text: page } = html`<p title="${text}">${text}</p>`;
      const [, attribute = '', inner = ''] = /^<p title="([^"]*)">([^<>]*)<\/p>$/.exec(page) ?? [];
      assert.equal(unescape(attribute), text);
      assert.equal(unescape(inner), text);
    });
  }

  it('leaves no character of markup in any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.doesNotMatch(html`${text}`.text, /[<>"'\p{Bidi_Control}]|[^\P{Cc}\t\n]/u);
      }),
    );
  });

  it('writes out marks that reorder or hide text, and keeps the letters of every script', () => {
    assert.equal(html`${'Acme\u202egnp.exe'}`.text, 'Acme[U+202E]gnp.exe');
    assert.equal(html`${'a\u0000b\u001b[31mc\u{e0041}'}`.text, 'a[U+0000]b[U+001B][31mc[U+E0041]');
    for (const name of ['مخبز النور', 'מאפיית אור', 'Müller', '東京', 'ทดสอบ', '👩‍🔧']) {
      assert.equal(html`${name}`.text, name);
    }
  });

  it('escapes a piece once, however deep it stands', () => {
    const item = html`<i>${'A & B'}</i>`;
    assert.equal(html`${[item, [item]]}`.text, '<i>A &amp; B</i><i>A &amp; B</i>');
    assert.equal(html`${null}${undefined}${false}${0}`.text, '0');
  });
});

describe('the address after signing in', () => {
  for (const address of ['/console', '/console/calls/1.1', '/console?q=a%20b&status=FAILED']) {
    it(`may be ${address}`, () => assert.equal(toNextAddress(address), address));
  }

  for (const address of [
    'https://evil.example/console',
    '//evil.example/console',
    '/\\evil.example/console',
    '/console/../../evil',
    '/console//evil.example/../../..//evil.example',
    'javascript:alert(1)',
    '/docs',
    '/consoles',
    '/console/sign-out',
    '\t//evil.example',
    '/console\n//evil.example/../..',
    'http://here.invalid.evil.example/console',
    undefined,
    ['/console'],
  ]) {
    it(`is never ${JSON.stringify(address)}`, () => {
      const next = toNextAddress(address);
      const { host, pathname } = new URL(next, 'https://ours.example');
      assert.equal(host, 'ours.example');
      assert.match(pathname, /^\/console(\/(?!sign-|\/).*)?$/);
    });
  }
});

function unescape(text: string): string {
  const characters = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' } as const;
  return text.replaceAll(
    /&(lt|gt|quot|#39|amp);/g,
    (_entity, name: keyof typeof characters) => characters[name],
  );
}
