/** Asks one question at a time and never an outdated one: what is asked while an answer is under way waits, and only the newest of it is asked. */

export interface Latest<Question> {
  ask(question: Question): void
}

/** `onAnswer` hears whether a newer question is waiting. Answers come in the order of their questions. */
export function createLatest<Question, Answer>(
  answer: (question: Question) => Promise<Answer>,
  onAnswer: (answer: Answer, question: Question, outdated: boolean) => void,
): Latest<Question> {
  let waiting: { readonly question: Question } | null = null
  let busy = false

  async function work(): Promise<void> {
    busy = true
    while (waiting) {
      const { question } = waiting
      waiting = null
      const found = await answer(question)
      onAnswer(found, question, (waiting as unknown) !== null)
    }
    busy = false
  }

  return {
    ask(question) {
      waiting = { question }
      if (!busy) void work()
    },
  }
}
