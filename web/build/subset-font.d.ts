/** What is used of it; it comes without types of its own. */
declare module "subset-font" {
  interface Options {
    targetFormat: "woff2";
    variationAxes: Record<string, number | { min: number; max: number; default: number }>;
    keepFeatures: string[];
  }
  /** The font with these letters alone. */
  function subsetFont(font: Buffer, letters: string, options: Options): Promise<Buffer>;
  export = subsetFont;
}
