/** What a failed check of a bundle means, and what to do: the table behind every `EVxxxx`. */
export interface CodeEntry {
  readonly title: string
  readonly cause: string
  readonly cure: string
}

const FETCH_AGAIN = 'get the bundle again from where it was sealed; if that one fails too, it was tampered with'
const ASK_SEALER = 'ask whoever runs the sealing: it signed what does not hold together'

export const CODES = {
  EV0101: entry('a file of the bundle is absent', 'the bundle was copied in part', FETCH_AGAIN),
  EV0102: entry(
    'the bundle holds what no bundle holds',
    'a link, a device, an empty folder or a forbidden name was put into it',
    FETCH_AGAIN,
  ),
  EV0103: entry(
    'the bundle is too large to be verified',
    'a file or the whole exceeds the limits of a bundle',
    FETCH_AGAIN,
  ),
  EV0104: entry(
    'an unsigned file is not as it was sealed',
    'someone edited a file that follows from signed ones',
    FETCH_AGAIN,
  ),
  EV0105: entry(
    'there is a file beside the bundle’s own',
    'someone added it; nothing signs it',
    'remove it, and verify again',
  ),
  EV0106: entry('a file is not in its one canonical form', 'it was rewritten, or holds duplicate keys', FETCH_AGAIN),
  EV0201: entry('the attestation is no envelope of a run', 'it was edited, or is of another payload type', FETCH_AGAIN),
  EV0202: entry('the signature does not hold', 'the Statement or the signature was edited', FETCH_AGAIN),
  EV0203: entry(
    'signature valid, signer unknown',
    'no key to trust was given',
    'give the sealing key: --trust <folder> or --key <pem>',
  ),
  EV0204: entry(
    'the signer is not trusted',
    'the bundle was signed with a key that is not in the trust folder',
    'compare the fingerprint with the one that you were given out of band',
  ),
  EV0205: entry(
    'the Statement is not about a run',
    'it has another type of statement or predicate',
    'verify it with the tool of its type',
  ),
  EV0206: entry('the Statement lacks what every run’s has', 'it was made by something else', ASK_SEALER),
  EV0207: entry(
    'the bundle is of another run',
    'it was put in this run’s place',
    'look for the bundle of the run that you asked for',
  ),
  EV0208: entry('the Statement does not follow from the files', 'the sealing summed up something else', ASK_SEALER),
  EV0209: entry('the files do not follow from each other', 'the sealing laid out something else', ASK_SEALER),
  EV0301: entry('the manifest is not the signed one', 'files were changed and the manifest written anew', FETCH_AGAIN),
  EV0302: entry('a file of the manifest is absent', 'it was removed', FETCH_AGAIN),
  EV0303: entry('a file is not as it was sealed', 'it was changed', FETCH_AGAIN),
  EV0304: entry('a file is not in the manifest', 'it was added', FETCH_AGAIN),
  EV0305: entry('the manifest cannot be read', 'it was edited', FETCH_AGAIN),
  EV0401: entry('a step is missing or out of order', 'lines of steps.jsonl were removed, added or moved', FETCH_AGAIN),
  EV0402: entry('the chain of steps is broken', 'a line of steps.jsonl was changed, removed or moved', FETCH_AGAIN),
  EV0403: entry(
    'the number of steps is not the signed one',
    'the end of steps.jsonl was cut off, or added to',
    FETCH_AGAIN,
  ),
  EV0404: entry('the last step is not the signed one', 'the end of steps.jsonl was changed', FETCH_AGAIN),
  EV0501: entry('the admission’s signature does not hold', 'the admission is not what the host admitted', ASK_SEALER),
  EV0502: entry(
    'the admission’s signer is not trusted',
    'its key is not in the trust folder',
    'add it as admission/<fingerprint>.pem, if you know it',
  ),
  EV0503: entry('the admission is for something else', 'its Plan or its start is not this run’s', ASK_SEALER),
  EV0504: entry(
    'an approval does not count',
    'its signature, run, Plan or facts are not those of this run',
    ASK_SEALER,
  ),
  EV0505: entry('a reading is not this run’s', 'its signature, run or activity is another', ASK_SEALER),
  EV0601: entry(
    'the run’s own records contradict each other',
    'the run, its history and its evidence disagree',
    'treat the outcome as unknown; read the files named',
  ),
} as const satisfies Readonly<Record<string, CodeEntry>>

export type Code = keyof typeof CODES

function entry(title: string, cause: string, cure: string): CodeEntry {
  return { title, cause, cure }
}
