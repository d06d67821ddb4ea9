/** The partner's first parameters come by two ways, the server's and the channel's: both must say the same. Pure. */

import type { Parameters } from './parameters.ts';

export type Way = 'server' | 'channel';

const same = (one: Parameters, other: Parameters): boolean =>
  one.generation === other.generation && one.ufrag === other.ufrag && one.pwd === other.pwd
  && one.fingerprint === other.fingerprint && one.payload_type === other.payload_type
  && one.yields === other.yields;

export class Agreement {
  private first: Parameters | null = null;
  private readonly heard = new Set<Way>();

  /** Whether any have come. */
  get reached(): boolean {
    return this.first !== null;
  }

  /**
   * What to do with these: connect with the first; where another way says something else, one of them lies. What the
   * same way says once more counts for nothing.
   */
  take(parameters: Parameters, way: Way): 'connect' | 'broken' | null {
    if (this.heard.has(way)) return null;
    this.heard.add(way);
    if (this.first) return same(this.first, parameters) ? null : 'broken';
    this.first = parameters;
    return 'connect';
  }
}
