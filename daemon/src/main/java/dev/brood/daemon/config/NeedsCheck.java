package dev.brood.daemon.config;

import dev.brood.workers.supervise.Condition;
import dev.brood.workers.supervise.Restart;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks what the apps of a file wait for: each name, each condition, and that there is no end. */
final class NeedsCheck {
  private final Problems problems;
  private final Map<String, App> apps = new LinkedHashMap<>();
  private final Set<String> done = new HashSet<>();

  private NeedsCheck(Problems problems, List<App> apps) {
    this.problems = problems;
    apps.forEach(app -> this.apps.putIfAbsent(app.name(), app));
  }

  static void check(Problems problems, List<App> apps) {
    NeedsCheck check = new NeedsCheck(problems, apps);
    apps.forEach(check::checkOne);
    apps.forEach(app -> check.follow(app, new ArrayList<>()));
  }

  private void checkOne(App app) {
    for (Need need : app.supervision().needs()) {
      App on = apps.get(need.app());
      boolean end =
          need.condition() == Condition.COMPLETED || need.condition() == Condition.SUCCEEDED;
      if (on == null) {
        String hint =
            Nearest.of(need.app(), apps.keySet())
                .map(AppValues::meant)
                .orElse("; expected one of " + String.join(", ", apps.keySet()));
        error(need, "there is no app \"" + need.app() + "\"" + hint);
      } else if (end && on.supervision().restart() == Restart.PERMANENT) {
        String text = "\"%s\" is never %s, because it is always restarted; expected %s there";
        String remedy = "restart: transient or temporary";
        error(need, text.formatted(need.app(), need.condition(), remedy));
      }
    }
  }

  /** Goes from an app to those it waits for; one that is met again closes a cycle. */
  private void follow(App app, List<String> path) {
    path.add(app.name());
    for (Need need : app.supervision().needs()) {
      App on = apps.get(need.app());
      int met = path.indexOf(need.app());
      if (met >= 0) {
        List<String> members = new ArrayList<>(path.subList(met, path.size()));
        members.add(need.app());
        error(need, "apps wait for each other: " + String.join(" -> ", members));
      } else if (on != null && !done.contains(on.name())) {
        follow(on, path);
      }
    }
    path.removeLast();
    done.add(app.name());
  }

  private void error(Need need, String text) {
    problems.error(need.line(), need.column(), "depends_on: " + text);
  }
}
