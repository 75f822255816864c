import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';

import { z } from 'zod';

import {
  createLanguageModel,
  type CallAnalysisResult,
  type CallText,
  type LanguageModel,
  type LanguageModelConfig,
  type NotesStore,
  type StoredNotes,
} from '../../../src/clients/language-model/client.ts';
import type { ErrorCode } from '../../../src/domain/error-codes.ts';
import { ServiceError } from '../../../src/domain/service-error.ts';
import { assertNoAdvice } from '../../support/advice.ts';
import { withoutPlace } from '../../support/place.ts';
import {
  sendJson,
  startHttpServer,
  type HttpServer,
  type SeenRequest,
} from '../../support/http-server.ts';

export const ANALYSIS = {
  summary: 'The printer on the first floor is out of toner.',
  reasonForCall: 'A printer does not print.',
  category: 'incident',
  priority: 'medium',
  sentiment: 'neutral',
  resolved: false,
  actions: [{ description: 'Send toner.', owner: 'msp', due: 'tomorrow' }],
  followUpNeeded: true,
  callerName: null,
  quotes: ['The wombat printer does not print.'],
};
export const JSON_TEXT = JSON.stringify(ANALYSIS);
export const INPUT: CallText = {
  companyName: 'Secretive Ltd',
  phoneNumber: '+442079461234',
  turns: toTestTurns('The wombat printer does not print.', 'I will send toner tomorrow.'),
};

/** The default limits of the configuration. */
export const LIMITS = {
  maxInputTokens: 32_000,
  maxOutputTokens: 8_000,
  maxRequestBytes: 1_000_000,
  concurrency: null,
} as const;

/** Turns that alternate between caller and agent. */
export function toTestTurns(...texts: readonly string[]): CallText['turns'] {
  return texts.map((text, index) => ({
    speaker: index % 2 === 0 ? 'Caller' : 'Agent',
    startSeconds: index,
    endSeconds: index + 1,
    text,
  }));
}

type TestNotes = NotesStore & {
  readonly kept: ReadonlyMap<string, StoredNotes>;
  readonly spent: readonly Parameters<NotesStore['spend']>[0][];
};

/** An in-memory store that exposes its contents. */
export function createNotes(): TestNotes {
  const kept = new Map<string, StoredNotes>();
  const spent: Parameters<NotesStore['spend']>[0][] = [];
  return {
    kept,
    spent,
    spend: (cost) => void spent.push(cost),
    find: async (key) => kept.get(JSON.stringify(key)) ?? null,
    async save(key, notes) {
      const counted = kept.get(JSON.stringify(key)) ?? notes;
      kept.set(JSON.stringify(key), counted);
      return counted;
    },
  };
}
const PRIVATE = /wombat|Secretive|7946|sk-private|127\.0\.0\.1/;

const requestSchema = z.object({
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  response_format: z.object({ type: z.string(), json_schema: z.unknown() }).optional(),
  max_tokens: z.number().optional(),
  max_completion_tokens: z.number().optional(),
  tools: z.never().optional(),
});

export type LanguageModelRig = {
  /** A client whose every request is answered by `answer`; its server replaces the previous one. */
  clientOf(
    answer: (response: ServerResponse, attempt: number) => void,
    options?: { readonly requestTimeoutMs?: number } & Partial<LanguageModelConfig>,
  ): Promise<LanguageModel>;
  /** The result when the model replies with these texts in turn. */
  analyze(...contents: (string | null)[]): Promise<CallAnalysisResult>;
  requests(): readonly SeenRequest[];
  sent(index: number): z.infer<typeof requestSchema>;
  close(): Promise<void>;
};

export function createLanguageModelRig(): LanguageModelRig {
  let server: HttpServer | null = null;
  const rig: LanguageModelRig = {
    async clientOf(answer, { requestTimeoutMs = 5_000, ...config } = {}) {
      await rig.close();
      let attempt = 0;
      server = await startHttpServer((_, response) => answer(response, (attempt += 1)));
      const baseUrl = `${server.url}/v1`;
      return createLanguageModel(
        { baseUrl, apiKey: 'sk-private', model: 'model-asked', ...LIMITS, ...config },
        requestTimeoutMs,
      );
    },
    async analyze(...contents) {
      const client = await rig.clientOf((response, attempt) =>
        sendJson(response, completion(contents[attempt - 1] ?? null)),
      );
      return client.analyze(INPUT, createNotes(), new AbortController().signal);
    },
    requests: () => server?.requests ?? [],
    sent(index) {
      const request = server?.requests[index];
      assert.ok(request !== undefined, `request ${index} was sent`);
      return requestSchema.parse(JSON.parse(request.body));
    },
    async close() {
      await server?.close();
      server = null;
    },
  };
  return rig;
}

export function completion(content: string | null): object {
  return {
    model: 'model-answered',
    choices: [{ finish_reason: 'stop', message: { role: 'assistant', content } }],
    usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
  };
}

/** The error that an analysis fails with; fails the test when it contains anything private. */
export async function failure(analysis: Promise<unknown>): Promise<ServiceError> {
  const [result] = await Promise.allSettled([analysis]);
  assert.ok(result.status === 'rejected', 'the analysis must fail');
  assert.ok(result.reason instanceof ServiceError, String(result.reason));
  const text = JSON.stringify([withoutPlace(result.reason.message), result.reason.context]);
  assert.doesNotMatch(text, PRIVATE, 'it contains private data');
  assertNoAdvice(result.reason.message);
  return result.reason;
}

export async function assertFails(analysis: Promise<unknown>, code: ErrorCode): Promise<void> {
  assert.equal((await failure(analysis)).code, code);
}
