/** Nobody is told of what takes less, milliseconds. */
const PATIENCE_MS = 2_000;

export type Say = (progress: string) => void;

/** Runs a piece of work; where it takes a while, standard error tells what it is and how far, a line every two seconds. */
export async function step<T>(title: string, work: (say: Say) => Promise<T>): Promise<T> {
  let progress = "";
  const timer = setInterval(() => {
    console.error(progress === "" ? `${title} ...` : `${title}: ${progress}`);
  }, PATIENCE_MS);
  try {
    return await work((text) => {
      progress = text;
    });
  } finally {
    clearInterval(timer);
  }
}
