import { z } from 'zod';

import { isAddressRange } from './address-ranges.ts';
import { list, price, text, webAddress, wholeNumber } from './fields.ts';
import { listeningFields, openToThisMachineOnly } from './listening-schema.ts';
import { processFields } from './process-schema.ts';

// Standard Webhooks asks for 24 to 64 bytes.
const hookSecret = text.refine((value) => {
  const [, base64 = ''] = /^(?:whsec_)?([A-Za-z0-9+/]+={0,2})$/.exec(value) ?? [];
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length >= 24 && bytes.length <= 64 && base64.length % 4 === 0;
});

const gatewayFields = z.object({
  ...processFields,
  ...listeningFields,
  PORT: wholeNumber(0, 65_535).default(3000),
  HOOK_SECRET: list
    .refine(
      (secrets) => secrets.every((secret) => hookSecret.safeParse(secret).success),
      'contains an item that is not whsec_ and 24 to 64 bytes in base64: echo whsec_$(openssl rand -hex 24) makes one',
    )
    .default([]),
  TRUST_PROXY: list
    .refine(
      (ranges) => ranges.every(isAddressRange),
      'contains an item that is neither an IP address nor a range of them such as 10.0.0.0/8',
    )
    .default([]),
  // Ten a second: what a few people with the console and a phone system need together.
  REQUESTS_PER_MINUTE: wholeNumber(0, 1_000_000).default(600),
  // More than a busy day brings, so that a worker that is away for a day costs no call.
  OPEN_RUNS_PER_KEY: wholeNumber(0, 1_000_000).default(10_000),
  // Half a dozen people with several pages each; a gateway takes 900 connections in all.
  EVENT_STREAMS_PER_KEY: wholeNumber(0, 1_000_000).default(50),
  // Answers take milliseconds; after a second in the queue, its client is close to giving up.
  EVENT_LOOP_DELAY_MAX_MS: wholeNumber(0, 60_000).default(1_000),
  PUBLIC_URL: webAddress
    .refine((value) => URL.parse(value)?.pathname === '/', 'must be a URL without a path')
    .nullable()
    .default(null),
  TEMPORAL_UI_URL: webAddress.nullable().default(null),
  // Without a bucket everything but the recordings themselves is served.
  RECORDINGS_BUCKET: text.nullable().default(null),
  STORAGE_API_ENDPOINT: webAddress.nullable().default(null),
  GOOGLE_CLOUD_PROJECT: text.nullable().default(null),
  // In the currency of the prices.
  DAILY_BUDGET: price,
  SPEECH_PRICE_PER_MINUTE: price,
  LLM_PRICE_PER_MILLION_INPUT_TOKENS: price,
  LLM_PRICE_PER_MILLION_OUTPUT_TOKENS: price,
  PRICE_CURRENCY: text
    .regex(/^[A-Z]{3}$/, 'must be a currency code of three capitals such as USD')
    .default('USD'),
});

/** What the gateway reads. */
export const gatewaySchema = gatewayFields.refine(
  openToThisMachineOnly.check,
  openToThisMachineOnly.params,
);
