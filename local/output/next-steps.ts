import type { Addresses } from '../environment.ts';
import type { LocalSettings } from '../settings.ts';
import { paint } from './style.ts';

// A worker opens a call within a second and completes it in a few more.
const WAIT = '  # wait a few seconds';

/** The addresses of everything, and commands that can be pasted as they are. */
export function nextSteps(
  addresses: Addresses & { readonly gatewayUrl: string },
  settings: Pick<LocalSettings, 'withoutService' | 'databaseUrl' | 'env'>,
): string {
  const { gatewayUrl, temporal, sandbox, databaseUrl } = addresses;
  const { withoutService, env } = settings;
  const asksForKey = (env['API_KEYS'] ?? '').trim() !== '';
  const gateway = withoutService ? `${gatewayUrl}, once npm run dev has started it` : gatewayUrl;
  const lines = [
    '',
    paint('bold', 'Where it is'),
    '',
    `  Console     ${gatewayUrl}/console  (calls, and why they failed, in a browser)`,
    `  Gateway     ${gateway}`,
  ];
  if (temporal !== null) {
    lines.push(
      `  Web UI      ${temporal.uiUrl}`,
      `  Failed      ${failedCallsUrl(temporal.uiUrl)}`,
    );
  }
  // The URL of the user's own database may contain a password of theirs.
  if (settings.databaseUrl === null) lines.push(`  Database    ${databaseUrl}`);
  if (sandbox !== null) {
    lines.push(
      `  Sandbox     ${sandbox.controlUrl}  (/samples /hits /faults /objects /operations)`,
    );
  }
  lines.push('', paint('bold', 'What to try'), '');
  if (asksForKey) {
    lines.push(
      '  # API_KEYS is set, so curl needs a key of yours for the gateway: -H "authorization: Bearer …"',
      '',
    );
  }
  if (withoutService) {
    lines.push(
      '  # worker and gateway, in another terminal; they restart when a file in src/ changes',
      '  npm run dev',
      '',
    );
  }
  if (sandbox !== null) {
    lines.push(...tryNewCall(gatewayUrl, sandbox.controlUrl));
    if (addresses.whisper !== null) lines.push(...tryOwnRecording(gatewayUrl, sandbox.controlUrl));
  }
  lines.push(
    '  # what is running, and what is waiting for you',
    '  npm run temporal -- workflow list',
    `  npm run temporal -- workflow list --query 'CallStatus="FAILED" AND ExecutionStatus="Running"'`,
    '',
    '  Ctrl-C stops everything; its data is kept for the next npm start.',
  );
  return lines.join('\n');
}

/** The Web UI's list of the calls that failed. */
function failedCallsUrl(uiUrl: string): string {
  const query = encodeURIComponent('CallStatus="FAILED"');
  return `${uiUrl}/namespaces/default/workflows?query=${query}`;
}

function tryOwnRecording(gatewayUrl: string, controlUrl: string): string[] {
  const callSid = `${Math.floor(Date.now() / 1000)}.2`;
  const key = { callRecordingId: callSid, recordgroup: '20417', recordid: '2' };
  const recording = JSON.stringify({ ...key, audio: { file: 'my-call.wav' } });
  const post = "curl -sS -H 'content-type: application/json'";
  return [
    '  # a recording of your own: copy it to sandbox/samples/my-call.wav first, or start again with',
    '  # npm start -- --whisper path/to/my-call.wav',
    `  ${post} ${controlUrl}/recordings -d '${recording}'`,
    `  ${post} ${gatewayUrl}/calls -d '${JSON.stringify(key)}'`,
    WAIT,
    `  curl -sS ${gatewayUrl}/calls/${callSid}/transcript`,
    '',
  ];
}

function tryNewCall(gatewayUrl: string, controlUrl: string): string[] {
  // A callSid consists of the recording's Unix time in seconds and a counter.
  const callSid = `${Math.floor(Date.now() / 1000)}.1`;
  const post = `curl -sS -H 'content-type: application/json' ${gatewayUrl}/calls -d`;
  const recording = JSON.stringify({
    callRecordingId: callSid,
    recordgroup: '20417',
    recordid: '1',
    audio: { file: '01-printer-mono.wav' },
    metadata: { snumber: '02079460101', cnumber: '02079460000' },
    transcript: 'Good morning, our scanner sends nothing. Please call me back today.',
  });
  const call = JSON.stringify({ callRecordingId: callSid, recordgroup: '20417', recordid: '1' });
  return [
    '  # a new call: add a recording to the phone system, submit it (a second time: 200, nothing starts), read it',
    `  curl -sS -H 'content-type: application/json' ${controlUrl}/recordings -d '${recording}'`,
    `  ${post} '${call}'`,
    WAIT,
    `  curl -sS ${gatewayUrl}/calls/${callSid}`,
    `  curl -sS ${gatewayUrl}/calls/${callSid}/log`,
    '',
    '  # analyse it once more, without paying for the transcript again',
    `  curl -sS -X POST ${gatewayUrl}/calls/${callSid}/reprocess`,
    '',
  ];
}
