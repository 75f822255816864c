import { createServer } from 'node:http';
import type { Control } from '../core/control.ts';
import type { StandIn } from '../core/context.ts';
import { playFaultBefore, sendReply } from '../core/http-faults.ts';
import type { Exchange, HttpReply } from '../core/http-faults.ts';
import type { SampleCatalogue } from '../core/samples.ts';
import { listen } from '../core/stand-in.ts';
import { recordingReply, refusal, statusReply } from './envelope.ts';

type Deps = {
  readonly control: Control;
  readonly samples: SampleCatalogue;
  readonly credentials: { readonly username: string; readonly password: string };
};

/** Both paths are in use. */
const PATHS = ['/api/json/recording/recordings/get', '/local/api/json/recording/recordings/get'];

/** Starts the stand-in for the phone system's HTTP API: `recordings/get`. */
export async function startPhoneSystem(
  deps: Deps,
  where: { host: string; port: number },
): Promise<StandIn> {
  const server = createServer((request, response) => {
    const exchange = { request, response };
    handle(exchange).catch((error: unknown) => {
      if (!response.headersSent) {
        void sendReply(null, exchange, { status: 500, body: String(error) });
      } else {
        request.socket.destroy();
      }
    });
  });

  async function handle(exchange: Exchange): Promise<void> {
    const { method, url = '/' } = exchange.request;
    const [path = '', query = ''] = url.split('?', 2);
    if (method !== 'GET' || !PATHS.includes(path)) {
      await sendReply(null, exchange, statusReply(404));
      return;
    }
    // The API accepts both `;` and `&` between parameters; URLSearchParams only the latter.
    const asked = new URLSearchParams(query.replaceAll(';', '&'));
    const fault = deps.control.hit('phoneSystem', 'recordings.get', callSidsOf(asked));
    if (await playFaultBefore(fault, exchange, statusReply)) {
      return;
    }
    const reply =
      fault?.envelopeCode === undefined ? await answer(asked, fault) : refusal(fault.envelopeCode);
    await sendReply(fault, exchange, reply);
  }

  function findRecording(asked: URLSearchParams) {
    return deps.samples.findRecording(
      asked.get('recordgroup') ?? '',
      asked.get('recordid') ?? '',
      asked.get('uniqueid') ?? undefined,
    );
  }

  /** The recording's call; if there is no such recording, the call that uniqueid names. */
  function callSidsOf(asked: URLSearchParams): string[] {
    const callSid = findRecording(asked)?.callRecordingId ?? asked.get('uniqueid');
    return callSid === null ? [] : [callSid];
  }

  async function answer(
    asked: URLSearchParams,
    fault: Parameters<typeof recordingReply>[3]['fault'],
  ): Promise<HttpReply> {
    const { username, password } = deps.credentials;
    if (asked.get('auth_username') !== username || asked.get('auth_password') !== password) {
      return refusal(401);
    }
    const encoding = asked.get('encoding') ?? 'raw';
    if (!asked.has('recordgroup') || !asked.has('recordid') || !/^(raw|base64)$/.test(encoding)) {
      return refusal(400);
    }
    const sample = findRecording(asked);
    // From outside, a wrong recordgroup and a recording that never existed look the same.
    if (sample === null) {
      return refusal(404);
    }
    const facts = await deps.samples.audioFactsOf(sample);
    const audio = deps.samples.readAudio(sample);
    if (encoding === 'raw') {
      return {
        status: 200,
        headers: { 'content-type': facts.mimetype },
        body: audio,
        contentLength: facts.sizeBytes,
      };
    }
    return recordingReply(sample, facts, audio, { withSha1: asked.get('sha1') === '1', fault });
  }

  return listen(server, { name: 'phone system', ...where });
}
