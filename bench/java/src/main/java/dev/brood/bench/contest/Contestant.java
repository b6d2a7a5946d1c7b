package dev.brood.bench.contest;

import dev.brood.bench.channel.ChannelRounds;
import dev.brood.bench.pool.PoolRounds;
import dev.brood.bench.supervise.RestartRound;
import dev.brood.bench.watch.WatchingRound;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;

/**
 * A contestant of the JVM: {@code LAUNCHER THREADS MEASURE ARGS...}, where THREADS is {@code
 * platform} or {@code virtual}. It says that it is ready, then runs one round for each line read
 * from stdin, on a thread of the named kind, and prints the figures as one line of JSON. Ends at
 * end of file.
 */
final class Contestant {
  private Contestant() {}

  public static void main(String[] args) throws Exception {
    boolean virtual = args[1].equals("virtual");
    ThreadFactory threads =
        virtual ? Thread.ofVirtual().factory() : Thread.ofPlatform().daemon().factory();
    Launcher launcher = launcher(args[0], virtual);
    List<String> rest = Arrays.asList(args).subList(3, args.length);
    Optional<Round> messages = ChannelRounds.of(args[2], virtual, rest);
    Optional<Round> ofWorkers = messages.isPresent() ? messages : PoolRounds.of(args[2], rest);
    Round round = ofWorkers.orElseGet(() -> round(args[2], launcher, threads, rest));
    System.out.println("{\"ready\":1}");
    serve(round, threads);
    System.exit(0);
  }

  private static void serve(Round round, ThreadFactory threads) throws Exception {
    try (BufferedReader lines = commands()) {
      while (lines.readLine() != null) {
        FutureTask<Figures> task = new FutureTask<>(round::run);
        threads.newThread(task).start();
        System.out.println(task.get().json());
      }
    }
  }

  private static BufferedReader commands() throws IOException {
    return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
  }

  private static Launcher launcher(String name, boolean virtual) {
    return switch (name) {
      case "brood" -> new BroodLauncher();
      case "jdk" -> new JdkLauncher(virtual);
      case "nuprocess" -> new NuLauncher();
      default -> throw new IllegalArgumentException("no launcher " + name);
    };
  }

  private static Round round(
      String measure, Launcher to, ThreadFactory threads, List<String> args) {
    return switch (measure) {
      case "spawn" -> new SpawnRound(to, number(args, 0), rest(args, 1));
      case "threads" ->
          new ThreadsRound(to, threads, number(args, 0), number(args, 1), rest(args, 2));
      case "descriptors" ->
          new DescriptorsRound(to, number(args, 0), number(args, 1), rest(args, 2));
      case "notice" -> new NoticeRound(to, number(args, 0), Path.of(args.get(1)), rest(args, 2));
      case "restart" -> new RestartRound(number(args, 0), Path.of(args.get(1)), rest(args, 2));
      case "many" ->
          new ManyRound(to, threads, number(args, 0), args.get(1).equals("pipe"), rest(args, 2));
      case "stream" -> new FlowRound("gb_per_s", 1e9, () -> to.stream(args));
      case "lines" -> new FlowRound("million_per_s", 1e6, () -> to.lines(args));
      case "pipeline" -> new PipelineRound(to, args.getFirst());
      case "watching" -> new WatchingRound(number(args, 0), number(args, 1));
      default -> throw new IllegalArgumentException("no measure " + measure);
    };
  }

  private static int number(List<String> args, int index) {
    return Integer.parseInt(args.get(index));
  }

  private static List<String> rest(List<String> args, int from) {
    return List.copyOf(args.subList(from, args.size()));
  }
}
