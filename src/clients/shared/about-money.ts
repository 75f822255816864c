/**
 * How systems say that an account is out of money: its credit is used up, its spending limit is
 * reached, or its billing is switched off (OpenAI, Anthropic, DeepSeek, OpenRouter, xAI, Moonshot,
 * Zhipu, Qwen, Gemini and Google Cloud).
 */
const OUT_OF_MONEY = new RegExp(
  [
    String.raw`insufficient[_ ](?:quota|balance|credits?|funds)`,
    String.raw`billing_?(?:disabled|not_active)|billing[_ ]hard[_ ]limit|billing (?:account )?.{0,60}(?:disabled|closed|delinquent|not (?:active|enabled))`,
    String.raw`requires billing|billing to be enabled|enable billing`,
    String.raw`credit[_ ]balance|(?:credits?|balance) (?:is|are|has been|have been|were)? ?(?:too low|depleted|exhausted|used up|insufficient)`,
    String.raw`(?:used|spent) all (?:available |of your |your )?credits|(?:out of|not enough|no more|no remaining) credits`,
    String.raw`spend(?:ing)?[_ ](?:limit|cap)|payment[_ ]required|arrearage|not in good standing`,
  ].join('|'),
  'i',
);

/** OpenAI's sentence about used-up credit, with which Gemini also speaks of a limit per minute or day. */
const PLAN_AND_BILLING = /check your plan and billing/i;
const PER_TIME = /per.?(?:second|minute|hour|day)|rate.?limit|retry in|retrydelay/i;

/** Tells whether the words of a refusal are about money, which only the owner of the account can mend. */
export function isAboutMoney(words: string): boolean {
  return OUT_OF_MONEY.test(words) || (PLAN_AND_BILLING.test(words) && !PER_TIME.test(words));
}

/**
 * How long to wait before asking again. Only a person can mend it, and after paying nobody should
 * have to wait much longer, or to tell the calls; a refusal costs nothing.
 */
export const UNTIL_PAID_MS = 15 * 60 * 1000;

/** The delay before the next request, when the other side may have asked for one, in milliseconds. */
export function untilPaid(retryAfterMs: number | null): number {
  return Math.max(retryAfterMs ?? 0, UNTIL_PAID_MS);
}
