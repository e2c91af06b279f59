import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { allContracts } from '../../actions/index.ts'
import { compileCatalogue, readCatalogue, sourceOf } from '../../engine/language/catalogue.ts'

/** The catalogue that `runproof init` makes: what most people misspell first. */
const made = await readCatalogue(fileURLToPath(new URL('../../engine/cli/templates/runbooks', import.meta.url)))

/** A text, and what stands in its place where it comes first. */
type Slip = readonly [file: string, from: string | RegExp, to: string]

const [RUNBOOK, RULES, RECORDED] = [
  'hold-promotions.yaml',
  'rules/hold-promotions.yaml',
  'recorded/hold-promotions.yaml',
]
const SCENARIO = 'scenarios/promotions-held.yaml'

/** Every mistake of the catalogue with these slips, as `code word: help`; the word is what the error points at. */
function mistakes(...slips: readonly Slip[]): string[] {
  const files = made.files.map((source) => {
    const own = slips.filter(([file]) => source.file === `runbooks/${file}`)
    const text = own.reduce((before, [, from, to]) => {
      const after = before.replace(from, to)
      expect(after, `${String(from)} stands in ${source.file}`).not.toBe(before)
      return after
    }, source.text)
    return sourceOf(source.file, new TextEncoder().encode(text))
  })
  const { diagnostics } = compileCatalogue({ ...made, files }, allContracts)
  const textOf = (file: string) => files.find((source) => source.file === file)?.text ?? ''
  return diagnostics.map(
    ({ code, span, help = '' }) => `${code} ${textOf(span.file).slice(span.start, span.end)}: ${help}`,
  )
}

test('the catalogue as it is made has no mistake', () => {
  expect(mistakes()).toEqual([])
})

describe('a slip of the keyboard is one error, with the word that is meant', () => {
  const slips: readonly (readonly [slip: Slip, told: string])[] = [
    [[RUNBOOK, 'within: 1m', 'witin: 1m'], 'RB0101 witin: did you mean `within`?'],
    [[RUNBOOK, 'leaves:', 'leves:'], 'RB0101 leves: did you mean `leaves`?'],
    [[RUNBOOK, 'claim:', 'clam:'], 'RB0101 clam: did you mean `claim`?'],
    [[RUNBOOK, 'read: [errors', 'reed: [errors'], 'RB0101 reed: did you mean `read`?'],
    [[RUNBOOK, 'read: [freeze]', 'reed: [freeze]'], 'RB0101 reed: did you mean `read`?'],
    [[RUNBOOK, 'do: platform', 'dos: platform'], 'RB0101 dos: did you mean `do`?'],
    [[RUNBOOK, 'decide:', 'decid:'], 'RB0101 decid: did you mean `decide`?'],
    [[RUNBOOK, 'approve:', 'aprove:'], 'RB0101 aprove: did you mean `approve`?'],
    [[RUNBOOK, 'who:', 'wo:'], 'RB0101 wo: did you mean `who`?'],
    [[RUNBOOK, 'when: { state: n', 'whn: { state: n'], 'RB0101 whn: did you mean `when`?'],
    [[RUNBOOK, 'outcomes:', 'outcoms:'], 'RB0101 outcoms: did you mean `outcomes`?'],
    [[RUNBOOK, 'facts:', 'fact:'], 'RB0101 fact: did you mean `facts`?'],
    [['policy.yaml', 'values:', 'vals:'], 'RB0101 vals: did you mean `values`?'],
    [['effects.yaml', 'goals:', 'goal:'], 'RB0101 goal: did you mean `goals`?'],
    [[RULES, 'rules:', 'ruls:'], 'RB0101 ruls: did you mean `rules`?'],
    [[RULES, 'guards:', 'guard:'], 'RB0101 guard: did you mean `guards`?'],
    [[RULES, 'require:', 'requir:'], 'RB0101 requir: did you mean `require`?'],
    [[RECORDED, 'readings:', 'reading:'], 'RB0101 reading: did you mean `readings`?'],
    [[RUNBOOK, 'policy.errorStop', 'policy.errorStp'], 'RB0305 errorStp: did you mean `errorStop`?'],
    [['policy.yaml', 'holdFor:', 'holdFr:'], 'RB0219 holdFr: did you mean `holdFor`?'],
    [['policy.yaml', 'unknownFor:', 'unknwnFor:'], 'RB0102 unknwnFor: did you mean `unknownFor`?'],
    [[RULES, '[promotion.freeze]', '[promotion.freze]'], 'RB0216 promotion.freze: did you mean `promotion.freeze`?'],
    [
      ['effects.yaml', 'promotion.freeze:', 'promotion.freez:'],
      'RB0216 promotion.freez: did you mean `promotion.freeze`?',
    ],
    [['effects.yaml', 'claim.succeeded:', 'claim.suceeded:'], 'RB0224 claim.suceeded: did you mean `claim.succeeded`?'],
    [[RECORDED, 'worstRatio', 'worsRatio'], 'RB0251 worsRatio: did you mean `worstRatio`?'],
    [[RUNBOOK, 'freeze: platform', 'freese: platform'], 'RB0218 freese: did you mean `freeze`?'],
    [[RULES, 'freeze: platform', 'freese: platform'], 'RB0304 freeze: did you mean `freese`?'],
    [[RUNBOOK, 'read: [errors,', 'read: [erors,'], 'RB0209 erors: did you mean `errors`?'],
    [[RUNBOOK, 'read: [freeze]', 'read: [freese]'], 'RB0209 freese: did you mean `freeze`?'],
    [[SCENARIO, 'outcome: held', 'outcome: hld'], 'RB0234 hld: did you mean `held`?'],
    [[SCENARIO, 'app: shop', 'ap: shop'], 'RB0229 ap: did you mean `app`?'],
  ]
  test.each(slips)('%j', (slip, told) => {
    expect(mistakes(slip)).toEqual([told])
  })

  test('a fact of a rule that is used more than once is misspelt where it is declared', () => {
    const twice: Slip = [RULES, '- freeze.inFlight == 0', '- freeze.inFlight == 0\n          - freeze.active == false']
    expect(mistakes(twice, [RULES, 'freeze: platform', 'freese: platform'])).toEqual([
      'RB0218 freese: did you mean `freeze`?',
    ])
  })
})

