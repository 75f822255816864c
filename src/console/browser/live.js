// Follows the events that the page names, and brings the page up to date when one arrives.
import { fetchPage, morphElement, refresh } from './refresh.js';

const address = document.body.dataset['live'] ?? '';
const connection = document.getElementById('connection');

// Several calls often change at once, and a step logs several things.
const GATHER_MS = 300;

// On a busy day something always changes, and each time costs a few requests of those that a key has a minute.
const AT_MOST_EVERY_MS = 2_000;

// A stream that was refused, not cut off, is not opened again by the browser.
const OPEN_AGAIN_MS = 10_000;

// What happens between events: another attempt is due, an age has passed.
const WITHOUT_EVENTS_MS = 30_000;

// What is under way and has no events of its own is looked at as often as somebody would.
const UNDER_WAY_MS = 2_000;

// A stream begins with the whole log of a call. What is older than the page, and had time to be written, is
// on it already.
const openedAt = Date.now();
const LATE_MS = 10_000;

let timer = 0;
let refreshedAt = 0;
let nextLook = 0;
let isRefreshing = false;
/** @type {Set<string>} */
const changed = new Set();

function refreshSoon() {
  if (timer !== 0) return;
  const wait = Math.max(GATHER_MS, refreshedAt + AT_MOST_EVERY_MS - Date.now());
  timer = setTimeout(refreshNow, wait);
}

async function refreshNow() {
  timer = 0;
  if (isRefreshing) return refreshSoon();
  isRefreshing = true;
  try {
    const calls = [...changed];
    changed.clear();
    await refresh();
    for (const list of olderListsWith(calls)) await refreshList(list);
    say(true);
    lookAgain();
  } catch {
    // The gateway is away; the stream finds it again.
    say(false);
  } finally {
    isRefreshing = false;
    refreshedAt = Date.now();
  }
}

function lookAgain() {
  clearTimeout(nextLook);
  const isUnderWay = document.querySelector('[data-poll]') !== null;
  if (isUnderWay) nextLook = setTimeout(refreshSoon, UNDER_WAY_MS);
}

/**
 * Lists of older calls, each loaded from an address of its own, that show one of these calls.
 * @param {string[]} calls
 */
function olderListsWith(calls) {
  return [...document.querySelectorAll('#older ol')].filter((list) =>
    calls.some((callSid) => list.querySelector(`#${CSS.escape(`call-${callSid}`)}`) !== null),
  );
}

/** @param {Element} list */
async function refreshList(list) {
  const fresh = (await fetchPage(list.getAttribute('data-from') ?? ''))?.getElementById('calls');
  if (fresh === null || fresh === undefined) return;
  for (const row of fresh.children) {
    const old = document.getElementById(row.id);
    if (old !== null) morphElement(old, row);
  }
}

/** @param {boolean} isConnected */
function say(isConnected) {
  if (connection !== null) connection.hidden = isConnected;
}

function follow() {
  const stream = new EventSource(address);
  stream.addEventListener('open', () => {
    // What happened while the connection was lost comes as events, and a page that was shown meanwhile is old.
    if (connection?.hidden === false) refreshSoon();
    say(true);
  });
  stream.addEventListener('error', () => {
    say(false);
    if (stream.readyState === EventSource.CLOSED) setTimeout(follow, OPEN_AGAIN_MS);
  });
  stream.addEventListener('reload', () => refreshSoon());
  for (const name of ['call', 'log']) {
    stream.addEventListener(name, ({ data }) => {
      const event = JSON.parse(data);
      if (Date.parse(event.at) < openedAt - LATE_MS) return;
      changed.add(event.call.callSid);
      refreshSoon();
    });
  }
}

follow();
setInterval(refreshSoon, WITHOUT_EVENTS_MS);
// A browser lets the timers of a page that nobody sees rest.
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) refreshSoon();
});
lookAgain();
