/** The key that the sandbox's language model accepts. */
export const LANGUAGE_MODEL_API_KEY = 'sandbox-llm-key';

/** The only model it serves. */
export const LANGUAGE_MODEL_NAME = 'sandbox-model';
