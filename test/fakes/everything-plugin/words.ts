/** Imported by the plugin's entry: a reload has to see what changes here. */
export const WORD: string = "first";
