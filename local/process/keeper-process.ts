import { endProcess } from './end-process.ts';
import { processIdentity } from './identity.ts';
import type { KeeperMessage, Watched } from './keeper.ts';

const watchedByPid = new Map<number, Watched & { readonly identity: string }>();

process.on('message', (message: KeeperMessage) => {
  if (message.kind === 'forget') {
    watchedByPid.delete(message.pid);
    return;
  }
  const identity = processIdentity(message.watched.pid);
  if (identity !== null) watchedByPid.set(message.watched.pid, { ...message.watched, identity });
});

process.on('disconnect', () => void endAll());

/** In reverse order of their start: the worker before the Temporal server and the database it uses. */
async function endAll(): Promise<void> {
  for (const watched of [...watchedByPid.values()].toReversed()) await endProcess(watched);
}
