package dev.brood.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Programs with one known behaviour each, as argument lists to start without a shell in between.
 *
 * <p>They need {@code sh} and coreutils only, work with dash and bash, and end by themselves after
 * {@link #LIFETIME} at the latest, so that a test that fails leaves nothing behind for long. Those
 * that wait for a signal print {@code ready} and a line feed once the signal finds them prepared.
 */
public final class HelperPrograms {

  /** How long a program that waits to be stopped lives if nobody stops it. */
  public static final Duration LIFETIME = Duration.ofSeconds(60);

  private static final String LIFE = Long.toString(LIFETIME.toSeconds());

  private HelperPrograms() {}

  // What a child was given ---------------------------------------------------------------------

  /** Prints each of {@code arguments} followed by a NUL byte. */
  public static List<String> printArguments(String... arguments) {
    return sh("[ $# -eq 0 ] || printf '%s\\0' \"$@\"", arguments);
  }

  /** Prints the name it was started under (argv[0]) and a line feed. */
  public static List<String> printName() {
    return List.of("sh", "-c", "tr '\\0' '\\n' < /proc/$$/cmdline | head -n 1");
  }

  /** Prints its environment, each entry {@code NAME=value} followed by a NUL byte. */
  public static List<String> printEnvironment() {
    return List.of("env", "-0");
  }

  /** Prints its working directory, symbolic links resolved, and a line feed. */
  public static List<String> printDirectory() {
    return List.of("pwd", "-P");
  }

  /** Prints a line {@code NUMBER TARGET} for each open descriptor below {@code limit}. */
  public static List<String> printDescriptors(int limit) {
    // No glob and no substitution: either would open descriptors while looking.
    return sh(
        """
        n=0; found=
        while [ $n -lt $1 ]; do
          if [ -L /proc/$$/fd/$n ]; then found="$found $n"; fi
          n=$((n+1))
        done
        for n in $found; do printf '%s ' $n; readlink /proc/$$/fd/$n; done\
        """,
        Integer.toString(limit));
  }

  /** Prints the lines SigBlk, SigIgn and SigCgt of its own status; masks in hexadecimal. */
  public static List<String> printSignals() {
    // Started directly: a shell would change dispositions before the look.
    return List.of("grep", "-E", "^Sig(Blk|Ign|Cgt):", "/proc/self/status");
  }

  /** Prints {@code PID PARENT GROUP SESSION TTY}, all decimal, and a line feed. */
  public static List<String> printIds() {
    return sh(
        "read -r _ _ _ parent group session tty _ < /proc/$$/stat\n"
            + "echo $$ $parent $group $session $tty");
  }

  /** Prints {@code yes} or {@code no} for each of descriptors 0, 1, 2: is it a terminal. */
  public static List<String> printTerminals() {
    return sh("for n in 0 1 2; do if [ -t $n ]; then echo yes; else echo no; fi; done");
  }

  /** Prints the limits of the process, in the form of {@code /proc/PID/limits}. */
  public static List<String> printLimits() {
    return List.of("cat", "/proc/self/limits");
  }

  // Ways to end --------------------------------------------------------------------------------

  /** Exits at once with {@code code}, having read nothing. */
  public static List<String> exit(int code) {
    return sh("exit \"$1\"", Integer.toString(code));
  }

  /** Ends by signal {@code name} (without SIG), sent to itself; dumps no core. */
  public static List<String> killSelf(String name) {
    return sh("ulimit -c 0; kill -s \"$1\" $$", name);
  }

  /** Stops itself (SIGSTOP) after printing {@code ready}; prints {@code continued} when woken. */
  public static List<String> stopSelf() {
    return sh("echo ready; kill -s STOP $$; echo continued");
  }

  /** Waits for {@code time}, printing nothing; any ending signal ends it. */
  public static List<String> sleep(Duration time) {
    return List.of("sleep", seconds(time));
  }

  /** Ignores SIGTERM. */
  public static List<String> ignoreTerm() {
    return sh("trap '' TERM; echo ready; exec sleep " + LIFE);
  }

  /** On SIGTERM prints {@code last words} and exits with code 3. */
  public static List<String> lastWords() {
    return sh(
        """
        trap 'echo last words; exit 3' TERM
        echo ready
        n=$(($1 * 20))
        while [ $n -gt 0 ]; do n=$((n-1)); sleep 0.05 >/dev/null 2>&1 & wait $!; done\
        """,
        LIFE);
  }

  /** On SIGINT prints {@code interrupted} and exits with code 130. */
  public static List<String> trapInterrupt() {
    return sh(
        """
        trap 'echo interrupted; exit 130' INT
        echo ready
        n=$(($1 * 20))
        while [ $n -gt 0 ]; do n=$((n-1)); sleep 0.05 >/dev/null 2>&1; done\
        """,
        LIFE);
  }

  /**
   * One of {@code count} that end together: on SIGTERM waits until that many have got it, and exits
   * with code 7. Each has a file {@code ready.PID} in {@code directory} once prepared.
   */
  public static List<String> endTogether(Path directory, int count) {
    return sh(
        """
        trap '
          : > "$1/told.$$"
          n=$(($3 * 50))
          while [ $(ls "$1" | grep -c told) -lt $2 ] && [ $n -gt 0 ]; do
            n=$((n-1)); sleep 0.02
          done
          exit 7' TERM
        : > "$1/ready.$$"
        echo ready
        m=$(($3 * 20))
        while [ $m -gt 0 ]; do m=$((m-1)); sleep 0.05 >/dev/null 2>&1 & wait $!; done\
        """,
        directory.toString(),
        Integer.toString(count),
        LIFE);
  }

  // Trees --------------------------------------------------------------------------------------

  /**
   * Prints {@code hi} and ends, while a grandchild keeps stdout and stderr open for {@code time}.
   * The second line is the grandchild's pid.
   */
  public static List<String> grandchildHoldsOutput(Duration time) {
    return sh("sleep \"$1\" & echo hi; echo $!", seconds(time));
  }

  /** Prints {@code hi} and ends; a grandchild writes {@code late} after {@code time}, and ends. */
  public static List<String> grandchildWritesLate(Duration time) {
    return sh("{ sleep \"$1\"; echo late; } & echo hi; echo $!", seconds(time));
  }

  /** Child, grandchild and great-grandchild, each waiting; prints their pids, a line each. */
  public static List<String> threeLevels() {
    return sh("echo $$; sh -c 'echo $$; sleep \"$1\" & echo $!; wait' sh \"$1\" & wait", LIFE);
  }

  /** As {@link #threeLevels()}, and each of the three ignores SIGTERM. */
  public static List<String> stubbornTree() {
    return sh(
        "trap '' TERM; echo $$; sh -c 'echo $$; sleep \"$1\" & echo $!; wait' sh \"$1\" & wait",
        LIFE);
  }

  /** Starts {@code count} sleeping children, prints their pids, a line each, and waits. */
  public static List<String> children(int count) {
    return sh(
        "n=$1; while [ $n -gt 0 ]; do n=$((n-1)); sleep \"$2\" & echo $!; done; wait",
        Integer.toString(count),
        LIFE);
  }

  /** Prints the pid of a descendant that has left group, session and parent, and waits. */
  public static List<String> escapee() {
    return sh(
        "(setsid sh -c 'echo $$; exec sleep \"$1\"' sh \"$1\" </dev/null &); exec sleep \"$1\"",
        LIFE);
  }

  /**
   * Forks while it is being killed: a chain of {@code generations} shells, each of which leaves a
   * sleeper and its successor behind; each stays until they end.
   */
  public static List<String> forkingChain(int generations) {
    return forking(generations, "wait");
  }

  /**
   * As {@link #forkingChain}, but each shell ends once it has started its successor: the sleepers
   * lose their parent, and only the process group still tells where they come from.
   */
  public static List<String> forkingOrphans(int generations) {
    return forking(generations, "exit 0");
  }

  private static List<String> forking(int generations, String end) {
    String generation =
        "[ \"$1\" -gt 0 ] || exit 0; sleep \"$2\" & sh -c \"$3\" sh $(($1 - 1)) \"$2\" \"$3\" & ";
    String script = generation + end;
    return sh(script, Integer.toString(generations), LIFE, script);
  }

  // Output and input ---------------------------------------------------------------------------

  /** Writes {@code text} to stdout, as it is. */
  public static List<String> print(String text) {
    return sh("printf %s \"$1\"", text);
  }

  /** Writes {@code out} to stdout and {@code error} to stderr, then exits with {@code code}. */
  public static List<String> fail(String out, String error, int code) {
    return sh(
        "printf %s \"$1\"; printf %s \"$2\" >&2; exit \"$3\"", out, error, Integer.toString(code));
  }

  /** Writes {@code out N} to stdout and {@code err N} to stderr in turn, N from 1 to count. */
  public static List<String> alternate(int count) {
    return sh(
        "n=0; while [ $n -lt $1 ]; do n=$((n+1)); echo out $n; echo err $n >&2; done",
        Integer.toString(count));
  }

  /** Writes {@code bytes} NUL bytes to stdout. */
  public static List<String> flood(long bytes) {
    return List.of("head", "-c", Long.toString(bytes), "/dev/zero");
  }

  /** Writes {@code bytes} NUL bytes to stdout and as many to stderr, both at once. */
  public static List<String> floodBoth(long bytes) {
    return sh(
        "head -c \"$1\" /dev/zero & head -c \"$1\" /dev/zero >&2; wait", Long.toString(bytes));
  }

  /** Writes the numbers from 1 to {@code count}, a line each. */
  public static List<String> numbers(long count) {
    return List.of("seq", "1", Long.toString(count));
  }

  /** Writes lines without an end. */
  public static List<String> endless() {
    return List.of("yes", "endless");
  }

  /** Writes the numbers from 1 to {@code count}, a line each, with {@code pause} after each. */
  public static List<String> slowNumbers(int count, Duration pause) {
    return sh(
        "n=0; while [ $n -lt $1 ]; do n=$((n+1)); echo $n; sleep \"$2\"; done",
        Integer.toString(count),
        seconds(pause));
  }

  /** Writes the 256 byte values in order. */
  public static List<String> allBytes() {
    return sh(
        """
        a=0
        while [ $a -lt 4 ]; do b=0
          while [ $b -lt 8 ]; do c=0
            while [ $c -lt 8 ]; do printf "\\\\$a$b$c"; c=$((c+1)); done
          b=$((b+1)); done
        a=$((a+1)); done\
        """);
  }

  /** Closes stdout and stderr at once and lives on for {@code time}. */
  public static List<String> closeOutput(Duration time) {
    return sh("exec >&- 2>&-; exec sleep \"$1\"", seconds(time));
  }

  /** Copies stdin to stdout until end of file. */
  public static List<String> copy() {
    return List.of("cat");
  }

  /** Prints the lines of stdin sorted, which it can only do once stdin is closed. */
  public static List<String> sort() {
    return List.of("sort");
  }

  /** Never reads stdin; prints {@code ready} and waits. */
  public static List<String> ignoreInput() {
    return sh("echo ready; exec sleep " + LIFE);
  }

  /** Prints {@code ready}, closes stdin without having read it, and waits. */
  public static List<String> closeInput() {
    return sh("exec <&-; echo ready; exec sleep " + LIFE);
  }

  /** Reads one line of stdin, prints it, and exits. */
  public static List<String> firstLine() {
    return sh("IFS= read -r line; printf '%s\\n' \"$line\"");
  }

  private static List<String> sh(String script, String... arguments) {
    List<String> argv = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    argv.addAll(List.of(arguments));
    return List.copyOf(argv);
  }

  private static String seconds(Duration time) {
    return "%d.%09d".formatted(time.toSeconds(), time.toNanosPart());
  }
}
