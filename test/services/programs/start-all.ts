/** Starts all three servers, prints where they are as one line of JSON, and stays until it is killed. */
import { startNats, startPostgres, startTemporal } from '../../../engine/services/index.ts'

const say = () => undefined
const services = await Promise.all([startTemporal({ say }), startPostgres({ say }), startNats({ say })])
console.log(JSON.stringify(services.map(({ pid, logFile }) => ({ pid, logFile }))))
setInterval(() => undefined, 60_000)
