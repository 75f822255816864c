// Loaded before a measured process (`node --import`): answers what it has used so far.
import type { Answers, Question } from './child.ts';

const counted = new Map<string, number>();

/** Counts something by name, for the bench to ask about. */
export function count(name: string): void {
  counted.set(name, (counted.get(name) ?? 0) + 1);
}

const answers: { readonly [Q in Question]: () => Answers[Q] } = {
  usage() {
    const { user, system } = process.cpuUsage();
    // The operating system's high-water mark, in kilobytes.
    const { maxRSS } = process.resourceUsage();
    return {
      cpuSeconds: (user + system) / 1e6,
      rssBytes: process.memoryUsage.rss(),
      peakBytes: maxRSS * 1024,
    };
  },
  counts: () => Object.fromEntries(counted),
};

process.on('message', ({ id, question }: { id: number; question: Question }) => {
  // What a process of its own kind is asked besides is none of these.
  if (Object.hasOwn(answers, question)) process.send?.({ id, answer: answers[question]() });
});
// The channel must not keep a process alive that has finished.
process.channel?.unref();
