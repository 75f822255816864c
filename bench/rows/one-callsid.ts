import { Agent } from 'undici';

import { newKeys } from '../contestants/contestant.ts';
import { startGateway } from '../contestants/gateways.ts';
import { quantile, spreadOf, written } from '../report/spread.ts';
import type { Row } from './row.ts';
import { submit, type Answer } from './submit.ts';

const STARTS = 1_000;

/** A gateway accepts 900 connections; the other requests wait in the client, which counts. */
const CONNECTIONS = 800;

export const oneCallSid: Row = {
  name: 'one-callsid',
  does: 'a thousand `POST /calls` for one callSid at the same moment',
  async measure(ground, { rounds, calls: given }) {
    const starts = given ?? STARTS;
    const dispatcher = new Agent({ connections: CONNECTIONS });
    ground.stack.defer(() => dispatcher.close());
    const { url } = await startGateway(ground);
    const crowds: (readonly Answer[])[] = [];
    for (const [index, key] of newKeys(rounds).entries()) {
      const crowd = await Promise.all(
        Array.from({ length: starts }, () => submit(url, key, dispatcher)),
      );
      crowds.push(crowd);
      ground.say(
        `one-callsid, round ${index + 1} of ${rounds}: ${p99(crowd).toFixed(0)} ms at p99`,
      );
    }
    const answers = crowds.flat();
    const statuses = Map.groupBy(answers, ({ status }) => status);
    const runs = crowds.map(
      (crowd) => new Set(crowd.flatMap(({ runId }) => (runId === null ? [] : [runId]))).size,
    );
    return {
      command: 'npm run bench -- --only one-callsid',
      lines: [
        {
          what: `${starts} starts of one callSid at once: runs`,
          measured: String(Math.max(...runs)),
          goal: '1',
        },
        {
          what: 'their answers, of all rounds',
          measured: [...statuses].map(([status, of]) => `${of.length} × ${status}`).join(', '),
          goal: 'all 2xx',
        },
        {
          what: 'their p99, ms',
          measured: written(spreadOf(crowds.map(p99)), 0),
          goal: '≤ 1,500',
        },
      ],
      notes: [
        `one-callsid: ${rounds} crowds, each for another call, over ${CONNECTIONS} connections to one gateway without limits.`,
      ],
    };
  },
};

function p99(answers: readonly Answer[]): number {
  return quantile(
    answers.map(({ ms }) => ms),
    0.99,
  );
}
