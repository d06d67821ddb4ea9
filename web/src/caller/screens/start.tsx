/** Before a call: choices, a microphone check, and the one big button. */

import { useComputed } from '@preact/signals';
import { INTERESTS, LANGUAGES, MOST_INTERESTS, MOST_LANGUAGES, toggled } from '../choices.ts';
import { languageName } from '../format.ts';
import { Mark } from '../parts/brand.tsx';
import { Choice } from '../parts/choice.tsx';
import { Connection } from '../parts/connection.tsx';
import { Button, Frame, Select } from '../parts/frame.tsx';
import { Icon } from '../parts/icon.tsx';
import { Level } from '../parts/level.tsx';
import { language, privacyPath, t } from '../text/index.ts';
import type { AppProps } from '../view.tsx';

function Languages({ prefs }: Pick<AppProps, 'prefs'>) {
  const { languages } = prefs.value;
  const toggle = (tag: string) => {
    prefs.value = { ...prefs.value, languages: toggled(languages, tag, MOST_LANGUAGES) };
  };
  const others = LANGUAGES.filter((tag) => !languages.includes(tag)).map((tag) => [tag, languageName(tag)] as const)
    .sort(([, a], [, b]) => a.localeCompare(b));
  return (
    <fieldset>
      <legend>{t.start.languages}</legend>
      <p class="soft" id="languages-hint">{t.start.languagesHint}</p>
      <ul class="chips">
        {languages.map((tag) => (
          <li key={tag} class="chip chosen" lang={tag}>
            {languageName(tag)}
            {languages.length > 1 && (
              <button
                type="button" class="remove" aria-label={t.start.removeLanguage(languageName(tag))}
                onClick={() => toggle(tag)}
              >
                <Icon name="close" />
              </button>
            )}
          </li>
        ))}
      </ul>
      {languages.length < MOST_LANGUAGES && (
        <Select
          aria-label={t.start.addLanguage} aria-describedby="languages-hint" value=""
          onChange={({ currentTarget }) => {
            if (currentTarget.value) toggle(currentTarget.value);
            currentTarget.value = '';
          }}
        >
          <option value="">{t.start.addLanguage}</option>
          {others.map(([tag, name]) => <option key={tag} value={tag} lang={tag}>{name}</option>)}
        </Select>
      )}
    </fieldset>
  );
}

function Interests({ prefs }: Pick<AppProps, 'prefs'>) {
  const { interests } = prefs.value;
  const toggle = (interest: string) => {
    prefs.value = { ...prefs.value, interests: toggled(interests, interest, MOST_INTERESTS) };
  };
  return (
    <fieldset>
      <legend>{t.start.interests}</legend>
      <p class="soft">{t.start.interestsHint}</p>
      <ul class="chips">
        {INTERESTS.map((interest) => {
          const chosen = interests.includes(interest);
          return (
            <li key={interest}>
              <label class="chip choice">
                <input
                  type="checkbox" checked={chosen} disabled={!chosen && interests.length >= MOST_INTERESTS}
                  onChange={() => toggle(interest)}
                />
                <Icon name="check" />
                {t.interests[interest]}
              </label>
            </li>
          );
        })}
      </ul>
    </fieldset>
  );
}

function Microphone({ meters, devices, deviceId, check, onCheck, onDevice }: AppProps) {
  const level = useComputed(() => meters.value.microphone);
  const named = devices.value.filter((device) => device.deviceId !== '');
  return (
    <fieldset>
      <legend>{t.start.microphone}</legend>
      <p class="soft">{{ off: t.start.checkHint, asking: t.start.checkAsking, on: t.start.checkOn }[check.value]}</p>
      <div class="check">
        <Button
          label={check.value === 'off' ? t.start.check : t.start.stopCheck} onClick={onCheck}
          icon={check.value === 'off' ? 'microphone' : 'close'}
        />
        {check.value === 'on' && <Level label={t.yourLevel} level={level} small />}
      </div>
      {check.value === 'on' && named.length > 0 && (
        <label class="field">
          <span>{t.start.device}</span>
          <Select value={deviceId.value ?? ''} onChange={({ currentTarget }) => onDevice(currentTarget.value)}>
            {named.map((device, index) => (
              <option key={device.deviceId} value={device.deviceId}>
                {device.label || t.start.unnamed(index + 1)}
              </option>
            ))}
          </Select>
        </label>
      )}
    </fieldset>
  );
}

export function Start(props: AppProps) {
  const { prefs, sounds } = props;
  return (
    <Frame
      title={t.start.title}
      scene={<div class="emblem"><Mark /></div>}
      actions={<>
        <Button
          label={t.connect} kind="primary" disabled={prefs.value.languages.length === 0}
          onClick={() => props.dispatch({ type: 'connect' })}
        />
        <a class="soft promise" href={privacyPath(language())}><Icon name="shield" />{t.promise}</a>
      </>}
    >
      <Connection />
      <Languages {...props} />
      <Interests {...props} />
      {props.bots.value && (
        <Choice
          legend={t.bots.legend} hint={t.bots.hint} label={t.bots.choice} checked={prefs.value.bots}
          onChange={(bots) => { prefs.value = { ...prefs.value, bots }; }}
        />
      )}
      <Microphone {...props} />
      <Choice
        legend={t.start.sounds} hint={t.start.soundsHint} label={t.start.soundsOn} checked={sounds.value}
        onChange={(wanted) => { sounds.value = wanted; }}
      />
    </Frame>
  );
}
