/** The lines of the brand, for whoever draws it: the caller's page and the pages without a script. */

/** Five bars, falling. */
export const MARK = { box: '0 0 36 32', path: 'M3 12v8M10.5 3v26M18 8v16M25.5 12v8M33 15v2' };

export const WORDMARK = {
  box: '0 0 106 40',
  path: 'M17 18.5C16 15.5 13.5 14 10.5 14 7 14 4.5 15.8 4.5 18.7c0 6.3 13.5 2.8 13.5 9.5 0 3.2-3 5.3-7'
    + ' 5.3-3.7 0-6.5-1.6-7.5-4.9'
    + 'M36 14a9.75 9.75 0 1 0 .01 0ZM56.5 6v21.5c0 4 2 6 5.5 5.6M51.5 14.5h10.5M73.5 6v21.5c0 4 2 6 5.5 5.6'
    + 'M68.5 14.5h10.5'
    + 'M93 14a9.75 9.75 0 1 0 .01 0Z',
};
