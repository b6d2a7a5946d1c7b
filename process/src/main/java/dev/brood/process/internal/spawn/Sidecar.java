package dev.brood.process.internal.spawn;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Pids;
import dev.brood.process.internal.linux.PosixSpawn;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The process that ends our children when this JVM is gone, however it went.
 *
 * <p>A {@code sh} that sleeps on a pipe whose other end only this JVM has. The living children
 * stand in a table, a file in memory (memfd_create(2)) that both share: one line of {@value
 * #LINE_BYTES} bytes each, written when a child starts and blanked before it is reaped, so that a
 * line never names a stranger. At end of file the shell reads the table, lists what descends from
 * the children or belongs to their groups, and kills it until nothing is left. Entering a child
 * costs one pwrite(2) and wakes nobody.
 *
 * <p>What it cannot end: a child whose JVM dies in the microseconds between its start and its line,
 * and a descendant that left both its group and its parent before.
 */
final class Sidecar {
  /** Its argv[0], for those who look at a list of processes. */
  static final String NAME = "brood-sidecar";

  private static final int LINE_BYTES = 32;
  private static final byte[] FREE =
      (" ".repeat(LINE_BYTES - 2) + "-\n").getBytes(StandardCharsets.US_ASCII);
  private static final int MOST_RESTARTS = 5;

  private static final String SCRIPT =
      """
      read -r never
      roots= groups= cells=
      while read -r pid kind cell; do
        case $cell in [1-9]*) cells="$cells $cell" ;; esac
        case $kind in
          g) roots="$roots $pid" groups="$groups $pid" ;;
          p) roots="$roots $pid" ;;
        esac
      done <&3
      [ "$roots" ] || exit 0
      for cell in $cells; do echo 1 > "$2$cell/cgroup.kill"; done 2>/dev/null
      tries=0
      while [ $tries -lt 200 ]; do
        tries=$((tries + 1)) all= victims=
        for directory in /proc/[0-9]*; do
          { read -r line < $directory/stat; } 2>/dev/null || continue
          pid=${line%% *} rest=${line##*) }
          state=${rest%% *} rest=${rest#* }
          parent=${rest%% *} rest=${rest#* }
          [ "$pid" = $$ ] || [ $state = Z ] || [ $state = X ] || all="$all $pid:$parent:${rest%% *}"
        done
        found=1
        while [ $found = 1 ]; do
          found=0
          for entry in $all; do
            pid=${entry%%:*} rest=${entry#*:}
            case " $victims " in *" $pid "*) continue ;; esac
            case " $roots $victims " in
              *" $pid "* | *" ${rest%:*} "*) victims="$victims $pid" found=1; continue ;;
            esac
            case " $groups " in
              *" ${rest#*:} "*) victims="$victims $pid" found=1 ;;
            esac
          done
        done
        [ "$victims" ] || break
        for pid in $groups; do kill -s KILL -- -$pid 2>/dev/null; done
        for pid in $victims; do kill -s KILL $pid 2>/dev/null; done
        roots="$roots $victims"
        [ $tries -lt 5 ] || sleep 0.02
      done
      for cell in $cells; do rmdir "$2$cell"; done 2>/dev/null
      """;

  private final int table;
  private final Deque<Integer> free = new ArrayDeque<>();
  private int lines;
  private int restarts;

  private Sidecar(int table) {
    this.table = table;
  }

  /** Starts it; where that cannot be, says so once and returns one that guards nothing. */
  static Sidecar start() {
    int table = Descriptors.memoryFile(NAME);
    Sidecar sidecar = new Sidecar(table);
    if (table < 0 || !sidecar.launch()) {
      System.getLogger("dev.brood.process")
          .log(
              Level.WARNING,
              "no orphan guard: /bin/sh or memfd_create is missing; "
                  + "children will outlive this JVM if it is killed");
    }
    return sidecar;
  }

  /** Enters a living child; the result is its line, for {@link #leave}. */
  synchronized int enter(long pid, boolean leadsGroup, @Nullable ControlGroup cell) {
    Integer line = free.pollFirst();
    if (line == null) {
      line = lines++;
    }
    String text = pid + (leadsGroup ? " g " : " p ") + (cell == null ? 0 : cell.number());
    text = " ".repeat(LINE_BYTES - 1 - text.length()) + text + "\n";
    write(line, text.getBytes(StandardCharsets.US_ASCII));
    return line;
  }

  /** Blanks a line; to be called before the child is reaped. */
  synchronized void leave(int line) {
    write(line, FREE);
    free.addFirst(line);
  }

  private void write(int line, byte[] text) {
    if (table >= 0) {
      Descriptors.writeAt(table, text, (long) line * LINE_BYTES);
    }
  }

  private boolean launch() {
    int[] ends = new int[2];
    if (Descriptors.pipe(ends) < 0) {
      return false;
    }
    byte[][] arguments = {
      text(NAME),
      text("-c"),
      text(SCRIPT),
      text(NAME),
      text(Long.toString(ownPid())),
      text(ControlGroup.prefix())
    };
    byte[][] environment = {text("PATH=/usr/bin:/bin"), text("LC_ALL=C")};
    int stdin = Descriptors.duplicate(ends[0], 10);
    int third = Descriptors.duplicate(table, 10);
    int nothing = Descriptors.duplicate(DevNull.descriptor(), 10);
    int pid =
        PosixSpawn.spawn(
            text("/bin/sh"),
            arguments,
            environment,
            text("/"),
            new int[] {stdin, nothing, nothing, third},
            new int[] {0, 1, 2, 3},
            PosixSpawn.OWN_SESSION);
    for (int fd : new int[] {ends[0], stdin, third, nothing}) {
      Descriptors.close(fd);
    }
    if (pid < 0) {
      Descriptors.close(ends[1]);
      return false;
    }
    watch(pid, ends[1]);
    return true;
  }

  /** Starts another one if it is killed, a few times. */
  private void watch(int pid, int lifeline) {
    int pidfd = Pids.open(pid);
    if (pidfd < 0) {
      return;
    }
    PidWatch.start(
        pidfd,
        () -> {
          Descriptors.close(lifeline);
          if (++restarts <= MOST_RESTARTS) {
            launch();
          }
        });
  }

  private static long ownPid() {
    return ProcessHandle.current().pid();
  }

  private static byte[] text(String string) {
    return ProgramLookup.terminated(string);
  }
}
