type Settings = Readonly<
  Record<
    | 'DAILY_BUDGET'
    | 'SPEECH_PRICE_PER_MINUTE'
    | 'LLM_PRICE_PER_MILLION_INPUT_TOKENS'
    | 'LLM_PRICE_PER_MILLION_OUTPUT_TOKENS',
    bigint | null
  >
>;

/** Without all prices nobody could say what a day has cost, and the budget would be no limit. */
export function faultsOfBudget({ DAILY_BUDGET, ...settings }: Settings): string[] {
  const prices = {
    SPEECH_PRICE_PER_MINUTE: settings.SPEECH_PRICE_PER_MINUTE,
    LLM_PRICE_PER_MILLION_INPUT_TOKENS: settings.LLM_PRICE_PER_MILLION_INPUT_TOKENS,
    LLM_PRICE_PER_MILLION_OUTPUT_TOKENS: settings.LLM_PRICE_PER_MILLION_OUTPUT_TOKENS,
  };
  const missing = Object.entries(prices)
    .filter(([, price]) => price === null)
    .map(([name]) => name);
  return DAILY_BUDGET === null || missing.length === 0
    ? []
    : [`DAILY_BUDGET needs prices, and these are not set: ${missing.join(', ')}`];
}
