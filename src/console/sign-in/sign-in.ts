import { Refusal } from '../page/api.ts';
import { toNextAddress } from '../page/next-address.ts';
import { fieldsOf } from '../page/page.ts';
import type { Pages } from '../page/pages.ts';
import { signInPage } from './sign-in-page.ts';

/** `/console/sign-in` and `/console/sign-out`: a key becomes a session, and the session ends. */
export function addSignIn(pages: Pages): void {
  pages.forAll.show('/console/sign-in', async ({ request, session }) => {
    const next = toNextAddress(fieldsOf(request.query)['next']);
    return session.scopes.length > 0 ? { goTo: next } : signInPage(next);
  });

  pages.forAll.take('/console/sign-in', async ({ request, api }) => {
    const { key = '', next: asked } = fieldsOf(request.body);
    const next = toNextAddress(asked);
    try {
      // There is no session yet, and so no token.
      const body = { key: key.trim() };
      const { cookie } = await api.send('POST', '/session', { body, token: '' });
      return { goTo: next, cookie };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { code, detail, remedy } = error.problem;
      const isWrong = code === 'KEY_REFUSED' || code === 'INVALID_INPUT';
      return signInPage(next, isWrong ? 'This key is not accepted.' : `${detail} ${remedy}`);
    }
  });

  pages.forAll.take('/console/sign-out', async ({ request, api }) => {
    const { token = '' } = fieldsOf(request.body);
    const { cookie } = await api.send('DELETE', '/session', { token });
    return { goTo: '/console/sign-in', cookie };
  });
}
