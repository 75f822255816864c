/** Texts, which are left alone, and what servers in Python write where a number is missing. */
const NO_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:NaN|Infinity)\b/g;

/** The content of a reply, with `null` where a server in Python writes NaN; `undefined` when it is not JSON. */
export function parseLeniently(json: string): unknown {
  return (
    parseOrNothing(json) ??
    parseOrNothing(json.replace(NO_NUMBER, (found) => (found.startsWith('"') ? found : 'null')))
  );
}

function parseOrNothing(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
