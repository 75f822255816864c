import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { CodeFacts } from '../src/domain/error-codes/code-facts.ts';
import { CODE_GROUPS, type ErrorCode } from '../src/domain/error-codes.ts';

/** The page that `npm run docs:failure-codes` writes. */
export const PAGE = join(import.meta.dirname, '../docs/failure-codes.md');

const BY_ITSELF =
  'by itself, with growing pauses (or after the time the other side asks for), until the time of the step is over';
const BY_THE_SENDER =
  'not by itself; the request may be sent again unchanged, and does nothing twice';

/** Who tries again where trying again makes sense. The step does, in groups that are not listed. */
const AGAIN_OF_GROUP: Readonly<Partial<Record<string, string>>> = {
  'Language model': `${BY_ITSELF}; at most eight times`,
  Temporal: BY_THE_SENDER,
  'Requests to the gateway': BY_THE_SENDER,
} satisfies Partial<Record<keyof typeof CODE_GROUPS, string>>;

/** The codes that differ from the rest of their group. */
const AGAIN_OF_CODE: Readonly<Partial<Record<string, string>>> = {
  RECORDING_NOT_THERE_YET:
    'by itself, every 15 seconds; when the recording is older than 15 minutes the step is given up as RECORDING_NOT_FOUND',
  RECORDING_CORRUPT: 'by itself, until three copies in a row were damaged',
  INTERNAL_ERROR: `${BY_ITSELF}; not when the database refused what was written, because it would refuse it again`,
} satisfies Partial<Record<ErrorCode, string>>;

const INTRODUCTION = `# Failure codes

<!-- Written by \`npm run docs:failure-codes\` from src/domain/error-codes/: change it there. -->

What each code means, whether the service tries again by itself, and what an operator should do. A step that is given up parks its
call as FAILED; the code then appears in \`failure.code\` of \`GET /calls/<callSid>\`, in the call's log, in the search attribute
\`FailureCode\` and at the top of the run in Temporal's Web UI. Nothing is lost by waiting: finished steps stay finished, and the signal
\`reprocess\` resumes at the failed step.

    npm run temporal -- workflow list --query 'FailureCode="CONNECTWISE_CREDENTIALS_REFUSED" AND ExecutionStatus="Running"'
    npm run temporal -- workflow signal --name reprocess --workflow-id <callSid>
    npm run temporal -- workflow signal --name reprocess --query 'FailureCode="CONNECTWISE_CREDENTIALS_REFUSED" AND ExecutionStatus="Running"' --rps 20 --yes
`;

/** The page for operators, as Markdown. */
export function renderFailureCodes(): string {
  const sections = Object.entries(CODE_GROUPS).map(([title, codes]) =>
    [
      `## ${title}`,
      ...Object.entries<CodeFacts>(codes).map(([code, facts]) => describe(title, code, facts)),
    ].join('\n\n'),
  );
  return `${[INTRODUCTION.trimEnd(), ...sections].join('\n\n')}\n`;
}

function describe(title: string, code: string, facts: CodeFacts): string {
  const { meaning, retryable, remedy, requestRemedy } = facts;
  const again = AGAIN_OF_CODE[code] ?? AGAIN_OF_GROUP[title] ?? BY_ITSELF;
  return [
    `### ${code}`,
    '',
    `- **What happened:** ${meaning}`,
    `- **Tried again:** ${retryable ? again : 'no'}.`,
    `- **What to do:** ${remedy}`,
    ...(requestRemedy === undefined ? [] : [`- **After a request:** ${requestRemedy}`]),
  ].join('\n');
}

if (import.meta.main) await writeFile(PAGE, renderFailureCodes());
