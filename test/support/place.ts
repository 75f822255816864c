import assert from 'node:assert/strict';

const HOST = String.raw`[\w.-]+(?::\d+)?`;
const OBJECT = String.raw`gs://[\w.-]+/[\w./-]*`;

const PLACE = [
  `(?:phone system|host) ${HOST}`,
  String.raw`(?:model|database|namespace) [\w./-]+ at ${HOST}`,
  OBJECT,
  String.raw`project [\w-]+, location [\w-]+(?:, model [\w-]+, ${OBJECT})?`,
].join('|');

/**
 * The end of a message, which names the place of a failure: values of settings, and no more of a URL
 * than its host. It stands in brackets of its own, or behind what is in brackets already.
 */
const ENDING = new RegExp(String.raw`(?: \(|; )(?:${PLACE})\)\.$`);

/** A message without the place that it names. Fails the test when it names none. */
export function withoutPlace(message: string): string {
  assert.match(message, ENDING, 'it names the place');
  return message.replace(ENDING, '.');
}
