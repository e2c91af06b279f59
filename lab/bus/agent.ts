import type { Bus } from './bus.ts'

/** How long the control plane waits for an agent before it says that the list is not complete. */
const PATIENCE_MS = 500

/** Lets an agent answer round trips, unless it is silenced. */
export function answerAs(
  bus: Bus,
  name: string,
  { answer, silenced }: { readonly answer: (question: unknown) => unknown; readonly silenced: () => boolean },
): void {
  bus.connection.subscribe(bus.agent(name), {
    callback: (_error, message) => {
      if (silenced()) return
      void Promise.resolve(answer(message.json())).then((reply) => message.respond(JSON.stringify(reply)))
    },
  })
}

/** Asks one agent; undefined where it did not answer in time. */
export async function askAgent<A>(bus: Bus, name: string, question: unknown): Promise<A | undefined> {
  try {
    const reply = await bus.connection.request(bus.agent(name), JSON.stringify(question), { timeout: PATIENCE_MS })
    return reply.json<A>()
  } catch {
    return undefined
  }
}

/** Asks all agents at once; `complete` where every one of them answered. */
export async function askAll<A>(
  bus: Bus,
  names: readonly string[],
  question: unknown,
): Promise<{ complete: boolean; answers: A[] }> {
  const all = await Promise.all(names.map((name) => askAgent<A>(bus, name, question)))
  const answers = all.filter((answer) => answer !== undefined)
  return { complete: answers.length === names.length, answers }
}
