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

function literal(text: string): RegExp {
  if (text === '') throw new Error('A canary without a text would be found everywhere.');
  return new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&'), 'i');
}
