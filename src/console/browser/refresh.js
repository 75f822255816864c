// Brings a page up to date without loading it anew: what has changed is changed, and all else, such as what
// is being typed, heard or unfolded, stays as it is.
import { Idiomorph } from 'idiomorph';

import { writeTimes } from './times.js';

/**
 * Asks for a page of the console. Returns `null` where somebody has to sign in first.
 * @param {string} address
 */
export async function fetchPage(address) {
  const response = await fetch(address, { headers: { accept: 'text/html' } });
  if (new URL(response.url).pathname === '/console/sign-in') return null;
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  writeTimes(page);
  return page;
}

/** Brings this page up to date. */
export async function refresh() {
  const page = await fetchPage(location.href);
  // Signed out elsewhere, or the key was removed.
  if (page === null) return location.reload();
  morph('parked', page);
  morph('main', page);
}

/**
 * Makes an element what it is in a newer page.
 * @param {string} id
 * @param {Document} page
 */
function morph(id, page) {
  const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
  if (old !== null && fresh !== null) morphElement(old, fresh);
}

/**
 * @param {Element} old
 * @param {Element} fresh
 */
export function morphElement(old, fresh) {
  void Idiomorph.morph(old, fresh, {
    morphStyle: 'outerHTML',
    ignoreActiveValue: true,
    callbacks: {
      beforeNodeMorphed: (node) => !isKept(node),
      beforeNodeRemoved: (node) => !isKept(node) && !isOlderRow(node, fresh),
      beforeAttributeUpdated: (name, element) => !isSetByReader(name, element),
    },
  });
}

/**
 * What is unfolded, and which turn is being heard: the gateway knows neither.
 * @param {string} name
 * @param {Element} element
 */
function isSetByReader(name, element) {
  return (
    (name === 'open' && element.matches('details')) ||
    (name === 'aria-current' && element.matches('.speech'))
  );
}

/** @param {Node} node */
function isKept(node) {
  return node instanceof Element && node.hasAttribute('data-keep');
}

/**
 * A row that newer ones have pushed off the first page. The list behind it goes on where the page ended when
 * it was opened, so without it there would be a gap.
 * @param {Node} node
 * @param {Element} fresh
 */
function isOlderRow(node, fresh) {
  if (!(node instanceof HTMLElement) || !node.matches('#calls > .call')) return false;
  const list = fresh.querySelector('#calls[data-more]');
  const last = list?.lastElementChild;
  if (!(last instanceof HTMLElement)) return false;
  return (node.dataset['started'] ?? '') <= (last.dataset['started'] ?? '');
}
