import { useEffect } from "preact/hooks";
import { receiveFiles } from "../parts/files.ts";
import { activeLearnings } from "../state/jobs.ts";
import { address, route } from "../state/route.ts";
import { teachFrom } from "./intake.ts";
import { LearningView } from "./learning.tsx";
import { Lesson } from "./lesson.tsx";
import { Which } from "./which.tsx";
import "./teach.css";

export function TeachView() {
  const { id } = route.value;
  return <div class="teach">{id === undefined ? <Fresh /> : <LearningView key={id} id={id} />}</div>;
}

function Fresh() {
  useEffect(() => receiveFiles(teachFrom), []);
  return (
    <>
      <Lesson />
      <Which />
      {activeLearnings.value.length > 0 && (
        <section class="also" aria-labelledby="also">
          <h2 id="also">Learning now</h2>
          <ul>
            {activeLearnings.value.map(({ id, request, progress, status }) => (
              <li key={id}>
                <a href={address("teach", id)}>
                  {request.name ?? "An edit"}
                  <small>
                    {status === "queued"
                      ? "waiting"
                      : progress
                        ? `${Math.round((progress.step / progress.steps) * 100)}%`
                        : "getting ready"}
                  </small>
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
