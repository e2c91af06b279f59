import type { Exit } from './exit.ts'
import { EXIT } from './exit.ts'

/** What an error of the command line means: the table behind every `RPxxxx`. */
export interface CodeEntry {
  readonly title: string
  readonly cause: string
  readonly cure: string
  readonly exit: Exit
}

const usage = entryWith(EXIT.usageWrong)
const away = entryWith(EXIT.runFailed)

export const CODES = {
  RP0001: usage(
    'the Node that runs Runproof is not installed',
    'the checkout has no node_modules',
    'run `npm ci` in it',
  ),
  RP0002: usage('the command line is wrong', 'a command, option or argument is unknown or missing', 'runproof --help'),
  RP0003: usage(
    'the inputs of a run are wrong',
    'one is missing, unknown or of another type',
    'runproof run <runbook> --help',
  ),
  RP0004: usage(
    'there is no such runbook',
    'the catalogue has no runbook of this id',
    'name one of those that the hint lists',
  ),
  RP0005: usage(
    'a path is not part of the catalogue',
    'a file is checked within the catalogue that it belongs to',
    'name a file below the catalogue, or a folder that is one',
  ),
  RP0006: usage(
    'a file that the command line names cannot be used',
    'it is not there, is no JSON, or not of the shape that is needed',
    'do as the hint says',
  ),
  RP0007: usage(
    'files cannot be made there',
    'one is there already, and none is overwritten; or this user cannot make any there',
    'name another folder',
  ),
  RP0101: usage(
    'runproof.yaml cannot be used',
    'it does not parse, or has a key that does not exist',
    'compare it with the one in README.md',
  ),
  RP0102: usage(
    'a secret is missing',
    'the variable, file or command that runproof.yaml names gives none',
    'set it before `runproof up`',
  ),
  RP0103: usage(
    'nothing runs here',
    'no `runproof up` is running in this folder',
    'start it, or name its folder with --folder',
  ),
  RP0104: usage(
    'a connection is missing',
    'an action needs a connection that runproof.yaml does not name',
    'name it under `connections`',
  ),
  RP0105: entryWith(EXIT.runbookWrong)(
    'the catalogue has mistakes',
    'a file of the catalogue does not compile',
    'runproof check',
  ),
  RP0106: usage(
    'the catalogue cannot be read',
    'the folder that holds runbooks, rules and policy is missing or closed to this user',
    'name it as `catalogue` in runproof.yaml',
  ),
  RP0107: away(
    'a process does not start',
    'it ended before it was ready; its log stands above',
    'mend what the log says, and start `runproof up` again',
  ),
  RP0108: usage(
    'Runproof runs here already',
    'another `runproof up` holds the lock of this folder',
    'use it, or stop it first',
  ),
  RP0109: usage(
    'the system refuses a file or a folder',
    'it cannot be read, made or written: the disk is full, this user may not, or its name is too long',
    'do as the hint says',
  ),
  RP0201: away(
    'Temporal cannot be reached',
    'the server is not running, or does not answer',
    'start it with `runproof up`, or mend TEMPORAL_ADDRESS',
  ),
  RP0202: away(
    'a server cannot be had',
    'no way to find or get it works on this machine',
    'take one of the ways that the error names',
  ),
  RP0203: away(
    'an earlier Temporal server still runs',
    'it holds the database of this folder',
    'wait until it has ended, or end it',
  ),
  RP0204: away(
    'the namespace of Temporal cannot be used',
    'it is not there, or it lacks the search attributes by which runs are found',
    '`runproof up` or `runproof worker` makes what is missing; or mend TEMPORAL_NAMESPACE',
  ),
  RP0301: usage('there is no such run', 'neither Temporal nor the evidence store knows this id', 'runproof runs'),
  RP0302: usage('no answer is awaited', 'the run has no open question, or not for this role', 'runproof show <run>'),
  RP0303: usage(
    'there is no such stop',
    'no emergency stop of this id is in force',
    'name one of those that the hint lists',
  ),
  RP0304: away(
    'a run ended without saying how',
    'its workflow was terminated, timed out or failed',
    'its evidence is sealed within a minute: runproof evidence list',
  ),
  RP0305: away(
    'a run is closing',
    'the live run of the same key took no further start, and did not end',
    'look at it with `runproof runs`',
  ),
  RP0306: usage('the run has ended already', 'only a run that goes on can be cancelled', 'runproof show <run>'),
  RP0307: usage(
    'there is no such effect',
    'a stop of an effect that the catalogue does not have would stop nothing',
    'name one of runbooks/effects.yaml',
  ),
  RP0309: usage(
    'a run cannot be paused, or cannot go on',
    'it is paused already, is not paused, or is closing',
    'runproof show <run>',
  ),
  RP0310: usage(
    'a rule cannot be overridden',
    'it is absolute, its condition for an override does not hold, or it is none of the run’s',
    'do what the denial says next: runproof why <run>',
  ),
  RP0311: usage(
    'a vote cannot be signed',
    'there is no key, allowed_signers does not list it, or ssh-keygen did not sign',
    'list who may sign: runproof keys init --signer <name>=<public key file>',
  ),
  RP0312: usage(
    'a signer cannot be listed',
    'the file holds no public key that is accepted, or the key is listed for somebody else',
    'name a public key: runproof keys init --signer grace=~/.ssh/id_ed25519.pub',
  ),
  RP0313: away(
    'a start could not be recorded',
    'the live run of the same key goes on, but no worker could record who else asked for it',
    'see whether a worker runs and can write: `runproof doctor`',
  ),
  RP0314: usage(
    'a run belongs to another installation',
    'the live run of the same key was not admitted with the admission key of this folder',
    'start it where that run was started, or wait until it has ended: runproof runs',
  ),
  RP0315: usage(
    'an emergency stop cannot be read',
    'a file in the folder of stops is not as `runproof stop` writes it; until that is mended, every effect is denied',
    'stop again, then take the file away',
  ),
  RP0401: away(
    'a Plan is not kept any more',
    'an alert was admitted for a Plan that has since been removed',
    'start the runbook by hand: runproof run <runbook>',
  ),
  RP0402: usage(
    'others can read the webhook token',
    'its file is open to other users',
    'close it with chmod 600, and replace the token',
  ),
  RP0403: usage(
    'there is no webhook token',
    'its file is empty, or the token too short',
    'remove the file: the next start makes a new one',
  ),
  RP0404: away(
    'the HTTP server cannot listen',
    'its port is taken, or not for this user',
    'name another `server.port` in runproof.yaml',
  ),
  RP0501: entryWith(EXIT.evidenceWrong)(
    'evidence or its keys cannot be used',
    'a file is absent, unreadable or not as it must be',
    'do as the hint says',
  ),
  RP0901: entryWith(EXIT.bug)(
    'a bug in Runproof',
    'something happened that nobody has thought of',
    'run the command again with --debug, and report what it prints',
  ),
} as const satisfies Readonly<Record<string, CodeEntry>>

/** The entry of a code, if it is one of ours. */
export function entryOf(code: string): CodeEntry | undefined {
  return (CODES as Readonly<Record<string, CodeEntry>>)[code]
}

function entryWith(exit: Exit): (title: string, cause: string, cure: string) => CodeEntry {
  return (title, cause, cure) => ({ title, cause, cure, exit })
}
