/**
 * What has come when it is enough and the time of grace is over, or when everything has. None of the promises may reject.
 */
export function collect<T>(
  asked: readonly Promise<T>[],
  enough: (some: readonly T[]) => boolean,
  graceMs: number,
): Promise<T[]> {
  return new Promise((resolve) => {
    const some: T[] = [];
    let grace: NodeJS.Timeout | undefined;
    const finish = (): void => {
      clearTimeout(grace);
      resolve([...some]);
    };
    if (asked.length === 0) finish();
    for (const each of asked) {
      void each.then((answer) => {
        some.push(answer);
        if (some.length === asked.length || (enough(some) && graceMs === 0)) finish();
        else if (grace === undefined && enough(some)) grace = setTimeout(finish, graceMs);
      });
    }
  });
}
