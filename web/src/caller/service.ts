/** What this service offers, where services differ. */

const PATH = '/v1/service';

/** Whether it has bots. Where that cannot be found out one is offered: the server knows what came of it. */
export async function hasBots(path: string = PATH): Promise<boolean> {
  try {
    const response = await fetch(path, { cache: 'no-store' });
    const { bots } = await response.json() as { bots?: unknown };
    return bots !== false;
  } catch {
    return true;
  }
}
