import { html } from '../page/html.ts';
import type { Page } from '../page/page.ts';

/** The page on which somebody signs in; `refused` says why they could not. */
export function signInPage(next: string, refused: string | null = null): Page {
  return {
    title: 'Sign in',
    ...(refused === null ? {} : { status: 401 }),
    scripts: ['sign-in.js'],
    body: html`<section class="narrow">
      <h1>Sign in</h1>
      <p id="insecure" class="problem" hidden>
        This address is not encrypted (https), so the browser will not keep you signed in. Open the
        console at its https address.
      </p>
      ${refused !== null && html`<p class="problem" role="alert" id="refused">${refused}</p>`}
      <form method="post" action="/console/sign-in">
        <input type="hidden" name="next" value="${next}" />
        <label for="key">Your key</label>
        <input
          id="key"
          name="key"
          type="password"
          autocomplete="current-password"
          required
          maxlength="200"
          autofocus${refused !== null && html` aria-describedby="refused" aria-invalid="true"`}
        />
        <button class="main">Sign in</button>
      </form>
      <p class="fine">
        Keys are made with <code>npm run api-key</code>. You stay signed in for twelve hours in this
        browser, or until your key is removed.
      </p>
    </section>`,
  };
}
