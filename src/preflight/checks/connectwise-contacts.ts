import { fault, ok, warning, type Check } from '../check.ts';
import { CONNECTWISE_REMEDIES } from './connectwise.ts';

type Contacts = { readonly seen: number; readonly withCompany: number };

/**
 * Whether contacts show their company. Without that right, ConnectWise gives them with the company
 * left blank, and every caller would be unknown.
 */
export function connectWiseContactsCheck(
  connectwise: { contacts(signal: AbortSignal): Promise<Contacts> },
  needs: readonly Check[],
): Check {
  return {
    name: 'ConnectWise: contacts',
    needs,
    remedies: CONNECTWISE_REMEDIES,
    async run(signal) {
      const { seen, withCompany } = await connectwise.contacts(signal);
      if (seen === 0) {
        return warning(
          'The API member sees no contact, so callers are known by the numbers of companies and sites alone.',
          'Give its security role Companies > Contacts: Inquire All, unless there are no contacts.',
        );
      }
      return withCompany === 0
        ? fault(
            'Contacts can be seen, but not one of them shows its company, so no caller would be recognised.',
            'Give the security role of the API member Companies > Company Maintenance and Contacts: Inquire All.',
          )
        : ok('Contacts show their company.');
    },
  };
}
