/** Lets something happen after so many milliseconds, unless what it answers is called before. */
export type After = (act: () => void, ms: number) => () => void;

export const byTheClock: After = (act, ms) => {
  const timer = setTimeout(act, ms);
  return () => {
    clearTimeout(timer);
  };
};

/**
 * What has come when it is enough and the time of grace is over, or when everything has. None of the promises may reject.
 */
export function collect<T>(
  asked: readonly Promise<T>[],
  enough: (some: readonly T[]) => boolean,
  graceMs: number,
  after: After = byTheClock,
): Promise<T[]> {
  return new Promise((resolve) => {
    const some: T[] = [];
    let cancel: (() => void) | undefined;
    const finish = (): void => {
      cancel?.();
      resolve([...some]);
    };
    if (asked.length === 0) finish();
    for (const each of asked) {
      void each.then((answer) => {
        some.push(answer);
        if (some.length === asked.length || (enough(some) && graceMs === 0)) finish();
        else if (cancel === undefined && enough(some)) cancel = after(finish, graceMs);
      });
    }
  });
}
