import type { Explained } from '../alerts/explain.ts'
import { paint, plain } from '../terminal.ts'
import { durationText } from './literal-text.ts'

/** What would become of one alert, in a few lines. */
export function explainedText(explained: Explained): string[] {
  const { alertname, fingerprint, startsAt, status } = explained
  return [
    `${paint('bold', plain(alertname))}  ${status === 'resolved' ? 'resolved, has fired' : 'firing'} since ${plain(startsAt)} (${plain(fingerprint)})`,
    ...becomes(explained).map((line) => `  ${line}`),
  ]
}

function becomes(explained: Explained): string[] {
  const { result, runbook = '', runId, detail = '' } = explained
  switch (result) {
    case 'no-runbook':
      return ['starts nothing: no trigger of any runbook names it']
    case 'refused':
      return [`${paint('red', 'refused')}${runbook === '' ? '' : ` for ${runbook}`}: ${plain(detail)}`]
    case 'too-old':
      return [`starts nothing: ${plain(detail)}`]
    case 'resolved':
      return [runId === undefined ? 'starts nothing: it has ended' : `starts nothing: it tells ${runId} to look again`]
    case 'already-handled':
      return [`starts nothing: it was handled before, by ${runId ?? ''}`]
    case 'would-start':
      return startText(explained)
  }
}

function startText({ runbook = '', mode = 'act', workflowId = '', inputs = {}, coolDownMs }: Explained): string[] {
  const given = Object.entries(inputs).map(([name, value]) => `${name}=${plain(JSON.stringify(value))}`)
  const cooling = coolDownMs === undefined ? [] : [`not within ${durationText(coolDownMs)} of the end of the last run`]
  return [
    `${paint('green', 'starts')} ${runbook}, mode ${mode}, or is merged into the live run of ${plain(workflowId)}`,
    `inputs ${given.join(' ')}`,
    ...cooling,
  ]
}
