/** Builds the studio's page, if its sources have changed, and says where it is. */
import { pageFolder } from "../src/studio/node-build.ts";

console.log(await pageFolder());
