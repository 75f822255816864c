/** What calls can be counted by. */
export const GROUPINGS = [
  'day',
  'outcome',
  'company',
  'companyMatch',
  'category',
  'priority',
  'sentiment',
] as const;

export type Grouping = (typeof GROUPINGS)[number];
