import { ConfigurationError } from './config/configuration-error.ts';
import { ServiceError } from './domain/service-error.ts';

/**
 * Runs the main function of a process. What an operator can correct is told in plain words; what
 * is a defect keeps its stack. Either way the process ends with code 1.
 */
export async function runProcess(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    const isForOperator = error instanceof ConfigurationError || error instanceof ServiceError;
    console.error(isForOperator ? error.message : error);
    process.exitCode = 1;
  }
}
