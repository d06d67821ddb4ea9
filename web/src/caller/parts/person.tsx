/** In a call with a bot: a person who could be had instead. */

import { useRef } from 'preact/hooks';
import { t } from '../text/index.ts';
import type { Event, Person } from '../types.ts';
import { Banner, Button } from './frame.tsx';
import { useSettle } from './settle.ts';

export function PersonOffer({ person, dispatch }: { person: Person; dispatch(event: Event): void }) {
  const place = useRef<HTMLDivElement>(null);
  useSettle(place, person);
  return (
    <div ref={place}>
      {person === 'here' && (
        <div class="question" role="group" aria-labelledby="person-title" aria-describedby="person-line">
          <h2 id="person-title">{t.bots.person}</h2>
          <p id="person-line">{t.bots.personLine}</p>
          <Button label={t.bots.change} kind="primary" onClick={() => dispatch({ type: 'change' })} />
          <Button label={t.bots.stay} onClick={() => dispatch({ type: 'stay' })} />
        </div>
      )}
      {person === 'asked' && <Banner>{t.bots.changing}</Banner>}
      {person === 'missed' && <Banner>{t.bots.missed}</Banner>}
    </div>
  );
}
