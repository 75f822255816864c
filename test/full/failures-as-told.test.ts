// Guarantees that GET /calls/:callSid alone tells cause and remedy of every planted failure, for calls that retry as for those that are parked, and that the page about it shows what is really said.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { ADVICE } from '../support/advice.ts';
import { PAGE, renderPage } from './failures-as-told/page.ts';
import {
  AT_A_TRANSCRIPTION_SERVER,
  OWN_FAILURES,
  PLANTED_FAILURES,
  type OwnFailureName,
  type PlantedFailure,
} from './failures-as-told/planted-failures.ts';
import { tellAll, type AllTold } from './failures-as-told/tell-all.ts';
import type { Told } from './failures-as-told/told.ts';

/** What the service does now, by how the call stands. */
const SAYS_WHAT_HAPPENS = {
  parked: /could not be/,
  retried: /so far\. .*It has been tried .* since .* UTC and is tried again by itself, next at /,
  unanswered: /since .* UTC\. Nothing has failed, .* tries again by itself\.$/,
} as const satisfies Record<PlantedFailure['stage'], RegExp>;

describe('GET /calls/:callSid alone tells cause and remedy', () => {
  let all: AllTold;

  before(async function () {
    // The attempts of the slowest case and three starts of processes, with room for a busy machine.
    this.timeout(300_000);
    all = await tellAll();
  });

  const systems = [
    ...Object.entries(PLANTED_FAILURES),
    ['A transcription server', AT_A_TRANSCRIPTION_SERVER] as const,
  ];
  for (const [system, failures] of systems) {
    for (const failure of failures) {
      it(`when ${system} ${failure.what}`, () => {
        const told = all.outside.find((each) => each.failure === failure)?.told;
        assert.ok(told !== undefined);
        assert.equal(told.code, failure.code);
        assertNames(told, failure.names);
        assert.match(told.text, SAYS_WHAT_HAPPENS[failure.stage]);
        if (failure.stage !== 'unanswered') assert.match(told.text, ADVICE, 'it says what to do');
      });
    }
  }

  for (const name of Object.keys(OWN_FAILURES) as OwnFailureName[]) {
    const { what, httpStatus, code, names } = OWN_FAILURES[name];
    it(`when: ${what}`, () => {
      const told = all.own[name];
      assert.deepEqual([told.httpStatus, told.code], [httpStatus, code]);
      assertNames(told, names);
      assert.match(told.text, ADVICE, 'it says what to do');
    });
  }

  it('in whole sentences, each of which is said once', () => {
    for (const { text } of toldIn(all)) {
      assert.match(text, /^[A-Z].*\.$/);
      const sentences = text.split(/(?<=\.) (?=[A-Z])/);
      assert.deepEqual([...new Set(sentences)], sentences);
    }
  });

  it('as docs/failures-as-told.md shows it', async () => {
    assert.equal(await readFile(PAGE, 'utf8'), renderPage(all));
  });
});

function assertNames({ text }: Told, names: readonly (string | RegExp)[]): void {
  for (const name of names) {
    if (typeof name === 'string') assert.ok(text.includes(name), `${name} in: ${text}`);
    else assert.match(text, name);
  }
}

function toldIn({ outside, own }: AllTold): Told[] {
  return [...outside.map(({ told }) => told), ...Object.values(own)];
}
