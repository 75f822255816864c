import type { CallReply } from '../../api/schemas.ts';
import { said } from '../page/format.ts';
import { html, type Content, type Html } from '../page/html.ts';
import { MATCH_WORDS } from '../page/words.ts';

/** How the company was found, or why not and what to correct. */
export function companySection(call: CallReply): Content {
  const { companyMatch } = call;
  if (companyMatch === null) return null;
  return html`<section aria-labelledby="company">
    <h2 id="company">Company</h2>
    ${matched(call)} ${candidates(call)} ${advice(call)}
  </section>`;
}

function matched({ company, companyMatch }: CallReply): Content {
  if (company === null) return companyMatch !== null && html`<p>${MATCH_WORDS[companyMatch]}</p>`;
  const list = `/console?${new URLSearchParams({ company: company.connectwiseId }).toString()}`;
  return html`<p>
    <strong>${said(company.name)}</strong> was found by the number.
    <a href="${list}">All calls of this company</a>
  </p>`;
}

function candidates({ companyCandidates }: CallReply): Content {
  if (companyCandidates.length === 0) return null;
  return html`<ul>
    ${companyCandidates.map(({ name, connectwiseId }) => html`<li>${said(name)} <span class="fine">ConnectWise ${connectwiseId}</span></li>`)}
  </ul>`;
}

function advice({ companyMatch, externalPhoneNumber }: CallReply): Html | null {
  if (companyMatch === 'AMBIGUOUS') {
    return html`<p class="remedy">
      In ConnectWise, leave the number with one of them, then reprocess the call from the company.
    </p>`;
  }
  return companyMatch === 'UNKNOWN' && externalPhoneNumber !== null
    ? html`<p class="remedy">
        In ConnectWise, add the number <span dir="ltr">${externalPhoneNumber}</span> to a contact, a
        site or the company, then reprocess the call from the company.
      </p>`
    : null;
}
