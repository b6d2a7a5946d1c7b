package dev.brood.daemon.apps;

import dev.brood.daemon.config.App;
import dev.brood.daemon.config.Need;
import dev.brood.daemon.config.ProgressSource;
import dev.brood.daemon.config.Sign;
import dev.brood.daemon.config.Supervision;
import dev.brood.process.Command;
import dev.brood.process.Line;
import dev.brood.process.Stdio;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.supervise.AutoShutdown;
import dev.brood.workers.supervise.ChildSpec;
import dev.brood.workers.supervise.Order;
import dev.brood.workers.supervise.Restart;
import dev.brood.workers.supervise.Shutdown;
import dev.brood.workers.supervise.Strategy;
import dev.brood.workers.supervise.Supervisor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Makes one supervisor of all copies of all apps: each copy is a child by its label, and waits for
 * every copy of the apps that its own waits for.
 */
public final class AppSupervisor {
  /** No limit for all together: each app has one of its own. */
  private static final int UNLIMITED = Integer.MAX_VALUE;

  private AppSupervisor() {}

  /**
   * The supervisor, not started.
   *
   * @param restarts whether anything is restarted at all
   * @param readers gets the lines of each copy, from two threads
   * @param channels gets the channel of each process that has one
   */
  public static Supervisor of(
      List<InstancePlan> plans,
      boolean restarts,
      Function<InstancePlan, Consumer<Line>> readers,
      BiConsumer<InstancePlan, Channel> channels) {
    Map<String, List<String>> labels = new LinkedHashMap<>();
    for (InstancePlan plan : plans) {
      labels.computeIfAbsent(plan.app().name(), _ -> new ArrayList<>()).add(plan.label());
    }
    Supervisor supervisor =
        Supervisor.of(Strategy.ONE_FOR_ONE)
            .name("up")
            .order(Order.DEPENDENCIES)
            .intensity(UNLIMITED, Duration.ofSeconds(1))
            .autoShutdown(AutoShutdown.ANY_SIGNIFICANT)
            .childLimit(plans.size());
    for (InstancePlan plan : plans) {
      ChildSpec spec =
          child(plan, readers.apply(plan)).onFork(fork -> channels.accept(plan, fork.channel()));
      for (Need need : plan.app().supervision().needs()) {
        for (String label : labels.getOrDefault(need.app(), List.of())) {
          spec = waiting(spec, need, label);
        }
      }
      supervisor =
          supervisor.child(plan.label(), restarts ? spec : spec.restart(Restart.TEMPORARY));
    }
    return supervisor;
  }

  private static ChildSpec child(InstancePlan plan, Consumer<Line> reader) {
    App app = plan.app();
    Supervision supervision = app.supervision();
    Command command = plan.command().stdin(Stdio.none());
    ChildSpec spec =
        (hasChannel(app)
                ? ChildSpec.of(fork(command, reader))
                : ChildSpec.of(read(command, reader)))
            .restart(supervision.restart())
            .backoff(supervision.backoff())
            .success(supervision.successCodes().stream().mapToInt(Integer::intValue).toArray())
            .shutdown(Shutdown.within(app.killTimeout()))
            .readiness(plan.readiness())
            .health(plan.health())
            .untapped();
    if (supervision.giveUp().isPresent()) {
      spec = spec.giveUp(supervision.giveUp().get());
    }
    return supervision.significant() ? spec.significant() : spec;
  }

  /** An app gets a channel only if it is to say something there; PM2 gives one to all. */
  private static boolean hasChannel(App app) {
    Supervision supervision = app.supervision();
    boolean pinged =
        supervision.health().filter(health -> health.sign() instanceof Sign.Ping).isPresent();
    boolean tells = app.progress().filter(ProgressSource.Message.class::isInstance).isPresent();
    return pinged || tells || supervision.ready().sign() instanceof Sign.Message;
  }

  /** As in PM2 the end of the channel does not ask the app to stop; its signal does. */
  private static Fork fork(Command command, Consumer<Line> reader) {
    return Fork.of(command).command(own -> read(own, reader)).toldGrace(Duration.ZERO);
  }

  private static Command read(Command command, Consumer<Line> reader) {
    return command.stdout(Stdio.lines(reader)).stderr(Stdio.lines(reader));
  }

  private static ChildSpec waiting(ChildSpec spec, Need need, String label) {
    return need.bound()
        ? spec.boundTo(label, need.condition())
        : spec.dependsOn(label, need.condition());
  }
}
