/** Says of a bot what it is, for as long as it is there. */

import { speechLine } from '../announce.ts';
import { t } from '../text/index.ts';
import type { Call } from '../types.ts';
import { Icon } from './icon.tsx';

/** `brief`: the name alone, where there is something to decide. */
export function Disclosure({ call, brief = false }: { call: Call; brief?: boolean }) {
  return (
    <>
      <p class="badge disclosed"><Icon name="info" />{t.bots.badge}</p>
      {!brief && <p class="soft">{t.bots.means} {speechLine(call.speechBy)}</p>}
    </>
  );
}
