import type { FastifyBaseLogger } from 'fastify';

import type { Database } from '../../repositories/database.ts';
import type {
  HookAnswer,
  HookDeliveryRepository,
  KeptAnswer,
} from '../../repositories/hook-delivery-repository.ts';

type Deps = {
  readonly database: Pick<Database, 'toServiceError'>;
  readonly hookDeliveries: HookDeliveryRepository;
};

/**
 * Creates what answers a delivery once: one with an id that was answered before gets that answer again.
 * While the database is away, it is answered as if it was the first; a call is started once all the same.
 */
export function createDeliveries({ database, hookDeliveries }: Deps) {
  async function unlessAway<T>(log: FastifyBaseLogger, ask: () => Promise<T>): Promise<T | null> {
    try {
      return await ask();
    } catch (error) {
      const failure = database.toServiceError(error);
      if (failure === null) throw error;
      log.warn(
        { code: failure.code },
        'The database does not answer: a repeated delivery is not recognised.',
      );
      return null;
    }
  }

  return {
    /** Rejects with what `answer` rejects with, and then keeps nothing: the sender may try again. */
    async answerOnce(
      id: string,
      { log, answer }: { log: FastifyBaseLogger; answer: () => Promise<HookAnswer> },
    ): Promise<KeptAnswer> {
      const earlier = await unlessAway(log, () => hookDeliveries.find(id));
      if (earlier !== null) return earlier;
      const given = await answer();
      // Of two deliveries at once, both get the answer that was kept first.
      return (await unlessAway(log, () => hookDeliveries.keep(id, given))) ?? given;
    },
  };
}
