import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { CodeFacts } from '../src/domain/error-codes/code-facts.ts';
import { ERROR_CODES, isErrorCode, type ErrorCode } from '../src/domain/error-codes.ts';
import { readArguments } from '../src/process/arguments.ts';

/** Where the page lies that `npm run docs:failure-codes` writes. */
export const PAGE = join(import.meta.dirname, '../docs/failure-codes.md');

type Section = {
  readonly title: string;
  /** A code belongs to the first section with a beginning of its name. */
  readonly beginnings: readonly string[];
  /** Who tries again where trying again makes sense. */
  readonly again: string;
};

const BY_ITSELF =
  'by itself, with pauses that grow (or as long as the other side asks for), until the time of the step is over';
const BY_THE_SENDER =
  'not by itself; the request may be sent again as it is, and does nothing twice';

const SECTIONS: readonly Section[] = [
  { title: 'Phone system', beginnings: ['PHONE_SYSTEM_', 'RECORDING_'], again: BY_ITSELF },
  { title: 'Cloud Storage', beginnings: ['STORAGE_'], again: BY_ITSELF },
  { title: 'Speech-to-Text', beginnings: ['SPEECH_'], again: BY_ITSELF },
  { title: 'ConnectWise', beginnings: ['CONNECTWISE_'], again: BY_ITSELF },
  { title: 'Language model', beginnings: ['MODEL_'], again: `${BY_ITSELF}; at most eight times` },
  { title: 'Database', beginnings: ['DATABASE_'], again: BY_ITSELF },
  { title: 'Temporal', beginnings: ['TEMPORAL_'], again: BY_THE_SENDER },
  {
    title: 'Requests to the gateway',
    beginnings: ['INVALID_', 'NOT_', 'CALL_NOT_', 'CALL_CONFLICT', 'CALL_IN_'],
    again: BY_THE_SENDER,
  },
  {
    title: 'The run itself',
    beginnings: [
      'CALL_ROW_',
      'STEP_',
      'TIMEOUT',
      'WORKER_',
      'CANCELLED',
      'REPROCESS_',
      'INTERNAL_',
    ],
    again: BY_ITSELF,
  },
];

/** What differs from the rest of its section. */
const AGAIN: Readonly<Partial<Record<ErrorCode, string>>> = {
  RECORDING_NOT_THERE_YET:
    'by itself, every 15 seconds; when the recording is older than 15 minutes the step is given up as RECORDING_NOT_FOUND',
  RECORDING_CORRUPT: 'by itself, until three copies in a row were damaged',
  INTERNAL_ERROR: `${BY_ITSELF}; not when the database refused what was written, which it would again`,
};

const INTRODUCTION = `# Failure codes

<!-- Written by \`npm run docs:failure-codes\` from src/domain/error-codes/: change it there. -->

What each code means, whether the service tries again by itself, and what an operator does. A step that is given up parks its call as
FAILED; the code then stands in \`failure.code\` of \`GET /calls/<callSid>\`, in the call's log, in the search attribute \`FailureCode\` and
at the top of the run in Temporal's Web UI. Nothing is lost by waiting: what was done before stays done, and the signal \`reprocess\` goes on
at the failed step.

    npm run temporal -- workflow list --query 'FailureCode="CONNECTWISE_CREDENTIALS_REFUSED" AND ExecutionStatus="Running"'
    npm run temporal -- workflow signal --name reprocess --workflow-id <callSid>
    npm run temporal -- workflow signal --name reprocess --query 'FailureCode="CONNECTWISE_CREDENTIALS_REFUSED" AND ExecutionStatus="Running"' --rps 20 --yes
`;

/** The page for operators, as Markdown. Throws when a code belongs to no section. */
export function renderFailureCodes(): string {
  const codes = Object.keys(ERROR_CODES).filter(isErrorCode);
  const sections = SECTIONS.map((section) => {
    const own = codes.filter((code) => sectionOf(code) === section);
    return [`## ${section.title}`, ...own.map((code) => describe(code, section))].join('\n\n');
  });
  return `${[INTRODUCTION.trimEnd(), ...sections].join('\n\n')}\n`;
}

function describe(code: ErrorCode, { again }: Section): string {
  const { meaning, retryable, remedy, remedyOfRequest }: CodeFacts = ERROR_CODES[code];
  return [
    `### ${code}`,
    '',
    `- **What happened:** ${meaning}`,
    `- **Tried again:** ${retryable ? (AGAIN[code] ?? again) : 'no'}.`,
    `- **What to do:** ${remedy}`,
    ...(remedyOfRequest === undefined ? [] : [`- **After a request:** ${remedyOfRequest}`]),
  ].join('\n');
}

function sectionOf(code: ErrorCode): Section {
  const section = SECTIONS.find(({ beginnings }) =>
    beginnings.some((beginning) => code.startsWith(beginning)),
  );
  if (section === undefined) throw new Error(`${code} belongs to no section of the page.`);
  return section;
}

if (import.meta.main) {
  readArguments({
    name: 'npm run docs:failure-codes',
    does: 'Writes docs/failure-codes.md from the table of codes in src/domain/error-codes/.',
  });
  await writeFile(PAGE, renderFailureCodes());
}
