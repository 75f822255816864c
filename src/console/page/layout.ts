import { createHash } from 'node:crypto';

import type { FailuresReply } from '../../api/listing/replies.ts';
import { age } from './format.ts';
import { html, Html, type Content } from './html.ts';
import type { Page, Visit } from './page.ts';

/** Where pages find what they load. */
export type Loaded = { readonly folder: string; readonly importMap: string };

const PLACES = [
  { href: '/console', name: 'Calls' },
  { href: '/console/failures', name: 'Failures' },
  { href: '/console/overview', name: 'Overview' },
  { href: '/console/service', name: 'Service' },
] as const;

// Of two rules as special as each other, that of the later file wins.
const STYLES = ['base.css', 'frame.css', 'list.css', 'call.css'];

/** How many calls are parked, for the top of every page; `null` for somebody who may not know. */
export type Parked = { readonly count: number; readonly oldest: string | null };

export function toParked({ failures }: FailuresReply): Parked {
  const [oldest = null] = failures.map(({ firstSeen }) => firstSeen).toSorted();
  return { count: failures.reduce((sum, { count }) => sum + count, 0), oldest };
}

/** A whole page. */
export function layOut(
  page: Page,
  { visit, parked, loaded }: { visit: Visit; parked: Parked | null; loaded: Loaded },
): string {
  const { folder } = loaded;
  const scripts = [
    'times.js',
    ...(page.live === undefined ? [] : ['live.js']),
    ...(page.scripts ?? []),
  ];
  const document = html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${page.reloads === true && html`<meta http-equiv="refresh" content="0" />`}
<title>${page.title} · Call processing</title>
<link rel="icon" href="${folder}/icon.svg" type="image/svg+xml">
${[...STYLES, ...(page.styles ?? [])].map((name) => html`<link rel="stylesheet" href="${folder}/${name}" />`)}
<script type="importmap">${new Html(loaded.importMap)}</script>
${scripts.map((name) => html`<script type="module" src="${folder}/${name}"></script>`)}
</head>
<body${page.live === undefined ? null : html` data-live="${page.live}"`}>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
${visit.session.scopes.length > 0 && places(visit)}
${parked !== null && parkedLine(parked, visit.now)}
${visit.session.token !== null && signOut(visit)}
</header>
<p id="connection" role="status" hidden>The gateway does not answer just now. This page shows what it knew last, and goes on by itself.</p>
<main id="main" tabindex="-1">
${page.body}
</main>
</body>
</html>`;
  return `<!doctype html>\n${document.text}\n`;
}

function places({ request }: Visit): Html {
  const path = request.url.split('?', 1)[0];
  return html`<nav aria-label="Pages">
    <ul>
      ${PLACES.map(
        ({ href, name }) =>
          html`<li>
            <a href="${href}" ${path === href && html` aria-current="page"`}>${name}</a>
          </li>`,
      )}
    </ul>
  </nav>`;
}

function parkedLine({ count, oldest }: Parked, now: number): Html {
  return html`<p id="parked" class="${count === 0 ? 'parked quiet' : 'parked bad'}">
    ${
      count === 0 || oldest === null
        ? 'No call has failed.'
        : html`<a href="/console?status=FAILED"><strong>${count}</strong> failed</a>, the oldest
            ${age(oldest, now)} ago`
    }
  </p>`;
}

function signOut({ session }: Visit): Html {
  return html`<form method="post" action="/console/sign-out" class="who">
    ${tokenField(session.token)} <span>${session.name}</span> <button>Sign out</button>
  </form>`;
}

/** What a form sends to prove that it was served to this session. */
export function tokenField(token: string | null): Content {
  return token !== null && html`<input type="hidden" name="token" value="${token}" />`;
}

/** What a page may load: from the gateway alone, and no script or style that stands in the page. */
export function policyOf({ importMap }: Loaded, nonce: string): string {
  const map = createHash('sha256').update(importMap).digest('base64');
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${map}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self'",
    "media-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
