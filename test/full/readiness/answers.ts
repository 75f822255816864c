import type { TestKey } from '../../support/api-keys.ts';
import { askRaw } from '../../support/raw-request.ts';
import { waitFor } from '../../support/wait-for.ts';

export type Answer = {
  readonly status: number;
  readonly body: {
    readonly status: string;
    readonly dependencies?: readonly {
      readonly name: string;
      readonly state: string;
      readonly reason: string | null;
      readonly since: string;
    }[];
  };
};

// What is promised, and what a busy machine takes to notice that all is well again.
export const RED_WITHIN_MS = 10_000;
export const GREEN_WITHIN_MS = 20_000;

/** Asks the /readyz of whatever listens on a port; the administrator's key shows its details. */
export function createAnswers(port: () => number, admin?: TestKey) {
  async function ask(key?: TestKey, query = '', host = 'localhost'): Promise<Answer> {
    const authorization = key === undefined ? [] : [`Authorization: Bearer ${key.key}`];
    const lines = [`GET /readyz${query} HTTP/1.1`, `Host: ${host}`, ...authorization];
    const { status, body } = await askRaw(port(), lines);
    return { status, body: JSON.parse(body) as Answer['body'] };
  }

  return {
    ask,
    untilStates: (states: Readonly<Record<string, string>>, withinMs: number) =>
      waitFor(
        `states ${JSON.stringify(states)}`,
        async () => {
          const answer = await ask(admin);
          const seen = statesIn(answer);
          return Object.entries(states).every(([name, state]) => seen[name] === state) && answer;
        },
        withinMs,
        async () => JSON.stringify((await ask(admin)).body),
      ),
  };
}

export const statesIn = ({ body }: Answer) =>
  Object.fromEntries((body.dependencies ?? []).map(({ name, state }) => [name, state]));

export const reasonIn = ({ body }: Answer, name: string) =>
  body.dependencies?.find((each) => each.name === name)?.reason ?? '';
