import type { Reply } from '../../support/rig.ts';
import type { Service } from '../../support/service.ts';
import { z } from 'zod';

/** What the gateway said about one failure, with ids and times that are the same in every run. */
export type Told = {
  readonly httpStatus: number;
  /** `null` for a problem. */
  readonly status: string | null;
  readonly code: string | null;
  /** The explanation of a call; the detail of a problem and what to do about it. */
  readonly text: string;
};

const codeSchema = z.object({ code: z.string() });
const callSchema = z.object({
  status: z.string(),
  explanation: z.string(),
  failure: codeSchema.nullable(),
  waiting: codeSchema.nullable(),
});
const problemSchema = z.object({ code: z.string(), detail: z.string(), remedy: z.string() });

/** Reads the answer to `GET /calls/:callSid`. */
export function toTold({ status: httpStatus, body }: Reply, toExample: ToExample): Told {
  if (httpStatus !== 200) {
    const { code, detail, remedy } = problemSchema.parse(body);
    return { httpStatus, status: null, code, text: toExample(`${detail} ${remedy}`) };
  }
  const { status, explanation, failure, waiting } = callSchema.parse(body);
  const code = waiting?.code ?? failure?.code ?? null;
  return { httpStatus, status, code, text: toExample(explanation) };
}

/** Puts examples in the place of ids, times, counts and ports. */
export type ToExample = (text: string) => string;

const hostOf = (url: string): string => new URL(url).host;

export function createToExample(
  { addresses, databaseUrl, temporal }: Service,
  realDatabaseUrl: string,
): ToExample {
  const hosts: readonly (readonly [string, string])[] = [
    [hostOf(addresses.phoneSystemUrl), 'pbx.example'],
    [hostOf(addresses.connectwiseUrl), 'connectwise.example'],
    [hostOf(addresses.languageModelBaseUrl), 'model.example'],
    [hostOf(addresses.transcriptionBaseUrl), 'whisper.example'],
    [hostOf(databaseUrl), 'postgres.example:5432'],
    [hostOf(realDatabaseUrl), 'postgres.example:5432'],
    [temporal.address, 'temporal.example:7233'],
  ];
  return (text) =>
    hosts
      .reduce((result, [host, example]) => result.replaceAll(host, example), text)
      // How a connection ends that the other side closes is a matter of chance.
      .replace(/UND_ERR_SOCKET|ECONNRESET/g, 'ECONNRESET')
      .replace(/\b17[34]\d{7}\.\d+/g, '1740000000.1')
      .replace(/recordid \d+/g, 'recordid 500001')
      .replace(/database test_[\w-]+/g, 'database calls')
      .replace(/next (?:now|at [\d-]+ [\d:]+ UTC)/g, 'next at 2026-11-30 03:05:00 UTC')
      .replace(/since [\d-]+ [\d:]+ UTC/g, 'since 2026-11-30 03:00:00 UTC')
      .replace(/tried (?:once|\d+ times)/g, 'tried 3 times');
}
