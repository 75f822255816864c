// Writes times in the reader's own zone and language, and keeps "2 h ago" true.

const today = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const otherDay = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

// Ages are told in minutes at the finest, once they are older than one.
const AGES_MS = 20_000;

/** @param {ParentNode} [root] */
export function writeTimes(root = document) {
  const now = new Date();
  for (const element of root.querySelectorAll('time')) {
    const at = new Date(element.dateTime);
    if ('age' in element.dataset) {
      element.textContent = inUnits((now.getTime() - at.getTime()) / 1_000);
    } else {
      const isToday = at.toDateString() === now.toDateString();
      element.textContent = (isToday ? today : otherDay).format(at);
    }
    element.title = at.toString();
  }
}

/** @param {number} seconds */
function inUnits(seconds) {
  if (seconds >= 86_400) return `${Math.floor(seconds / 86_400)} d`;
  if (seconds >= 3_600) return `${Math.floor(seconds / 3_600)} h`;
  if (seconds >= 60) return `${Math.floor(seconds / 60)} min`;
  return `${Math.max(0, Math.round(seconds))} s`;
}

writeTimes();
setInterval(writeTimes, AGES_MS);
