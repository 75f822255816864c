import { sandboxEnvironment, type SandboxAddresses } from '../../../sandbox/environment.ts';
import { CALLER_NUMBERS, COMPANY, SPEAKER, SPOKEN_WORD } from '../../support/recordings.ts';

/** A text that occurs only in calls or credentials: anywhere else it is a leak. */
export type Canary = {
  readonly name: string;
  readonly pattern: RegExp;
  /** True for the company, which the database's log may name. */
  readonly mayStandInLogRows: boolean;
};

/** The names of secrets, also of systems to come. */
const SECRET_NAME = /_(PASSWORD|PRIVATE_KEY|CLIENT_ID|API_KEY)$/;

/** What may occur nowhere but in the columns made for it. */
export function canariesOf(addresses: SandboxAddresses): Canary[] {
  const secrets = Object.entries(sandboxEnvironment(addresses))
    .filter(([name]) => SECRET_NAME.test(name))
    .map(([name, text]) => ({ name, text }));
  return [
    { name: "a caller's number", pattern: CALLER_NUMBERS, mayStandInLogRows: false },
    { name: 'a word of a call', pattern: literal(SPOKEN_WORD), mayStandInLogRows: false },
    { name: "a speaker's name", pattern: literal(SPEAKER), mayStandInLogRows: false },
    { name: "a company's name", pattern: literal(COMPANY.name), mayStandInLogRows: true },
    ...secrets.map(({ name, text }) => ({
      name: `the value of ${name}`,
      pattern: literal(text),
      mayStandInLogRows: false,
    })),
  ];
}

/** A canary that may stand nowhere, in whatever form it is written. */
export function canaryInAnyForm(name: string, text: string): Canary {
  const forms = [...new Set(formsOf(text))].map((form) => literal(form).source);
  return { name, pattern: new RegExp(forms.join('|'), 'i'), mayStandInLogRows: false };
}

// Zero in the scripts whose digits people write most, besides our own.
const ZEROS = ['\u0660', '\u06f0', '\u0966', '\uff10'];

/** A text as logs, URLs, JSON, and other encodings write it; its digits in other scripts. */
function formsOf(text: string): string[] {
  const inScripts = ZEROS.map((zero) =>
    text.replaceAll(/\d/g, (digit) =>
      String.fromCodePoint((zero.codePointAt(0) ?? 0) + Number(digit)),
    ),
  );
  return [text, ...inScripts].flatMap((form) => [
    form,
    encodeURIComponent(form),
    new URLSearchParams([['', form]]).toString().slice(1),
    JSON.stringify(form).slice(1, -1),
    escapeUnicode(form),
    Buffer.from(form).toString('latin1'),
    ...base64Of(form),
  ]);
}

function escapeUnicode(text: string): string {
  return text.replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** What base64 makes of a text at each of the three places where it can begin, without what depends on its neighbours. */
function base64Of(text: string): string[] {
  return [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
    const whole = bytes.subarray(0, bytes.length - (bytes.length % 3));
    return whole.toString('base64').slice(before === 0 ? 0 : 4);
  });
}

function literal(text: string): RegExp {
  if (text === '') throw new Error('A canary without a text would be found everywhere.');
  return new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&'), 'i');
}
