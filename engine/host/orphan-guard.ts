/**
 * Ends this process when the one that started it is gone, be it by a kill -9: a worker without its `up` would go on unseen.
 * What was in hand is settled by the next worker (G1). Imported for that effect, first of all.
 */
process.once('disconnect', () => process.exit(1))
// The channel alone keeps nothing alive: a process that has done its work ends.
process.channel?.unref()
