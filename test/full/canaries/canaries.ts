import { canariesOf, canaryInAnyForm, type Canary } from '../../faults/harness/canaries.ts';
import { COMPANY, SPEAKER, SPOKEN_WORD } from '../../support/recordings.ts';
import type { Service } from '../../support/service.ts';
import type { TestKey } from '../../support/api-keys.ts';

/** What each part of a request, a call or an answer carries that must stay where it belongs. */
export const CARRIED = {
  /** Of the first caller; the others' are found as they are written. */
  callerNumber: '+441144960000',
  spokenNumber: '02079460157',
  /** The same kind of number as somebody writes it in Arabic and in Hindi. */
  arabicNumber: '٠٢٠٧٩٤٦٠١٦٣',
  hindiNumber: '०२०७९४६०१६९',
  spokenName: 'Gräfin Wolpertinger',
  bodyOf: {
    phoneSystem: 'Quillfeather told the phone system',
    connectwise: 'Quillfeather told ConnectWise',
    languageModel: 'Quillfeather told the model',
    storage: 'Quillfeather told the storage',
  },
  /** Refused, because it has digits. */
  refusedReason: 'call Tumbleweed at 02079460173',
  search: 'Snickersnee vorpal',
  hookField: 'Bandersnatch & Söhne',
  refusedFilter: 'Jubjub-bird',
  guessedKey: 'msp_Frumious0123456789',
} as const;

/** Reasons that are taken. They stand in the database's log, and in what a run is told. */
export const REASONS = {
  http: 'Mimsy asked for it at the desk',
  signal: 'Borogove asked for it by phone',
  bulk: 'Outgrabe asked for all of them',
} as const;

/** What may be found nowhere but where it belongs. */
export function secretsOf(
  service: Service,
  { keys, hookSecret }: { readonly keys: readonly TestKey[]; readonly hookSecret: string },
): Canary[] {
  const { bodyOf, ...others } = CARRIED;
  const texts = { ...others, ...bodyOf };
  return [
    ...canariesOf(service.addresses),
    ...Object.entries(texts).map(([name, text]) => canaryInAnyForm(name, text)),
    canaryInAnyForm('the national form of the number', CARRIED.callerNumber.slice(3)),
    canaryInAnyForm("a speaker's name", SPEAKER),
    canaryInAnyForm('a word of a call', SPOKEN_WORD),
    canaryInAnyForm("a company's name", COMPANY.name),
    canaryInAnyForm("a hook's secret", hookSecret),
    ...keys.map(({ key }, index) => canaryInAnyForm(`key ${index + 1}`, key)),
  ];
}

/** The reasons, which only some places may hold. */
export const REASON_CANARIES: readonly Canary[] = Object.entries(REASONS).map(([name, text]) =>
  canaryInAnyForm(`the reason by ${name}`, text),
);
