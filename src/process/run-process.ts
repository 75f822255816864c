import { ConfigurationError } from '../config/configuration-error.ts';
import { ServiceError } from '../domain/service-error.ts';

/**
 * Runs the main function of a process. What an operator can correct is told in plain words; what
 * is a defect keeps its stack. Either way the process ends with code 1.
 */
export async function runProcess(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    console.error(toldToOperator(error) ?? error);
    process.exitCode = 1;
  }
}

/** What an operator reads of an error that one can correct; `null` for a defect. */
function toldToOperator(error: unknown): string | null {
  if (error instanceof ConfigurationError || error instanceof ServiceError) return error.message;
  const isPortTaken =
    error instanceof Error && 'port' in error && 'code' in error && error.code === 'EADDRINUSE';
  return isPortTaken
    ? `Port ${String(error.port)} is in use: stop what listens there or set PORT.`
    : null;
}
