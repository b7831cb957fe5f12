import { VisiiError } from "../errors.ts";
import { Generator, seedBits } from "./generator.ts";

const MASK = 2n ** 64n - 1n;

/**
 * The method's stored noise ε(t): `size` standard normals that depend on (seed, timestep, size) alone, so that "fixed noise" needs no
 * storage. The timesteps of one seed never share a sub-seed.
 *
 * @param timestep An integer from 0 to 2^32 - 1.
 * @throws {VisiiError} `usage` when the seed or the timestep is out of range.
 */
export function noiseFor(seed: number | bigint, timestep: number, size: number): Float32Array {
  return new Generator(noiseSeed(seed, timestep)).randn(size);
}

/**
 * The 32-bit sub-seed of a timestep: fmix32(low32(splitmix64(seed)) + t · 0x9E3779B1). All 64 bits of the seed count; the factor is odd
 * and MurmurHash3's finaliser `fmix32` is a bijection, so different timesteps have different sub-seeds. Stored instructions
 * depend on this function: it must not change.
 */
export function noiseSeed(seed: number | bigint, timestep: number): number {
  if (!Number.isInteger(timestep) || timestep < 0 || timestep > 0xffffffff) {
    throw new VisiiError("usage", `noise: expected a timestep from 0 to 2^32 - 1, got ${timestep}`, { timestep });
  }
  const base = Number(BigInt.asUintN(32, splitmix64(BigInt.asUintN(64, seedBits(seed)))));
  return fmix32(base + Math.imul(timestep, 0x9e3779b1));
}

function splitmix64(seed: bigint): bigint {
  let z = (seed + 0x9e3779b97f4a7c15n) & MASK;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
  return z ^ (z >> 31n);
}

function fmix32(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
