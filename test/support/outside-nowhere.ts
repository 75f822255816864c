/** Outside systems that no call of these tests reaches. */
export const OUTSIDE_NOWHERE = {
  PHONE_SYSTEM_URL: 'http://127.0.0.1:1',
  PHONE_SYSTEM_USERNAME: 'u',
  PHONE_SYSTEM_PASSWORD: 'p',
  RECORDINGS_BUCKET: 'bucket',
  GOOGLE_CLOUD_PROJECT: 'project',
  CONNECTWISE_URL: 'http://127.0.0.1:1',
  CONNECTWISE_COMPANY_ID: 'c',
  CONNECTWISE_PUBLIC_KEY: 'k',
  CONNECTWISE_PRIVATE_KEY: 'k',
  CONNECTWISE_CLIENT_ID: 'id',
  LLM_BASE_URL: 'http://127.0.0.1:1',
  LLM_API_KEY: 'key',
  LLM_MODEL: 'model',
};
