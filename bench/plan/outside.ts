import { setTimeout as sleep } from 'node:timers/promises';

import { companyOf, numberOf } from '../answers/callers.ts';
import { ANALYSIS } from '../answers/language-model.ts';
import { recordingOf } from '../answers/recording.ts';

type Job = { readonly callRecordingId: string };

/** The services that the plan injects, which answer as the service's clients do in the bench. */
export function createOutside(outsideMs: number) {
  const audio = recordingOf(1).toString('base64');
  return {
    callRecordingService: {
      fetchCallRecording: async (callRecordingId: string) => ({
        data: { data: audio, mimetype: 'audio/wav', callRecordingId },
      }),
    },
    storageService: {
      uploadFile: async (name: string, _audio: Buffer, _mimeType: string) => `gs://bench/${name}`,
    },
    transcriptionService: {
      async transcribeAudio(_audio: string, _mimeType: string): Promise<string> {
        if (outsideMs > 0) await sleep(outsideMs);
        return 'The printer on the second floor has stopped. I will send somebody this afternoon.';
      },
    },
    connectwise: { getCompanyByPhoneNumber: async (number: string) => companyOf(number) },
    callAnalysisService: {
      extractExternalPhoneNumber: async (recording: Job) => numberOf(recording.callRecordingId),
      analyzeTranscript: async (_prompt: string) => ANALYSIS,
    },
  };
}

export type Outside = ReturnType<typeof createOutside>;
