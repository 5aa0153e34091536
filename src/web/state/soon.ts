const HIDDEN_MS = 200;

/** Runs `work` with the next frame; a little later where the page is not looked at and draws none. */
export function soon(work: () => void): void {
  if (document.hidden) {
    setTimeout(work, HIDDEN_MS);
    return;
  }
  let isDone = false;
  const once = () => {
    if (isDone) return;
    isDone = true;
    work();
  };
  requestAnimationFrame(once);
  // A page that is hidden right now gets no frame any more.
  setTimeout(once, HIDDEN_MS);
}
