import { startStepRig } from '../support/step-rig.ts';
import type { Encoding } from './encodings.ts';
import { measure, type Measured } from './measure.ts';
import { FORMS } from './replies.ts';
import { startScriptedServer } from './scripted-server.ts';
import type { Planned } from './scenes.ts';
import { mixOf } from './studio.ts';

/** A recording that went through the service, and what came out. */
export type Outcome = Measured & {
  readonly scene: string;
  readonly encoding: string;
  readonly layout: 'mono' | 'stereo';
  /** Whether everything that is made up can be told by the sound. */
  readonly isTold: boolean;
};

export type Transcribing = Awaited<ReturnType<typeof startTranscribing>>;

/** Starts the steps of the service that archive, hear and transcribe, against the scripted server. */
export async function startTranscribing(env: Readonly<Record<string, string>> = {}) {
  const rig = await startStepRig({ SPEECH_PROVIDER: 'openai-compatible' });
  const server = await startScriptedServer();
  const speech = rig.speechWith({
    TRANSCRIPTION_BASE_URL: server.baseUrl,
    SPEECH_PHRASES: 'Cadwallader, Hartley',
    ...env,
  });
  let count = 0;

  return {
    /** Sends a scene through the service, with one channel and with two. */
    async outcomesOf({ make, isTold }: Planned, encoding: Encoding): Promise<Outcome[]> {
      const scene = make();
      const outcomes: Outcome[] = [];
      for (const [layout, channels] of [
        ['mono', [mixOf(scene)]],
        ['stereo', scene.channels],
      ] as const) {
        const file = encoding.encode(channels);
        count += 1;
        server.play({ scene, channels, form: FORMS[count % FORMS.length] ?? 'both' });
        const call = await rig.newCall({
          audio: { base64: file.toString('base64') },
          transcript: undefined,
          words: [],
        });
        await call.upTo('transcribeRecording');
        await call.attempt('transcribeRecording', 1, { speech });
        server.check();
        const { transcript } = (await call.rows()).call;
        const segments = (transcript?.segments ?? []) as { channel: number | null; text: string }[];
        const isSplit = segments.some(({ channel }) => channel !== null) && layout === 'stereo';
        const measured = measure(segments, scene.said, isSplit);
        const isHeard = encoding.isHeard && isTold;
        outcomes.push({
          ...measured,
          scene: scene.name,
          encoding: encoding.name,
          layout,
          isTold: isHeard,
        });
      }
      return outcomes;
    },
    async stop(): Promise<void> {
      await server.close();
      await rig.stop();
    },
  };
}
