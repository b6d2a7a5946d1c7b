package dev.brood.examples;

import dev.brood.process.observe.CpuMeter;
import dev.brood.process.observe.Pressure;
import dev.brood.process.observe.ProcessInfo;
import dev.brood.process.observe.ProcessTree;
import dev.brood.process.observe.SystemInfo;
import java.util.Comparator;
import java.util.OptionalDouble;

/** Looks at a process, its tree and the machine: {@code Observe [PID]}, by default at itself. */
final class Observe {
  private static final int MIB = 1024 * 1024;

  private Observe() {}

  public static void main(String[] args) {
    long pid = args.length > 0 ? Long.parseLong(args[0]) : ProcessHandle.current().pid();
    CpuMeter meter = CpuMeter.of(pid);
    // snippet: process
    ProcessInfo.of(pid)
        .ifPresentOrElse(Observe::describe, () -> System.out.println("no process " + pid));
    // end
    // snippet: tree
    ProcessTree.of(pid).ifPresent(Observe::describe);
    // end
    machine();
    // snippet: cpu
    OptionalDouble percent = meter.percent(); // since the meter was made, or was last asked
    percent.ifPresent(used -> System.out.printf("%.0f %% of a core meanwhile%n", used));
    // end
  }

  private static void describe(ProcessInfo process) {
    System.out.printf(
        "%s, pid %d, run by %s since %s, is %s%n",
        process.name(), process.pid(), process.user(), process.startedAt(), process.state());
    System.out.println("arguments: " + process.arguments());
    System.out.printf(
        "memory: %d MiB resident, %d MiB of address space%n",
        process.residentBytes() / MIB, process.virtualBytes() / MIB);
    process
        .proportionalBytes()
        .ifPresent(bytes -> System.out.printf("memory: %d MiB proportional%n", bytes / MIB));
    process.descriptors().ifPresent(count -> System.out.println("open descriptors: " + count));
  }

  private static void describe(ProcessTree tree) {
    System.out.printf(
        "tree: %d processes, %d threads, %d MiB, %s of CPU time%n",
        tree.size(), tree.threads(), tree.residentBytes() / MIB, tree.cpuTime());
    tree.lines().forEach(System.out::println);
    tree.processes().stream()
        .max(Comparator.comparingLong(ProcessInfo::residentBytes))
        .ifPresent(largest -> System.out.println("largest: " + largest.name()));
  }

  private static void machine() {
    // snippet: system
    SystemInfo system = SystemInfo.read();
    // end
    System.out.printf(
        "machine: %d CPUs, load %.2f, %d of %d MiB available, up %s%n",
        system.cpus(),
        system.load1(),
        system.memoryAvailableBytes() / MIB,
        system.memoryTotalBytes() / MIB,
        system.uptime());
    for (Pressure.Resource resource : Pressure.Resource.values()) {
      Pressure.of(resource)
          .ifPresent(pressure ->
              System.out.printf(
                  "pressure on %s: %.2f %% of the last 10 s%n",
                  resource, pressure.some().average10()));
    }
  }
}
