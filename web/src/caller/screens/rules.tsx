/** The first screen: what Sotto is, how people behave here, what is known about them. */

import { Connection } from '../parts/connection.tsx';
import { Button, Frame } from '../parts/frame.tsx';
import { Icon, type IconName } from '../parts/icon.tsx';
import { Mark } from '../parts/brand.tsx';
import { language, privacyPath, t, type Point } from '../text/index.ts';
import type { Event } from '../types.ts';

function Points({ title, points }: { title: string; points: readonly (readonly [IconName, Point])[] }) {
  return (
    <section>
      <h2>{title}</h2>
      <ul class="points">
        {points.map(([icon, [bold, rest]]) => (
          <li key={icon}>
            <Icon name={icon} />
            <span><strong>{bold}</strong> {rest}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Rules({ dispatch }: { dispatch(event: Event): void }) {
  const { how, known } = t.rules;
  return (
    <Frame
      title={t.rules.title}
      scene={<div class="emblem"><Mark /></div>}
      actions={<Button label={t.accept} kind="primary" onClick={() => dispatch({ type: 'accept' })} />}
    >
      <Connection />
      <p class="lead">{t.rules.line}</p>
      <Points
        title={t.rules.howTitle}
        points={[['adult', how.adult], ['kind', how.kind], ['mask', how.mask], ['door', how.door]]}
      />
      <Points
        title={t.rules.knownTitle}
        points={[['relay', known.relay], ['silence', known.silence], ['shield', known.shield]]}
      />
      <p class="soft">{t.rules.bot}</p>
      <a class="further" href={privacyPath(language())}>{t.privacy}</a>
    </Frame>
  );
}
