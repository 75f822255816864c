import { fastifyUnderPressure } from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';

import { ServiceError } from '../../domain/service-error.ts';
import { isProbe } from './paths.ts';

/**
 * Refuses requests while the process is too busy to answer in time, but never those that ask whether
 * it is alive: an orchestrator would kill a process that is merely busy.
 */
export function shedLoad(app: FastifyInstance, eventLoopDelayMs: number): void {
  void app.register(fastifyUnderPressure, {
    // 0 switches it off.
    maxEventLoopDelay: eventLoopDelayMs,
    pressureHandler: async ({ url }) => {
      if (isProbe(url)) return;
      throw new ServiceError('GATEWAY_OVERLOADED', 'The gateway is too busy to take the request.');
    },
  });
}
