import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chosen, remember } from './choice.ts';

const keep = (storage: object) =>
  Object.defineProperty(globalThis, 'localStorage', { value: storage, configurable: true });

test('a choice is remembered, and one that the page does not speak is none', () => {
  const kept = new Map<string, string>();
  keep({ getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
  assert.equal(chosen(), null);
  remember('fr');
  assert.equal(chosen(), 'fr');
  assert.deepEqual([...kept], [['sotto-language', 'fr']]);
  kept.set('sotto-language', 'tlh');
  assert.equal(chosen(), null);
});

test('a browser that forbids to keep anything is asked in vain, quietly', () => {
  const refuse = () => { throw new DOMException('', 'SecurityError'); };
  keep({ getItem: refuse, setItem: refuse });
  remember('fr');
  assert.equal(chosen(), null);
});
