import { Connection } from '@temporalio/client';

import { ensureSearchAttributes } from './clients/search-attributes.ts';
import { loadTemporalConfig, readEnvironment } from './config.ts';
import { runProcess } from './run-process.ts';

/** `npm run temporal:bootstrap`: registers the search attributes, which workers do as well. */
async function main(): Promise<void> {
  const { connection: options, namespace } = loadTemporalConfig(readEnvironment());
  const connection = await Connection.connect(options);
  try {
    const names = await ensureSearchAttributes(connection, namespace);
    console.log(`The namespace ${namespace} has the search attributes ${names.join(', ')}.`);
  } finally {
    await connection.close();
  }
}

await runProcess(main);
