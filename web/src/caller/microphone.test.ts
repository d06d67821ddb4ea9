import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Fault } from './fault.ts';
import { Microphone, microphoneCode, Voided } from './microphone.ts';

test('microphone: each refusal of the browser has its own code', () => {
  const named = (name: string) => microphoneCode(Object.assign(new Error(), { name }));
  assert.deepEqual(['NotAllowedError', 'NotFoundError', 'NotReadableError', 'TypeError', 'toString'].map(named),
    ['microphone_refused', 'microphone_absent', 'microphone_busy', 'unsupported', 'unsupported']);
});

/** What the browser has been asked for, to be granted or refused in any order; a microphone cannot be had here. */
function asked(): { grant(): MediaStreamTrack; refuse(name: string): void }[] {
  const requests: ReturnType<typeof asked> = [];
  const getUserMedia = () => new Promise((resolve, reject) => {
    requests.push({
      grant() {
        const track = { readyState: 'live', stop: () => { track.readyState = 'ended'; } };
        resolve({ getAudioTracks: () => [track] });
        return track as MediaStreamTrack;
      },
      refuse: (name) => reject(new DOMException('', name)),
    });
  });
  Object.defineProperty(navigator, 'mediaDevices', { value: { getUserMedia }, configurable: true });
  return requests;
}

test('whoever asks for another microphone gets that one, and the first request is void whatever becomes of it', async () => {
  for (const settle of ['grant', 'refuse'] as const) {
    const requests = asked();
    const microphone = new Microphone();
    const one = assert.rejects(microphone.open('one'), Voided);
    const other = microphone.open('other');

    const late = settle === 'grant' ? requests[0]!.grant() : null;
    if (!late) requests[0]!.refuse('NotFoundError');
    await one;
    assert.equal(microphone.settled, null);
    assert.notEqual(late?.readyState, 'live');
    assert.equal(requests.length, 2, 'nothing else was asked for');

    const track = requests[1]!.grant();
    assert.equal(await other, track);
    assert.equal(microphone.settled, track);
    assert.equal(track.readyState, 'live');
  }
});

test('a request that was closed is void, and one that is refused says why', async () => {
  const requests = asked();
  const microphone = new Microphone();
  const closed = assert.rejects(microphone.open(null), Voided);
  microphone.close();
  requests[0]!.refuse('NotAllowedError');
  await closed;

  const refused = assert.rejects(microphone.open(null), (error) =>
    error instanceof Fault && error.code === 'microphone_refused');
  requests[1]!.refuse('NotAllowedError');
  await refused;
});

test('while another microphone is being opened the one that is held is not settled', async () => {
  const requests = asked();
  const microphone = new Microphone();
  const opening = microphone.open(null);
  const track = requests[0]!.grant();
  await opening;
  void microphone.open('other').catch(() => undefined);

  assert.equal(microphone.track, track);
  assert.equal(microphone.settled, null);
});
