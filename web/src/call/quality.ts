/** What getStats says about a call, and how good that is. Pure. */

export type Bars = 0 | 1 | 2 | 3 | 4;

/** Counters of one moment; two of them make a rating. */
export interface Sample {
  atMs: number;
  packetsReceived: number;
  packetsLost: number;
  samples: number;
  concealed: number;
  bufferDelayS: number;
  emitted: number;
  roundTripS: number;
  /** Whether the pair in use goes from relay to relay; null: no pair yet. */
  relayed: boolean | null;
}

type Entry = Record<string, unknown> & { id: string; type: string };

const count = (entry: Entry | undefined, key: string): number => {
  const value = entry?.[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
};

/** A relay's own address may also come up as peer-reflexive, learnt from a check (RFC 8445 section 7.3.1.3). */
const DIRECT: ReadonlySet<unknown> = new Set(['host', 'srflx']);

/** Chromium names the pair in use on the transport, Firefox marks the pair as selected. */
function pairInUse(entries: Entry[]): Entry | undefined {
  const transport = entries.find(({ type }) => type === 'transport');
  return entries.find(({ type, id, selected }) =>
    type === 'candidate-pair' && (id === transport?.['selectedCandidatePairId'] || selected === true));
}

/** Read the counters of the one audio stream (W3C webrtc-stats). */
export function readSample(report: Iterable<unknown>, atMs: number): Sample {
  const entries = [...report] as Entry[];
  const inbound = entries.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio');
  const pair = pairInUse(entries);
  const typeOf = (key: string): unknown => entries.find(({ id }) => id === pair?.[key])?.['candidateType'];
  return {
    atMs,
    packetsReceived: count(inbound, 'packetsReceived'),
    packetsLost: count(inbound, 'packetsLost'),
    samples: count(inbound, 'totalSamplesReceived'),
    concealed: count(inbound, 'concealedSamples') - count(inbound, 'silentConcealedSamples'),
    bufferDelayS: count(inbound, 'jitterBufferDelay'),
    emitted: count(inbound, 'jitterBufferEmittedCount'),
    roundTripS: count(pair, 'currentRoundTripTime'),
    relayed: pair ? !DIRECT.has(typeOf('localCandidateId')) && !DIRECT.has(typeOf('remoteCandidateId')) : null,
  };
}

// The E-model (ITU-T G.107), as a relative score: R0 without impairments, packet loss robustness of Opus with FEC,
// and the delay from which talkers get in each other's way (Cole and Rosenbluth 2001).
const BEST = 93.2;
const LOSS_ROBUSTNESS = 20;
const DELAY_KNEE_MS = 177.3;
/** Packets of 20 ms, and what devices add on both ends. */
const FIXED_DELAY_MS = 60;
const STEPS = [80, 70, 60, 45] as const;

/** Rate the time between two samples: 4 bars are as good as a land line, 1 is hard to bear, 0: nothing arrived. */
export function rate(before: Sample, now: Sample): Bars {
  const received = now.packetsReceived - before.packetsReceived;
  if (received <= 0) return 0;
  const lost = Math.max(0, now.packetsLost - before.packetsLost);
  const samples = now.samples - before.samples;
  const concealed = samples > 0 ? Math.max(0, now.concealed - before.concealed) / samples : 0;
  const lossPercent = 100 * Math.max(lost / (lost + received), concealed);
  const emitted = now.emitted - before.emitted;
  const bufferMs = emitted > 0 ? (1000 * (now.bufferDelayS - before.bufferDelayS)) / emitted : 0;
  const delayMs = 500 * now.roundTripS + bufferMs + FIXED_DELAY_MS;
  const delayImpairment = 0.024 * delayMs + 0.11 * Math.max(0, delayMs - DELAY_KNEE_MS);
  const score = BEST - delayImpairment - (95 * lossPercent) / (lossPercent + LOSS_ROBUSTNESS);
  return (4 - STEPS.filter((step) => score < step).length) as Bars || 1;
}
