import type { CallFilter } from '../../src/domain/call-filter.ts';
import { NEWEST } from './fill.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

const SEARCHES = [
  ['in one call', 'needle777'],
  ['in none', 'nowhere'],
  ['in 1 of 100 calls', 'word4000'],
  ['in half of the calls', 'word30'],
  ['in all calls', 'word1'],
  ['in half of the calls before summer', 'word30 early'],
  ['in all calls but the newest', 'older'],
  ['in half of the calls but the newest', 'word30 older'],
  ['in most of the calls but the newest, without a word', 'older -word4000'],
  ['in a fifth of the calls, before summer', 'early'],
  ['two rare words', 'word4000 word5000'],
  ['two words', 'word90 word150'],
  ['two frequent words', 'word30 word40'],
  ['either word', 'word4000 or word150'],
  ['phrase, a name', '"Company 17"'],
  ['phrase of frequent words', '"word20 word1"'],
  ['phrase of frequent words, rare', '"word300 word200"'],
  ['phrase of frequent words, in none', '"word30 nowhere"'],
  ['phrase of four words', '"asks about word77 and is called"'],
  ['without a word', 'word40 -word1'],
  ['without a phrase', 'word40 -"word20 word1"'],
  ['without alone', '-word1'],
] as const;

const FILTERS_OF_SEARCHES: readonly (readonly [string, CallFilter])[] = [
  ['FAILED', { status: 'FAILED' }],
  ['PROCESSING', { status: 'PROCESSING' }],
  ['NO_SPEECH', { outcome: 'NO_SPEECH' }],
  ['failureCode', { failureCode: 'MODEL_CREDENTIALS_REFUSED' }],
  ['failedStep', { failedStep: 'transcribeRecording' }],
  ['waiting', { waiting: true }],
  ['small company', { company: '55' }],
  ['large company', { company: '1' }],
  ['AMBIGUOUS', { companyMatch: 'AMBIGUOUS' }],
  ['category', { category: 'complaint' }],
  ['priority', { priority: 'critical' }],
  ['sentiment', { sentiment: 'negative' }],
  ['followUp', { followUp: true }],
  ['minSeconds, rare', { minSeconds: 3_600 }],
  ['a day', range(100, 99)],
  ['a month', range(130, 100)],
];

/** What lists and searches are measured with. */
export const FILTERS: readonly (readonly [string, CallFilter])[] = [
  ['all', {}],
  ['status=FAILED', { status: 'FAILED' }],
  ['status=PROCESSING', { status: 'PROCESSING' }],
  ['status=COMPLETED', { status: 'COMPLETED' }],
  ['outcome=NO_SPEECH', { outcome: 'NO_SPEECH' }],
  ['failureCode, frequent', { failureCode: 'MODEL_CREDENTIALS_REFUSED' }],
  ['failureCode, never', { failureCode: 'SPEECH_QUOTA_EXCEEDED' }],
  ['failedStep', { failedStep: 'transcribeRecording' }],
  ['waiting=true', { waiting: true }],
  ['waiting=false', { waiting: false }],
  ['company', { company: '17' }],
  ['company, unknown', { company: 'nobody' }],
  ['companyMatch=AMBIGUOUS', { companyMatch: 'AMBIGUOUS' }],
  ['category=complaint', { category: 'complaint' }],
  ['category=complaint, FAILED', { category: 'complaint', status: 'FAILED' }],
  ['priority=critical', { priority: 'critical' }],
  ['sentiment=negative', { sentiment: 'negative' }],
  ['followUp=true', { followUp: true }],
  ['followUp, company, priority', { followUp: true, company: '17', priority: 'critical' }],
  ['minSeconds=60', { minSeconds: 60 }],
  ['minSeconds=3600, rare', { minSeconds: 3_600 }],
  ['minSeconds, never', { minSeconds: 900_000 }],
  ['from, to: a day', range(100, 99)],
  ['from, to: the oldest month', range(365, 335)],
  ['FAILED, a day', { status: 'FAILED', ...range(100, 99) }],
  ...SEARCHES.map(([name, q]) => [`q, ${name}`, { q }] as const),
  ...FILTERS_OF_SEARCHES.flatMap(([name, filter]) => [
    [`q in half, ${name}`, { ...filter, q: 'word30' }] as const,
    [`q in half before summer, ${name}`, { ...filter, q: 'word30 early' }] as const,
    [`q in all but the newest, ${name}`, { ...filter, q: 'older' }] as const,
  ]),
  ['q in 1 of 100, FAILED', { q: 'word4000', status: 'FAILED' }],
  ['q in half, company, a month', { q: 'word30', company: '17', ...range(60, 30) }],
  ['q in half, large company, a month', { q: 'word30', company: '1', ...range(60, 30) }],
  ['q, company, a month', { q: 'word4000', company: '1', ...range(60, 30) }],
];

/** So many days before the newest call. */
export function range(fromDays: number, toDays: number) {
  return {
    from: new Date(NEWEST.getTime() - fromDays * DAY_MS),
    to: new Date(NEWEST.getTime() - toDays * DAY_MS),
  };
}
