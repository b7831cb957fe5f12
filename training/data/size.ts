/** Every picture is a square of this many pixels. */
export const size = 128;
/** Pixels in a picture. */
export const area = size * size;
