import { VisiiError } from "../errors.ts";

/** Whether this is `owner/name`, as the hub names its models. */
export function isHubName(name: string): boolean {
  return /^[\w-][\w.-]*\/[\w-][\w.-]*$/.test(name);
}

/** @throws VisiiError `usage` unless it is `owner/name`. */
export function checkHubName(name: string): void {
  if (isHubName(name)) return;
  throw new VisiiError("usage", `A model of the hub is named owner/name, which "${name}" is not.`, { model: name });
}

/** Branches (`main`), tags, commits, and `refs/pr/1`. It becomes part of a path. @throws VisiiError `usage`. */
export function checkRevision(revision: string): void {
  if (/^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/.test(revision)) return;
  throw new VisiiError("usage", `A revision is a branch, a tag or a commit, which "${revision}" is not.`, { revision });
}
