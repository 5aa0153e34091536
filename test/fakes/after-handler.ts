/**
 * Runs what it is given in order, each once the handler that gave it is over. `expect(…).rejects` lets the event loop
 * turn inside the call that goes on after an `await`; inside a socket's handler the frames still to be read of one piece
 * would be overtaken or torn by those of the next.
 */
export function afterHandler(): (task: () => void) => void {
  const waiting: (() => void)[] = [];
  const run = () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) next();
  };
  return (task) => {
    waiting.push(task);
    // A loop that turns inside an immediate runs no others for a second; timers it does run.
    setTimeout(run);
  };
}
