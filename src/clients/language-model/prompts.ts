import { readFileSync } from 'node:fs';

/**
 * Names the folder of the prompts and is stored with each analysis. Raise it, and rename the folder,
 * whenever a text in it or a schema changes: a test compares what is sent with its version.
 */
export const PROMPT_VERSION = '3';

const NAMES = [
  'analysis',
  'notes',
  'merge',
  'data-rules',
  'answer-rules',
  'repair',
  'call',
  'check',
] as const;

type Values = Readonly<Record<string, string>>;

export type Prompts = {
  /** The instructions of one request, including the rules for data and answers. */
  orders(task: 'analysis' | 'notes' | 'merge', values: Values): string;
  /** The message about one call, with its words in an element that carries the marker. */
  call(values: Values): string;
  /** Asks for the check numbers between the marks. */
  check(): string;
  /** Says what was wrong with a reply, so that the model can mend it. */
  repair(problem: string): string;
};

/**
 * Reads the prompts, which are next to this file, wherever the process was started. Throws when one
 * is missing, so that a worker without its prompts does not start.
 */
export function loadPrompts(): Prompts {
  const texts = new Map(
    NAMES.map((name) => {
      const file = new URL(`prompts/${PROMPT_VERSION}/${name}.md`, import.meta.url);
      return [name, readFileSync(file, 'utf8').trim()] as const;
    }),
  );
  const fillIn = (name: (typeof NAMES)[number], values: Values) =>
    fill(texts.get(name) ?? '', values);
  return {
    orders: (task, values) =>
      fillIn(task, {
        ...values,
        'data-rules': fillIn('data-rules', values),
        'answer-rules': fillIn('answer-rules', values),
      }),
    call: (values) => fillIn('call', values),
    check: () => fillIn('check', {}),
    repair: (problem) => fillIn('repair', { problem }),
  };
}

/**
 * Replaces each `{{name}}` by its value, in one pass: placeholders inside a value, a transcript for
 * instance, are never filled in. Throws when a value is missing.
 */
function fill(text: string, values: Values): string {
  return text.replace(/\{\{([\w-]+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`A prompt needs the value ${name}.`);
    return value;
  });
}
