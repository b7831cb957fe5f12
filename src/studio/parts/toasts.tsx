import { announcement, dismiss, toasts } from "../state/say.ts";
import { Icon } from "./icon.tsx";
import "./toasts.css";

/** What has happened, at the lower edge; and a line that only screen readers get. */
export function Toasts() {
  return (
    <>
      <output class="unseen" aria-live="polite">
        {announcement.value}
      </output>
      <div class="toasts" role="status" aria-live="polite">
        {toasts.value.map(({ id, text, bad, action }) => (
          <div key={id} class={`toast${bad ? " bad" : ""}`}>
            <span>{text}</span>
            {action && (
              <button
                type="button"
                class="link"
                onClick={() => {
                  dismiss(id);
                  action.run();
                }}
              >
                {action.label}
              </button>
            )}
            <button type="button" class="bare small" aria-label="Dismiss" onClick={() => dismiss(id)}>
              <Icon name="close" size={16} />
            </button>
          </div>
        ))}
      </div>
    </>
  );
}
