// A step of a sample call takes a second or two; a transcription by a real service may take longer.
const QUIET_AFTER_MS = 10_000;

/** Says why nothing comes, if `ask` knows, after ten quiet seconds and then every ten; the same only once. */
export function sayWhenQuiet(
  ask: () => Promise<string | null>,
  say: (sentence: string) => void,
  quietAfterMs = QUIET_AFTER_MS,
): { readonly news: () => void; readonly stop: () => void } {
  const said = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  let isStopped = false;
  const wait = () => {
    if (isStopped) return;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => void look(), quietAfterMs);
  };
  const look = async () => {
    const sentence = await ask().catch((error: unknown) => `Why is not known: ${String(error)}`);
    if (isStopped) return;
    if (sentence !== null && !said.has(sentence)) say(sentence);
    if (sentence !== null) said.add(sentence);
    wait();
  };
  wait();
  return {
    news: wait,
    stop() {
      isStopped = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
