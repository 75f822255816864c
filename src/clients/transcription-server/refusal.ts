import { z } from 'zod';

/** Servers nest a reason no deeper, and say it in fewer words. */
const MAX_DEPTH = 5;
const MAX_WORDS = 50;

const envelope = z.object({
  text: z.unknown().optional(),
  error: z.unknown().optional(),
  errors: z.unknown().optional(),
  detail: z.unknown().optional(),
  message: z.unknown().optional(),
  code: z.unknown().optional(),
  status: z.unknown().optional(),
  success: z.unknown().optional(),
});

/** A refusal inside an answer 200. */
export type Refusal = {
  /** The status inside it; `null` without one. */
  readonly status: number | null;
  /** What it says; not to be quoted. */
  readonly words: string;
};

/**
 * The refusal that an answer holds, also beside a text: some servers and routers answer 200 and put
 * the true status into the body. `null` when it holds none.
 */
export function refusalIn(content: unknown): Refusal | null {
  const parsed = envelope.safeParse(content);
  if (!parsed.success) return null;
  const { text, error, errors, detail, message, code, status, success } = parsed.data;
  const said = [error, errors].find(isSaid);
  if (said !== undefined)
    return { status: statusOf(said) ?? statusIn([code, status]), words: wordsOf(said) };
  if (typeof text === 'string' && text.trim() !== '') return null;

  const isFailure =
    success === false || status === 'error' || isSaid(detail) || statusIn([code, status]) !== null;
  if (!isFailure) return null;
  return { status: statusIn([code, status]), words: wordsOf([detail, message]) };
}

/** Whether there is anything in it: servers also send `"error": null`, `""`, `false` and `[]` with a success. */
function isSaid(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value) && value !== 'none';
}

function statusOf(said: unknown): number | null {
  const parsed = z
    .object({ code: z.unknown().optional(), status: z.unknown().optional() })
    .safeParse(Array.isArray(said) ? said[0] : said);
  return parsed.success ? statusIn([parsed.data.code, parsed.data.status]) : null;
}

function statusIn(values: readonly unknown[]): number | null {
  const numbers = values.filter((value) => typeof value !== 'boolean').map(Number);
  return numbers.find((code) => Number.isInteger(code) && code >= 400 && code < 600) ?? null;
}

function wordsOf(value: unknown, depth = 0): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || depth === MAX_DEPTH) return '';
  return Object.values(value)
    .slice(0, MAX_WORDS)
    .map((part) => wordsOf(part, depth + 1))
    .filter((words) => words !== '')
    .join('\n');
}
