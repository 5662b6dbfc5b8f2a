/**
 * The answers to all questions, in their order, with so many asked at once.
 * @param ask Told by its signal that another one failed: nobody waits for it any more.
 */
export async function inParallel<Q, A>(
  questions: readonly Q[],
  jobs: number,
  ask: (question: Q, signal: AbortSignal) => Promise<A>,
  progress: (done: number) => void,
): Promise<A[]> {
  const failure = new AbortController();
  const answers: A[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    while (next < questions.length) {
      const index = next++;
      try {
        answers[index] = await ask(questions[index] as Q, failure.signal);
      } catch (error) {
        failure.abort();
        throw error;
      }
      progress(++done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, questions.length) }, work));
  return answers;
}
