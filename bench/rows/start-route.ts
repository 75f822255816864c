import PQueue from 'p-queue';
import { Agent } from 'undici';

import { newKeys } from '../contestants/contestant.ts';
import { startBareGateway, startGateway, type Gateway } from '../contestants/gateways.ts';
import { pairedRatios, quantile, spreadOf, written } from '../report/spread.ts';
import type { Row } from './row.ts';
import { submit } from './submit.ts';

const CALLS = 300;

/** Several clients, none of which waits for another; far fewer than the gateway's connections. */
const AT_ONCE = 10;

type Turn = { readonly perSecond: number; readonly aloneMs: readonly number[] };

export const startRoute: Row = {
  name: 'start-route',
  does: '`POST /calls` beside a bare Fastify route that only starts the workflow',
  async measure(ground, { rounds, calls: given }) {
    const calls = given ?? CALLS;
    const dispatcher = new Agent({ connections: AT_ONCE });
    ground.stack.defer(() => dispatcher.close());
    const gateways = { ours: await startGateway(ground), bare: await startBareGateway(ground) };
    const turns: Record<keyof typeof gateways, Turn[]> = { ours: [], bare: [] };
    for (let round = 0; round <= rounds; round += 1) {
      for (const name of ['ours', 'bare'] as const) {
        const turn = await takeTurn(gateways[name], calls, dispatcher);
        // The first round warms the processes up.
        if (round > 0) turns[name].push(turn);
        ground.say(
          `start-route, round ${round} of ${rounds}: ${name} ${turn.perSecond.toFixed(0)} requests/s`,
        );
      }
    }
    const rates = (all: readonly Turn[]) => all.map(({ perSecond }) => perSecond);
    const added = turns.ours.map(
      ({ aloneMs }, round) =>
        quantile(aloneMs, 0.99) - quantile(turns.bare[round]?.aloneMs ?? [], 0.99),
    );
    const addedMiddle = turns.ours.map(
      ({ aloneMs }, round) =>
        quantile(aloneMs, 0.5) - quantile(turns.bare[round]?.aloneMs ?? [], 0.5),
    );
    return {
      command: 'npm run bench -- --only start-route',
      lines: [
        {
          what: 'POST /calls, requests a second: ours : bare route',
          measured: written(pairedRatios(rates(turns.ours), rates(turns.bare)), 2),
          goal: '≥ 0.85',
        },
        {
          what: 'POST /calls, requests a second: ours, bare route',
          measured: `${written(spreadOf(rates(turns.ours)), 0)}, ${written(spreadOf(rates(turns.bare)), 0)}`,
        },
        {
          what: 'POST /calls: what ours adds to the p99 of requests that are alone, ms',
          measured: written(spreadOf(added), 1),
          goal: '≤ 2',
        },
        {
          what: 'POST /calls: what ours adds to their p50, ms',
          measured: written(spreadOf(addedMiddle), 1),
        },
      ],
      notes: [
        `start-route: ${rounds} rounds of ${calls} new calls, ${AT_ONCE} requests at once, and a third of so many one by one.`,
      ],
    };
  },
};

async function takeTurn({ url }: Gateway, calls: number, dispatcher: Agent): Promise<Turn> {
  const send = async (key: Parameters<typeof submit>[1]) => {
    const answer = await submit(url, key, dispatcher);
    if (answer.status !== 202) throw new Error(`POST /calls was answered with ${answer.status}.`);
    return answer.ms;
  };
  const startedAt = performance.now();
  const clients = new PQueue({ concurrency: AT_ONCE });
  await clients.addAll(newKeys(calls).map((key) => () => send(key)));
  const perSecond = calls / ((performance.now() - startedAt) / 1_000);
  const aloneMs: number[] = [];
  for (const key of newKeys(Math.ceil(calls / 3))) aloneMs.push(await send(key));
  return { perSecond, aloneMs };
}
