/** The key that the sandbox's transcription server accepts. */
export const TRANSCRIPTION_API_KEY = 'sandbox-transcription-key';

/** Its model, which returns the times of segments and words. */
export const TRANSCRIPTION_MODEL = 'sandbox-whisper';

/** Its other model, which returns only the text, as OpenAI's gpt-4o models do. */
export const TEXT_ONLY_MODEL = 'sandbox-text-only';
