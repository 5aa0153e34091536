/** What `promise` rejects with: the code and the message of the error. */
export async function caught(promise: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await promise;
  } catch (error) {
    const { code = "", message } = error as Error & { code?: string };
    return { code, message };
  }
  throw new Error("expected a rejection");
}
