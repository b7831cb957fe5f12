const f = Math.fround;
const TWO_PI = f(2 * Math.PI);

/**
 * Turns 16 uniforms in [0, 1) into 16 normals, in place: 8 radii, then 8 angles, become 8 cosines, then 8 sines (Box and Muller).
 * Every intermediate value is rounded to float32, as PyTorch's vectorised code does.
 */
export function boxMuller16(data: Float32Array, start: number): void {
  for (let i = start; i < start + 8; i++) {
    const u1 = f(1 - data[i]); // (0, 1], so that the logarithm exists
    const radius = f(Math.sqrt(f(-2 * f(Math.log(u1)))));
    const theta = f(TWO_PI * data[i + 8]);
    data[i] = radius * f(Math.cos(theta));
    data[i + 8] = radius * f(Math.sin(theta));
  }
}
