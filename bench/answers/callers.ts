/** So many companies call: at their rows, calls meet as they do in a day of an MSP. */
const COMPANIES = 50;

/** The caller's number, from Sheffield's range for fiction; the same for the same call. */
export function numberOf(callSid: string): string {
  const digits = callSid.replaceAll(/\D/g, '').slice(-6);
  return `+44114496${String(Number(digits) % COMPANIES).padStart(4, '0')}`;
}

/** The company that ConnectWise knows by a number. */
export function companyOf(number: string): { readonly id: string; readonly name: string } {
  const index = Number(number.slice(-4));
  return { id: String(1_000 + index), name: `Zanzibar Provisions ${index} Ltd` };
}
