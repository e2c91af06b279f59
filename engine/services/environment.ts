const PASSED_ON = ['PATH', 'HOME', 'TMPDIR'] as const

/** The few variables that a server needs: none that could hold a secret or change its behaviour (G31). */
export function bareEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const kept = PASSED_ON.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]))
  return { ...Object.fromEntries(kept), LANG: 'C', TZ: 'UTC' }
}
