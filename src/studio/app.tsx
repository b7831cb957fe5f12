import { connected } from "./api/events.ts";
import { LibraryView } from "./library/library-view.tsx";
import { dragging } from "./parts/files.ts";
import { Icon, type IconName } from "./parts/icon.tsx";
import { Toasts } from "./parts/toasts.tsx";
import { underway } from "./state/intake.ts";
import { activeLearnings } from "./state/jobs.ts";
import { address, route, type View } from "./state/route.ts";
import { nextTheme, type Theme, theme } from "./state/theme.ts";
import { TeachView } from "./teach/teach-view.tsx";
import { UseView } from "./use/use-view.tsx";

const VIEWS = { use: UseView, teach: TeachView, library: LibraryView } as const;
const TABS: readonly { readonly view: View; readonly label: string; readonly icon: IconName }[] = [
  { view: "use", label: "Use", icon: "use" },
  { view: "teach", label: "Teach", icon: "teach" },
  { view: "library", label: "Library", icon: "library" },
];
const THEME_ICONS: Readonly<Record<Theme, IconName>> = { auto: "auto", light: "sun", dark: "moon" };
const THEME_NAMES: Readonly<Record<Theme, string>> = { auto: "as your computer has it", light: "light", dark: "dark" };

export function App() {
  const { view } = route.value;
  const Shown = VIEWS[view];
  return (
    <>
      <a class="skip" href={`#/${view}`} onClick={skip}>
        Skip to the content
      </a>
      <header class="top">
        <a class="mark" href={address("use")} aria-label="visii, to the start">
          visii
        </a>
        <nav aria-label="Views">
          {TABS.map(({ view: tab, label, icon }) => (
            <a key={tab} href={address(tab)} aria-current={tab === view ? "page" : undefined}>
              <Icon name={icon} />
              {label}
            </a>
          ))}
        </nav>
        <div class="end">
          <Activity />
          <button
            type="button"
            class="bare"
            aria-label={`Colours: ${THEME_NAMES[theme.value]}. Change`}
            title={`Colours: ${THEME_NAMES[theme.value]}`}
            onClick={nextTheme}
          >
            <Icon name={THEME_ICONS[theme.value]} />
          </button>
        </div>
      </header>
      {!connected.value && (
        <p class="lost" role="alert">
          No answer from visii. If you have closed it, start it again; this page comes back by itself.
        </p>
      )}
      {underway.value > 0 && <progress class="underway" aria-label="Taking in files" />}
      <main id="content" class={dragging.value ? "dragging" : ""}>
        <Shown />
      </main>
      <Toasts />
    </>
  );
}

function skip(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("main h1")?.focus();
}

/** The learning that goes on, wherever one is. */
function Activity() {
  const [job, ...more] = activeLearnings.value;
  if (!job || route.value.id === job.id) return null;
  const { progress } = job;
  const part = progress ? progress.step / progress.steps : 0;
  return (
    <a class="activity" href={address("teach", job.id)} style={{ "--part": `${part * 360}deg` }}>
      <span class="ring" aria-hidden="true" />
      <span class="text">
        Learning {Math.round(part * 100)}%{more.length > 0 && `, ${more.length} more`}
      </span>
    </a>
  );
}
