/** Table 1 of the paper: its own pictures, model and CLIP (ViT-L/14). 100 edits, 400 pairs of Clean-InstructPix2Pix. */
export interface PaperRow {
  readonly image: number;
  readonly directional: number;
  readonly visual: number;
}

const row = (image: number, directional: number, visual: number): PaperRow => ({ image, directional, visual });

export const PAPER_TABLE1: Readonly<Record<string, PaperRow>> = {
  ip2p: row(0.824, 0.196, 0.301),
  caption: row(0.866, 0.09, 0.199),
  "visii-1-mse-gt": row(0.841, 0.12, 0.247),
  "visii-1-mse-cap": row(0.845, 0.115, 0.254),
  "visii-1-clip-gt": row(0.838, 0.131, 0.231),
  "visii-1-clip-cap": row(0.823, 0.126, 0.299),
  "visii-2-clip-cap": row(0.791, 0.141, 0.292),
  "visii-3-clip-cap": row(0.78, 0.148, 0.283),
  "visii-4-clip-cap": row(0.798, 0.148, 0.28),
  "visii-1-mse-gt-fixed": row(0.854, 0.105, 0.223),
  "visii-1-mse-cap-fixed": row(0.861, 0.11, 0.225),
  "visii-1-clip-gt-fixed": row(0.852, 0.102, 0.236),
  "visii-1-clip-cap-fixed": row(0.847, 0.113, 0.251),
  "visii-2-clip-cap-fixed": row(0.826, 0.117, 0.253),
  "visii-3-clip-cap-fixed": row(0.805, 0.132, 0.256),
  "visii-4-clip-cap-fixed": row(0.812, 0.133, 0.26),
};
