package dev.brood.daemon.apps;

import dev.brood.daemon.config.App;
import dev.brood.daemon.config.Need;
import dev.brood.daemon.config.ProgressSource;
import dev.brood.daemon.config.Sign;
import dev.brood.daemon.config.Supervision;
import dev.brood.process.Command;
import dev.brood.process.Stdio;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.Message;
import dev.brood.workers.channel.WorkersException;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import dev.brood.workers.supervise.AutoShutdown;
import dev.brood.workers.supervise.ChildSpec;
import dev.brood.workers.supervise.Health;
import dev.brood.workers.supervise.Order;
import dev.brood.workers.supervise.Restart;
import dev.brood.workers.supervise.Shutdown;
import dev.brood.workers.supervise.Strategy;
import dev.brood.workers.supervise.Supervisor;
import dev.brood.workers.supervise.UnhealthyAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
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
   * @param sinks where the outputs of each copy go, at least one
   * @param forks gets each process that has a channel; of what it does not take from there,
   *     messages are dropped and requests refused
   */
  public static Supervisor of(
      List<InstancePlan> plans,
      boolean restarts,
      Function<InstancePlan, List<Stdio.Sink>> sinks,
      BiConsumer<InstancePlan, ForkedChild> forks) {
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
          child(plan, sinks.apply(plan))
              .onFork(fork -> {
                forks.accept(plan, fork);
                fork.channel().onMessage(AppSupervisor::drop);
              });
      for (Need need : plan.app().supervision().needs()) {
        for (String label : labels.getOrDefault(need.app(), List.of())) {
          spec = waiting(spec, need, label);
        }
      }
      supervisor = supervisor.child(plan.label(), restarts ? spec : neverRestarted(plan, spec));
    }
    return supervisor;
  }

  private static ChildSpec neverRestarted(InstancePlan plan, ChildSpec spec) {
    Health health = plan.health();
    return spec.restart(Restart.TEMPORARY)
        .health(
            health.action() == UnhealthyAction.REPORT
                ? health
                : health.whenUnhealthy(UnhealthyAction.STOP));
  }

  private static ChildSpec child(InstancePlan plan, List<Stdio.Sink> sinks) {
    App app = plan.app();
    Supervision supervision = app.supervision();
    Command command = plan.command().stdin(Stdio.none());
    ChildSpec spec =
        (hasChannel(app)
                ? ChildSpec.of(fork(command, sinks))
                : ChildSpec.of(connected(command, sinks)))
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
  private static Fork fork(Command command, List<Stdio.Sink> sinks) {
    return Fork.of(command).command(own -> connected(own, sinks)).toldGrace(Duration.ZERO);
  }

  private static Command connected(Command command, List<Stdio.Sink> sinks) {
    Stdio.Sink[] more = sinks.subList(1, sinks.size()).toArray(Stdio.Sink[]::new);
    return command.stdout(sinks.getFirst(), more).stderr(sinks.getFirst(), more);
  }

  /** A channel whose messages nobody takes would be full in the end, and its child stuck. */
  private static void drop(Message message) {
    message.handle().ifPresent(Handle::close);
    if (message.isRequest()) {
      try {
        message.replyError("nobody answers requests here");
      } catch (WorkersException _) {
        // Whoever has asked is gone.
      }
    }
  }

  private static ChildSpec waiting(ChildSpec spec, Need need, String label) {
    return need.bound()
        ? spec.boundTo(label, need.condition())
        : spec.dependsOn(label, need.condition());
  }
}
