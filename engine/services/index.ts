/** The only door: finds or gets Temporal, PostgreSQL and NATS, starts and stops them. */
export { freePort } from './ports.ts'
export { startNats, type Nats } from './nats.ts'
export { startPostgres, type Postgres } from './postgres.ts'
export { ServiceError, type Ending, type Origin, type Say, type Service, type ServiceOptions } from './service.ts'
export { startTemporal, type Temporal, type TemporalOptions } from './temporal.ts'
export { makeNamespace, type SearchAttributes } from './temporal-client.ts'
