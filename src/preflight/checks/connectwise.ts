import { fault, ok, type Check } from '../check.ts';

/** What to do when the address of ConnectWise does not answer. */
export const CONNECTWISE_REMEDIES = {
  CONNECTWISE_UNAVAILABLE: 'Check CONNECTWISE_URL, and that this machine may reach it.',
} as const;

/** Whether ConnectWise accepts the keys and lets the API member see companies. */
export function connectWiseCheck(connectwise: {
  firstCompany(signal: AbortSignal): Promise<string | null>;
}): Check {
  return {
    name: 'ConnectWise',
    remedies: CONNECTWISE_REMEDIES,
    async run(signal) {
      return (await connectwise.firstCompany(signal)) === null
        ? fault(
            'The keys are accepted, but the API member sees no company.',
            'Give its security role Companies > Company Maintenance: Inquire All.',
          )
        : ok('The keys are accepted, and the API member sees companies.');
    },
  };
}
