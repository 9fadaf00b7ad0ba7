import type { Task } from "../api/types";
import { messages } from "../messages";
import { Loaded } from "../ui/loaded";
import type { Command } from "./command";
import type { Commands } from "./use-commands";
import { useTasks } from "./use-family";
import { signed } from "./words";

const m = messages.family;

interface Props {
  /** Without them one only looks. */
  commands: Commands | undefined;
  plain: boolean;
}

/** Tasks and penalties: each a button that counts at once, or a line for who may only look. */
export function TaskButtons({ commands, plain }: Props) {
  const query = useTasks();
  return (
    <section className="panel" aria-labelledby="tasks">
      <div className="panel-head">
        <h2 id="tasks">
          {m.tasks}
          {commands && <span>{m.tasksHint}</span>}
        </h2>
      </div>
      <Loaded query={query}>
        {({ tasks }) => (
          <>
            <Group tasks={tasks.filter((task) => task.is_good)} none={plain ? m.tasksNonePlain : m.tasksNone} label={m.tasks} commands={commands} />
            <h3>{m.penalties}</h3>
            <Group tasks={tasks.filter((task) => !task.is_good)} none={m.penaltiesNone} label={m.penalties} commands={commands} />
          </>
        )}
      </Loaded>
    </section>
  );
}

function Group({ tasks, none, label, commands }: { tasks: readonly Task[]; none: string; label: string; commands: Commands | undefined }) {
  if (tasks.length === 0) return <p className="form-hint">{none}</p>;
  return (
    <ul className="task-buttons" aria-label={label}>
      {tasks.map((task) => (
        <li key={task.id}>
          <One task={task} commands={commands} />
        </li>
      ))}
    </ul>
  );
}

function One({ task, commands }: { task: Task; commands: Commands | undefined }) {
  const inside = (
    <>
      <span>{task.name}</span>
      <strong data-good={task.is_good}>{signed(task.is_good ? task.points : -task.points)}</strong>
    </>
  );
  if (!commands) return <span className="task-button">{inside}</span>;
  const command: Command = { name: "trigger-task", body: { task_id: task.id } };
  return (
    <button
      type="button"
      className="task-button"
      aria-label={task.is_good ? m.countTask(task.name, task.points) : m.countPenalty(task.name, task.points)}
      disabled={commands.isBusy(command)}
      onClick={() => void commands.run(command, task.name)}
    >
      {inside}
    </button>
  );
}
