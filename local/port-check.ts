import { sandboxPorts } from '../sandbox/core/systems.ts';
import { LocalRunError } from './local-run-error.ts';
import { isFree } from './process/ports.ts';
import type { LocalSettings } from './settings.ts';

/**
 * Checks, before anything is started, that every port that the parts need is free. Throws a
 * LocalRunError that names all that are not.
 */
export async function checkPorts(settings: LocalSettings): Promise<void> {
  const { ports } = settings;
  const wanted: [number, string][] = [];
  if (!settings.withoutService) wanted.push([ports.gateway, 'the gateway']);
  if (settings.databaseUrl === null) wanted.push([ports.postgres, 'PostgreSQL']);
  if (!settings.ownTemporal) {
    wanted.push([ports.temporal, 'Temporal'], [ports.temporalUi, "Temporal's Web UI"]);
  }
  if (settings.needsSandbox) {
    for (const port of Object.values(sandboxPorts(ports.sandbox))) {
      wanted.push([port, 'the sandbox']);
    }
  }
  if (settings.whisper) wanted.push([ports.whisper, 'Whisper']);
  const free = await Promise.all(wanted.map(([port]) => isFree(port)));
  const taken = wanted.filter((_, index) => free[index] === false);
  if (taken.length === 0) return;
  const names = taken.map(([port, name]) => `${port} (${name})`).join(', ');
  throw new LocalRunError(
    `${taken.length === 1 ? 'Port' : 'Ports'} ${names} ${taken.length === 1 ? 'is' : 'are'} in use: stop the program that listens there (find it with "lsof -i :${taken[0]?.[0]}"), or move all ports of this run with LOCAL_PORT_OFFSET=100 (only the gateway's with PORT).`,
  );
}
