package dev.brood.process.observe;

import dev.brood.process.internal.linux.ProcFile;
import dev.brood.process.internal.linux.ProcStat;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Reads processes below a root that is {@code /proc} except in tests. Thread-safe. */
final class ProcReader {
  static final ProcReader SYSTEM =
      new ProcReader(Path.of("/proc"), Path.of("/etc/passwd"), System::nanoTime);

  private final String root;
  private final UserNames users;
  private final LongSupplier ticker;
  private final KernelConstants constants;

  /** Found when first needed, then kept: a process's start must not seem to move. */
  private volatile @Nullable Instant boot;

  ProcReader(Path root, Path passwd, LongSupplier ticker) {
    this.root = root.toString();
    this.users = new UserNames(passwd);
    this.ticker = ticker;
    this.constants = KernelConstants.read(this.root);
  }

  Optional<ProcessInfo> info(long pid) {
    ProcStat stat = ProcStat.read(root, pid);
    return stat == null ? Optional.empty() : Optional.ofNullable(describe(stat));
  }

  /** Looks again at a process that was seen in {@link #stats}; null when it has vanished since. */
  @Nullable ProcessInfo again(ProcStat seen) {
    ProcStat stat = ProcStat.read(root, seen.pid());
    return stat != null && stat.startTicks() == seen.startTicks() ? describe(stat) : null;
  }

  List<ProcessInfo> all() {
    long[] pids = ProcStat.pids(root);
    Arrays.sort(pids);
    List<ProcessInfo> found = new ArrayList<>(pids.length);
    for (long pid : pids) {
      info(pid).ifPresent(found::add);
    }
    return List.copyOf(found);
  }

  List<ProcessInfo> children(long parent) {
    List<ProcessInfo> found = new ArrayList<>();
    for (ProcStat stat : stats()) {
      ProcessInfo info = stat.parent() == parent ? describe(stat) : null;
      if (info != null) {
        found.add(info);
      }
    }
    return List.copyOf(found);
  }

  /** The cheapest look at all processes: one file each, in order of pid. */
  List<ProcStat> stats() {
    long[] pids = ProcStat.pids(root);
    Arrays.sort(pids);
    List<ProcStat> found = new ArrayList<>(pids.length);
    for (long pid : pids) {
      ProcStat stat = ProcStat.read(root, pid);
      if (stat != null) {
        found.add(stat);
      }
    }
    return found;
  }

  ProcessTable table() {
    long taken = ticker.getAsLong();
    List<ProcessTable.Entry> entries = new ArrayList<>();
    for (ProcStat stat : stats()) {
      entries.add(
          new ProcessTable.Entry(
              stat.pid(),
              stat.startTicks(),
              stat.parent(),
              stat.group(),
              stat.comm(),
              ProcessState.of(stat.state()),
              ticks(stat.userTicks() + stat.systemTicks()),
              ticks(stat.waitedTicks()),
              stat.residentPages() * constants.pageBytes(),
              stat.virtualBytes(),
              stat.threads()));
    }
    return new ProcessTable(entries, taken);
  }

  /** Adds to {@code stat} what is in other files; null when the process vanishes on the way. */
  private @Nullable ProcessInfo describe(ProcStat stat) {
    long taken = ticker.getAsLong();
    String directory = root + '/' + stat.pid();
    byte[] commandLine = ProcFile.readAll(directory + "/cmdline");
    OptionalInt descriptors = descriptors(stat.pid());
    Optional<ProcessInfo.Io> io = io(stat.pid());
    // Last, so that a process that has vanished shows by the lack of a file everybody may read.
    KeyedLines status = KeyedLines.read(directory + "/status");
    if (commandLine == null || status == null) {
      return null;
    }
    List<String> arguments = arguments(commandLine);
    long userId = status.number("Uid", 1);
    return new ProcessInfo(
        stat.pid(),
        stat.startTicks(),
        stat.parent(),
        stat.group(),
        stat.session(),
        fullName(stat.comm(), arguments),
        arguments,
        ProcessState.of(stat.state()),
        boot().plus(ticks(stat.startTicks())),
        userId,
        users.name(userId),
        ticks(stat.userTicks()),
        ticks(stat.systemTicks()),
        stat.residentPages() * constants.pageBytes(),
        stat.virtualBytes(),
        stat.threads(),
        descriptors,
        io,
        taken);
  }

