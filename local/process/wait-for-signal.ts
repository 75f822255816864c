// A signal may come twice, from the terminal and passed on by npm; a person needs longer than that.
const AGAIN_AFTER_MS = 1_000;

/** Resolves at the first signal to stop. At a second one, this process leaves at once. */
export function waitForSignal(): { readonly stop: Promise<void>; readonly signal: AbortSignal } {
  const controller = new AbortController();
  const stop = new Promise<void>((resolve) => {
    let firstAt: number | null = null;
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        // The keeper ends the parts when this process is gone.
        if (firstAt !== null && Date.now() - firstAt > AGAIN_AFTER_MS) process.exit(130);
        firstAt ??= Date.now();
        controller.abort();
        resolve();
      });
    }
  });
  return { stop, signal: controller.signal };
}
