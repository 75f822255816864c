import { ConfigurationError } from '../config/configuration-error.ts';
import { ServiceError } from '../domain/service-error.ts';

/**
 * Runs the main function of a process. Of an error that an operator can correct it prints the
 * message; of a defect, the stack. Either way the process ends with exit code 1. `portSetting` is the
 * name of the setting that says where the process listens.
 */
export async function runProcess(main: () => Promise<void>, portSetting = 'PORT'): Promise<void> {
  try {
    await main();
  } catch (error) {
    console.error(operatorMessageOf(error, portSetting) ?? error);
    process.exitCode = 1;
  }
}

/** The message of an error that an operator can correct; `null` for a defect. */
function operatorMessageOf(error: unknown, portSetting: string): string | null {
  if (error instanceof ConfigurationError || error instanceof ServiceError) return error.message;
  const isPortTaken =
    error instanceof Error && 'port' in error && 'code' in error && error.code === 'EADDRINUSE';
  return isPortTaken
    ? `Port ${String(error.port)} is in use: stop what listens there or set ${portSetting}; 0 takes any free port.`
    : null;
}