describe('two mistakes are two errors', () => {
  const leves: Slip = [RUNBOOK, 'leaves:', 'leves:']
  const LEVES = 'RB0101 leves: did you mean `leaves`?'

  test('an outcome that a scenario misspells is told beside the mistakes of its runbook', () => {
    const HELD = 'RB0234 hld: did you mean `held`?'
    expect(mistakes(leves, [SCENARIO, 'outcome: held', 'outcome: hld']).sort()).toEqual([LEVES, HELD])
  })

  test('where the name of an outcome is itself the mistake, what names it is silent', () => {
    expect(mistakes([RUNBOOK, '  held:', '  Held:'])).toEqual(['RB0104 Held: write `held`'])
  })

  test('what stands under a misspelt key is checked too', () => {
    const within: Slip = [RUNBOOK, 'within: 1m', 'witin: soon']
    const found = mistakes(within)
    expect(found).toHaveLength(2)
    expect(found).toContain('RB0101 witin: did you mean `within`?')
    expect(found).toContainEqual(expect.stringMatching(/^RB0112 soon/))
    expect(mistakes([RUNBOOK, 'claim: [promotions-held]', 'clam: [promotions-hld]'])).toHaveLength(2)
  })

  test('a key that is near nothing leaves what is missing as a mistake of its own', () => {
    const found = mistakes([RUNBOOK, 'leaves:', 'remains:'])
    expect(found.map((told) => told.slice(0, 6)).sort()).toEqual(['RB0101', 'RB0220'])
  })

  test('a fact that nobody reads is left over although another name is unknown', () => {
    const spare: Slip = [RUNBOOK, '  errors: prom', '  spare: platform.promotionFreeze\n  errors: prom']
    const found = mistakes(spare, [RUNBOOK, 'read: [errors,', 'read: [nothing, errors,'])
    expect(found.map((told) => told.split(':')[0]).sort()).toEqual(['RB0209 nothing', 'RB0218 spare'])
  })

  test('a value that nobody uses is left over although another name is unknown', () => {
    const spare: Slip = ['policy.yaml', 'roles:', '  spare: { is: 1m, source: us }\nroles:']
    const found = mistakes(spare, [RUNBOOK, 'policy.errorStop', 'policy.nothing'])
    expect(found.map((told) => told.split(':')[0]).sort()).toEqual([
      'RB0219 errorStop',
      'RB0219 spare',
      'RB0305 nothing',
    ])
  })

  test('a sound rule that binds to nothing is told beside one that is misspelt', () => {
    const quiet = '{ id: quiet, text: t, source: us, checks: [CHECK], overridable: never, next: n }'
    const check = `{ guards: [claim.deadline-enforced], require: ["run.effects.of('promotion.freeze').size() == 1"] }`
    const found = mistakes(
      [RULES, 'rules:', `rules:\n  - ${quiet.replace('CHECK', check)}`],
      [RULES, '[promotion.freeze]', '[promotion.freze]'],
      [RUNBOOK, 'doNot: [', 'doNot: [quiet, '],
    )
    expect(found.map((told) => told.split(':')[0]).sort()).toEqual(['RB0216 promotion.freze', 'RB0223 quiet'])
  })
})

describe('what is used is seen wherever a line breaks, and what is only spoken of is not used', () => {
  const SPARE: Slip = ['policy.yaml', 'roles:', '  spare: { is: 1m, source: us }\nroles:']
  const LEFT_OVER = 'RB0219 spare: drop it'

  test('a predicate may be folded before and after a dot', () => {
    const folded = '- >-\n              freeze\n              .inFlight\n              == 0'
    expect(mistakes([RULES, '- freeze.inFlight == 0', folded])).toEqual([])
    expect(
      mistakes([
        RULES,
        '- freeze.inFlight == 0',
        folded.replace('freeze\n', 'freeze.\n').replace('.inFlight', 'inFlight'),
      ]),
    ).toEqual([])
    for (const path of ['policy\n          .errorStop', 'policy.\n          errorStop', 'policy . errorStop'])
      expect(mistakes([RUNBOOK, 'policy.errorStop', path])).toEqual([])
  })

  test.each(['policy.spare', 'policy.spar'])(
    'a title that speaks of `%s` uses nothing, and misspells nothing',
    (word) => {
      expect(mistakes(SPARE, [RUNBOOK, /^title: /m, `title: By ${word} and `])).toEqual([LEFT_OVER])
      expect(mistakes(SPARE, [RULES, /text: /, `text: By ${word} and `])).toEqual([LEFT_OVER])
    },
  )

  test('a near miss hides a value only where an error says so', () => {
    const note: Slip = [RUNBOOK, '  app: app', '  app: app\n  note: { type: text, default: policy.spar }']
    expect(mistakes(SPARE, note)).toEqual([LEFT_OVER])
  })
})
