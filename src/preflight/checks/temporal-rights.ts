import { fault, ok, type Check } from '../check.ts';

/** Whether the credentials may see and signal runs, without doing either. */
export function temporalRightsCheck(
  temporal: { forbidden(): Promise<readonly string[]> },
  needs: readonly Check[],
): Check {
  return {
    name: 'rights in Temporal',
    needs,
    async run() {
      const forbidden = await temporal.forbidden();
      return forbidden.length === 0
        ? ok('The credentials may see and signal runs.')
        : fault(
            `The credentials may not ${forbidden.join(' or ')}.`,
            'Give them the permission to write in the namespace (Temporal Cloud: the role Write).',
          );
    },
  };
}
