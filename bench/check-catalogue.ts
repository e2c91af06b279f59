import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** So many groups of five steps make one runbook. */
const GROUPS = 6

/** Adds distinct runbooks of 30 steps each to this repository's own catalogue; answers with the folder. */
export async function writeCheckCatalogue(into: string, runbooks: number): Promise<string> {
  const folder = join(into, 'runbooks')
  await cp(join(ROOT, 'runbooks'), folder, { recursive: true })
  for (let at = 0; at < runbooks; at += 1) await writeFile(join(folder, `generated-${at}.yaml`), textOf(at))
  return folder
}

/** No two runbooks share a predicate or a text, so that nothing that is remembered helps. */
function textOf(at: number): string {
  return stringify({
    runbook: `generated-${at}`,
    title: `Generated runbook ${at}`,
    source: 'bench/README.md',
    owner: 'platform-on-call',
    goal: 'service',
    inputs: { environment: 'environment', app: 'app', [`reason${at}`]: 'text' },
    coalesce: ['environment', 'app'],
    doNot: [],
    facts: {
      [`owner${at}`]: 'platform.routeOwner',
      [`edges${at}`]: 'platform.edgeRoutes',
      [`wanted${at}`]: 'platform.previousOwner',
      freeze: 'platform.promotionFreeze',
    },
    steps: Array.from({ length: GROUPS }, (_, group) => stepsOf(at, group)).flat(),
    outcomes: { finished: { as: 'deferred', say: `every step of {{inputs.app}} was done (${at})` } },
  })
}

function stepsOf(at: number, group: number): object[] {
  const [owner, edges] = [`owner${at}`, `edges${at}`]
  return [
    { id: `look${group}`, read: [owner, edges, `wanted${at}`, 'freeze'] },
    {
      id: `fit${group}`,
      decide: {
        [`follows-${at}`]: `${edges}.items.all(e${at}, e${at}.epoch == ${owner}.epoch) && ${owner}.digest != wanted${at}.digest`,
        [`behind-${at}`]: `${edges}.items.exists(e${at}, e${at}.epoch < ${owner}.epoch) && freeze.active`,
      },
      otherwise: 'neither',
      continueOn: [`follows-${at}`],
    },
    {
      id: `agree${group}`,
      approve: `Send {{inputs.app}} back for the ${group + 1}. time ({{inputs.reason${at}}})?`,
      who: 'release-owner',
      show: [owner],
      within: '1h',
    },
    {
      id: `send${group}`,
      do: 'platform.rollbackRouteOwner',
      with: { to: `{{wanted${at}.digest}}`, expectedEpoch: `{{${owner}.epoch}}` },
      leaves: `version ${at} serves`,
    },
    {
      id: `arrived${group}`,
      read: [edges],
      expect: `${edges}.items.all(e${at}, e${at}.epoch >= send${group}.epoch)`,
      within: 'policy.edgeConvergence',
    },
  ]
}
