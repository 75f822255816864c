// A process of its own: takes in the hostile recordings that a server has, three at a time, while it watches its event loop and how other work gets on, and prints what it saw.
import { setTimeout } from 'node:timers/promises';
import { get, type IncomingMessage } from 'node:http';

import { createEar } from '../../../src/audio/ear/ear.ts';
import { channelOf, wavOf } from '../../audio/ear/sounds.ts';
import { fileOf, type HostileFile } from '../../audio/hostile/files.ts';
import { takeIn } from '../../audio/hostile/take-in.ts';
import { watchLoop } from '../../support/loop-turns.ts';

/** One thread of the ear's four stays free for the honest recording. */
const AT_ONCE = 3;

const [url = '', count = '0'] = process.argv.slice(2);

/** The file with this number, as it comes from the process that makes it. */
function served(index: number): HostileFile {
  return {
    name: String(index),
    async *pieces() {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        get(`${url}/${index}`, resolve).once('error', reject);
      });
      yield* response as AsyncIterable<Buffer>;
    },
  };
}

const honest = fileOf('an honest recording', wavOf([channelOf([{ seconds: 5, kind: 'voice' }])]));
const ear = createEar();
const running = new Set<string>();
const outcomes = new Map<string, number>();
const faults: string[] = [];
let blockedMs = 0;
let blockedBy = '';
let files = 0;

async function takeInNext(): Promise<void> {
  while (files < Number(count)) {
    const file = served(files);
    files += 1;
    running.add(file.name);
    const loop = watchLoop();
    try {
      const outcome = await takeIn(file, ear);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    } catch (error) {
      faults.push(String(error));
    }
    const blocked = await loop.stop();
    running.delete(file.name);
    if (blocked <= blockedMs) continue;
    blockedMs = blocked;
    blockedBy = [file.name, ...running].join(', ');
  }
}

let isOver = false;
let honestCount = 0;
let slowestMs = 0;
async function takeInHonest(): Promise<void> {
  while (!isOver) {
    const since = performance.now();
    const outcome = await takeIn(honest, ear);
    slowestMs = Math.max(slowestMs, performance.now() - since);
    honestCount += 1;
    if (outcome !== 'HEARD') faults.push(`An honest recording ended as ${outcome}.`);
    await setTimeout(100);
  }
}

const beside = takeInHonest();
await Promise.all(Array.from({ length: AT_ONCE }, takeInNext));
isOver = true;
await beside;
await ear.close();
console.log(
  JSON.stringify({
    files,
    outcomes: Object.fromEntries(outcomes),
    faults: faults.slice(0, 10),
    blockedMs: Math.round(blockedMs),
    blockedBy,
    honest: { count: honestCount, slowestMs: Math.round(slowestMs) },
  }),
);
