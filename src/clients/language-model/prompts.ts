import { readFileSync } from 'node:fs';

/**
 * Names the folder of the prompts and is stored with each analysis. Raise it, and rename the folder,
 * with every change of a text in it or of a schema: a test compares what is sent with its version.
 */
export const PROMPT_VERSION = '2';

const NAMES = [
  'analysis',
  'notes',
  'merge',
  'data-rules',
  'answer-rules',
  'repair',
  'call',
] as const;

type Values = Readonly<Record<string, string>>;

export type Prompts = {
  /** The standing orders of one request, with the rules for data and answers in them. */
  orders(task: 'analysis' | 'notes' | 'merge', values: Values): string;
  /** What is said about one call, its words in an element that carries the marker. */
  call(values: Values): string;
  /** Says what was wrong with a reply, so that the model can mend it. */
  repair(problem: string): string;
};

/**
 * Reads the prompts, which lie beside this file, wherever the process was started. Throws when one
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
    repair: (problem) => fillIn('repair', { problem }),
  };
}

/**
 * Puts values in place of `{{name}}`, in one pass: what stands in a value, a transcript for
 * instance, is never filled in itself. Throws when a value is missing.
 */
function fill(text: string, values: Values): string {
  return text.replace(/\{\{([\w-]+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`A prompt needs the value ${name}.`);
    return value;
  });
}
