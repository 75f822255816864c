/** A promise: what was promised, by whom and by when, as far as that was said. */
export type PromiseMade = {
  readonly text: string;
  readonly owner: 'msp' | 'client' | null;
  readonly due: string | null;
};

const DAY = '(?:mon|tues|wednes|thurs|fri|satur|sun)day';
const COUNT =
  '(?:an?|the|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|\\d{1,2})';
const UNIT = '(?:minutes?|hours?|days?|weeks?)';

/** How people on the telephone name a deadline, the most precise forms first. */
const DUE = new RegExp(
  [
    `\\b(?:within|in) ${COUNT} ${UNIT}\\b`,
    `\\b(?:by|before|until|on) ${DAY}(?: (?:morning|afternoon|evening))?\\b`,
    `\\b(?:by|before|until|at) (?:noon|midnight|${COUNT}(?: o'clock)?)\\b`,
    '\\b(?:this|tomorrow) (?:morning|afternoon|evening)\\b',
    '\\b(?:tonight|tomorrow|today|next week)\\b',
  ].join('|'),
  'i',
);

/** The words of a sentence that name a deadline; `null` if there are none. */
export function dueWordsOf(sentence: string): string | null {
  return DUE.exec(sentence)?.[0] ?? null;
}
