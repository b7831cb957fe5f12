import { createHash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { VisiiError } from "../errors.ts";

const COOKIE = "visii_token";

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** Whether it names every address of the machine, and no host. */
function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

export interface GuardOptions {
  /** The address that is listened on. */
  readonly host: string;
  /** What callers have to show; undefined where everybody who reaches the server may ask. */
  readonly token: string | undefined;
}

/**
 * Keeps out pages of other origins, which a browser on this machine may have open: a Host that is not ours (DNS rebinding), an Origin that is not the
 * page's own, and what a browser says is cross-site. Then asks for the token, if there is one. Throws `VisiiError`: `forbidden`, `unauthorized`.
 */
export function guard({ host, token }: GuardOptions): MiddlewareHandler {
  return async (c, next) => {
    checkHost(c, host);
    checkOrigin(c);
    if (token !== undefined) {
      const answer = checkToken(c, token);
      if (answer) return answer;
    }
    return next();
  };
}

function checkHost(c: Context, host: string): void {
  const given = hostName(c.req.header("host") ?? "");
  if (given !== undefined && (isLoopback(given) || given === host || isWildcard(host))) return;
  throw new VisiiError("forbidden", `This server answers at ${host}, not by another name.`);
}

/** The name in "name:port", brackets of IPv6 taken off; undefined for what is none. */
function hostName(header: string): string | undefined {
  const [, bracketed, plain] = /^(?:\[([0-9a-f:]+)\]|([a-z0-9.-]+))(?::\d{1,5})?$/i.exec(header) ?? [];
  return (bracketed ?? plain)?.toLowerCase();
}

function checkOrigin(c: Context): void {
  const origin = c.req.header("origin");
  const here = c.req.header("host")?.toLowerCase();
  const foreign = origin !== undefined && origin !== `http://${here}` && origin !== `https://${here}`;
  const site = c.req.header("sec-fetch-site");
  const visit = c.req.header("sec-fetch-mode") === "navigate" && c.req.method === "GET";
  if (foreign || ((site === "cross-site" || site === "same-site") && !visit)) {
    throw new VisiiError("forbidden", "This server answers its own page and programs, not pages of other origins.");
  }
}

/** Undefined if the caller may go on. A token in the address of a page becomes a cookie, and leaves the address. */
function checkToken(c: Context, token: string): Response | undefined {
  const [scheme, bearer] = (c.req.header("authorization") ?? "").split(" ");
  if (scheme?.toLowerCase() === "bearer" && equal(bearer, token)) return undefined;
  if (equal(getCookie(c, COOKIE), token)) return undefined;
  if (c.req.method === "GET" && equal(c.req.query("token"), token)) {
    setCookie(c, COOKIE, token, { httpOnly: true, sameSite: "Strict", path: "/", maxAge: 400 * 86_400 });
    return c.redirect(c.req.path, 303);
  }
  c.header("www-authenticate", 'Bearer realm="visii"');
  throw new VisiiError(
    "unauthorized",
    "A token is needed: `Authorization: Bearer TOKEN`, or the address that the server printed.",
  );
}

/** In a time that tells nothing of where they differ. */
function equal(given: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}

const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** Security headers on every answer, refusals included. */
export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
};
