import { ok, warning, type Check } from '../check.ts';

type State = { readonly names: readonly string[]; readonly warning: unknown };

/** Whether the namespace has the search attributes that every run sets. */
export function searchAttributesCheck(
  temporal: { searchAttributes(): Promise<State> },
  needs: readonly Check[],
): Check {
  return {
    name: 'search attributes',
    needs,
    async run() {
      const state = await temporal.searchAttributes();
      return state.warning === null
        ? ok('The namespace has them, with the right type.')
        : warning(
            'These credentials may not list the search attributes of the namespace, so their types are not known.',
            'Have somebody with the right to change the namespace run npm run temporal:bootstrap.',
          );
    },
  };
}