  Optional<MemoryShare> memoryShare(long pid) {
    KeyedLines lines = KeyedLines.read(root + '/' + pid + "/smaps_rollup");
    if (lines == null || !lines.has("Pss")) {
      return Optional.empty();
    }
    return Optional.of(
        new MemoryShare(
            lines.bytes("Rss"),
            lines.bytes("Pss"),
            lines.bytes("Private_Clean") + lines.bytes("Private_Dirty"),
            lines.bytes("Swap")));
  }

  SystemInfo system() {
    KeyedLines memory = KeyedLines.read(root + "/meminfo");
    byte[] load = ProcFile.readAll(root + "/loadavg");
    if (memory == null || load == null) {
      throw new UncheckedIOException(new IOException("cannot read meminfo, loadavg in " + root));
    }
    String[] averages = new String(load, StandardCharsets.US_ASCII).split(" ", 4);
    return new SystemInfo(
        memory.bytes("MemTotal"),
        memory.bytes("MemAvailable"),
        memory.bytes("SwapTotal"),
        memory.bytes("SwapFree"),
        Double.parseDouble(averages[0]),
        Double.parseDouble(averages[1]),
        Double.parseDouble(averages[2]),
        BootFacts.onlineCpus(root),
        BootFacts.uptime(root),
        boot());
  }

  SystemLoad load() {
    OptionalInt descriptors = countDescriptors(root + "/self/fd");
    return LoadReader.read(root, this::ticks, descriptors.orElse(0));
  }

  Optional<Pressure> pressure(Pressure.Resource resource) {
    byte[] text = ProcFile.readAll(root + "/pressure/" + resource.fileName());
    return text == null
        ? Optional.empty()
        : Pressure.parse(new String(text, StandardCharsets.US_ASCII));
  }

  private Instant boot() {
    Instant known = boot;
    if (known == null) {
      known = BootFacts.bootInstant(root, InstantSource.system());
      boot = known;
    }
    return known;
  }

  private Duration ticks(long ticks) {
    long perSecond = constants.ticksPerSecond();
    return Duration.ofSeconds(ticks / perSecond, ticks % perSecond * (1_000_000_000L / perSecond));
  }

  /**
   * Splits at the NUL bytes, each of which ends an argument; a process that has overwritten its
   * arguments may have left the last one out.
   */
  static List<String> arguments(byte[] commandLine) {
    int end = commandLine.length;
    List<String> arguments = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < end; i++) {
      if (commandLine[i] == 0) {
        arguments.add(new String(commandLine, start, i - start, StandardCharsets.UTF_8));
        start = i + 1;
      }
    }
    if (start < end) {
      arguments.add(new String(commandLine, start, end - start, StandardCharsets.UTF_8));
    }
    return arguments;
  }

  static String fullName(String comm, List<String> arguments) {
    if (comm.isEmpty() || arguments.isEmpty()) {
      return comm;
    }
    String program = arguments.getFirst();
    String base = program.substring(program.lastIndexOf('/') + 1);
    return base.startsWith(comm) && comm.length() >= KernelConstants.NAME_LIMIT_BYTES ? base : comm;
  }

  /**
   * Since Linux 6.2 the size of the directory is the number of descriptors, and everybody may ask;
   * before, it is 0 and the entries have to be counted.
   */
  private static OptionalInt countDescriptors(String directory) {
    try {
      long size = Files.size(Path.of(directory));
      if (size > 0 && directory.startsWith("/proc/")) {
        return OptionalInt.of((int) size);
      }
    } catch (IOException e) {
      return OptionalInt.empty();
    }
    String[] entries = new File(directory).list();
    return entries == null ? OptionalInt.empty() : OptionalInt.of(entries.length);
  }

  OptionalInt descriptors(long pid) {
    return countDescriptors(root + '/' + pid + "/fd");
  }

  Optional<ProcessInfo.Io> io(long pid) {
    KeyedLines lines = KeyedLines.read(root + '/' + pid + "/io");
    if (lines == null || !lines.has("rchar")) {
      return Optional.empty();
    }
    return Optional.of(
        new ProcessInfo.Io(
            lines.number("rchar", 0),
            lines.number("wchar", 0),
            lines.number("read_bytes", 0),
            lines.number("write_bytes", 0)));
  }
}
