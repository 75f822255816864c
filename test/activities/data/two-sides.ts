const said = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);
const nothing = (count: number) => said(0, count).map(() => null);

/** The words of the two channels of two-sides.*, second by second: in turns, and once both at once. */
export const SIDES: readonly (readonly (number | null)[])[] = [
  [...said(30_000, 5), ...nothing(4), ...said(30_005, 5)],
  [...nothing(4), ...said(31_000, 6), ...nothing(4)],
];
