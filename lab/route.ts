/** One app in one environment: what a route belongs to. */
export interface Route {
  readonly environment: string
  readonly app: string
}

/** The route as the key of a map. */
export const routeKey = ({ environment, app }: Route): string => `${environment}/${app}`

/** A change of a route owner, as it travels over JetStream. */
export interface RouteEvent extends Route {
  readonly digest: string
  readonly epoch: number
  readonly operation: string
}
