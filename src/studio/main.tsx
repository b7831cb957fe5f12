import { render } from "preact";
import { followEvents } from "./api/events.ts";
import { App } from "./app.tsx";
import { followFiles } from "./parts/files.ts";
import { activeLearnings, loadLearnings, refreshJobs } from "./state/jobs.ts";
import { loadLibrary, loadModels } from "./state/library.ts";
import { followRoute, go } from "./state/route.ts";
import { complain } from "./state/say.ts";
import { followTheme } from "./state/theme.ts";
import { tellEnd } from "./teach/end.ts";
import { followWanted } from "./use/results.ts";
import { forgetLost } from "./use/state.ts";
import "./style/base.css";
import "./style/controls.css";
import "./style/frame.css";

followTheme();
followFiles();
followRoute(() => {
  scrollTo(0, 0);
  document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
});
render(<App />, document.getElementById("app")!);

const startedAtNoPlace = location.hash === "";
const load = () => Promise.all([loadModels(), loadLibrary(), loadLearnings()]);
followEvents({
  job: tellEnd,
  library: () => loadLibrary().catch(complain),
  back: () => Promise.all([load(), refreshJobs()]).catch(complain),
});
followWanted();
load()
  .then(() => {
    // Who comes back while it learns wants to see how far it is.
    const [job] = activeLearnings.value;
    if (job && startedAtNoPlace) go("teach", job.id);
    return forgetLost();
  })
  .catch(complain);
