/** Loaded before a worker's own program: answers how much CPU time its process has taken. The worker itself stays as it is. */
process.on('message', (question) => {
  if (question === 'cpu') process.send?.(process.cpuUsage())
})
