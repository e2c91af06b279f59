/** One file of a catalogue, as text. Its name is relative, so that a Plan is the same on every machine. */
export interface Source {
  readonly file: string
  readonly text: string
  /** SHA-256 of the file's bytes. */
  readonly digest: string
  /** Set where the bytes are not UTF-8: the text is then only good for showing. */
  readonly encoding?: 'broken'
}

/** All files of a catalogue. Overlays are policy files whose values replace those of the base. */
export interface CatalogueSources {
  readonly files: readonly Source[]
  readonly overlays: readonly Source[]
}
