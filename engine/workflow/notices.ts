import { CancellationScope } from '@temporalio/workflow'
import type { Outcome, RunInput, TellRequest } from '../../schemas/run.ts'
import type { Ledger } from '../core/ledger.ts'
import type { Ports, Question } from '../core/ports.ts'
import { tell } from './activities.ts'

/** Tells who must know (G40): people who are asked, roles that an outcome names, and the owner of a run that nobody started. */
export class Notices {
  readonly #input: RunInput
  readonly #ledger: Ledger
  readonly #underWay: Promise<void>[] = []
  #told = 0

  /** `told`: so many notices were sent by earlier executions of the run. */
  constructor(input: RunInput, ledger: Ledger, told: number) {
    this.#input = input
    this.#ledger = ledger
    this.#told = told
  }

  get told(): number {
    return this.#told
  }

  /** Ports that tell people when they are asked; the question is open meanwhile. */
  whenAsked<P extends Ports>(ports: P): P {
    return {
      ...ports,
      ask: async (question: Question) => {
        const poll = await ports.ask(question)
        this.#underWay.push(
          this.#tell('waiting', question.who, `${question.step} waits for an answer: ${question.text}`),
        )
        return poll
      },
    }
  }

  /** Once everybody who was asked has been told so. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay)
  }

  async ended(outcome: Outcome): Promise<void> {
    const roles = new Set(outcome.tell)
    if (this.#nobodyWatches() && !outcome.as.startsWith('succeeded')) roles.add(this.#input.plan.runbook.owner)
    await this.settled()
    if (roles.size > 0) await this.#tell('ended', [...roles], `${outcome.name} (${outcome.as}): ${outcome.message}`)
  }

  #nobodyWatches(): boolean {
    return this.#input.admission.admission.trigger.kind !== 'person'
  }

  async #tell(event: TellRequest['event'], roles: readonly string[], message: string): Promise<void> {
    const activity = `tell.${(this.#told += 1)}`
    const { admission } = this.#input
    const told = await CancellationScope.nonCancellable(async () =>
      tell({ admission, roles, event, message, activity }).catch((error: unknown) => ({
        delivered: false,
        detail: messageOf(error),
      })),
    )
    this.#ledger.enter({ kind: 'told', roles, ...told })
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
