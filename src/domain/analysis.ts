/** What a call was about. A closed set, so that it can be counted. */
export const CATEGORIES = [
  'incident',
  'service_request',
  'question',
  'project',
  'sales',
  'billing',
  'complaint',
  'vendor',
  'personal',
  'spam',
  'other',
] as const;

/** How urgent a matter is for the client's business. */
export const PRIORITIES = ['low', 'medium', 'high', 'critical'] as const;

/** How the client sounded over the whole call. */
export const SENTIMENTS = ['positive', 'neutral', 'negative', 'mixed'] as const;
