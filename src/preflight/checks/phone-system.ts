import { ok, type Check } from '../check.ts';

/** Whether the phone system accepts the user and the password. */
export function phoneSystemCheck(phoneSystem: {
  access(signal: AbortSignal): Promise<void>;
}): Check {
  return {
    name: 'phone system',
    remedies: {
      PHONE_SYSTEM_UNAVAILABLE:
        'Check PHONE_SYSTEM_URL (the part before /api/json), and that this machine may reach it.',
      PHONE_SYSTEM_REPLY_INVALID:
        'Check PHONE_SYSTEM_URL: it is the part before /api/json, without a redirect.',
      PHONE_SYSTEM_BAD_REQUEST: 'Check PHONE_SYSTEM_URL: it is the part before /api/json.',
    },
    async run(signal) {
      await phoneSystem.access(signal);
      return ok('It accepts the user and the password.');
    },
  };
}
