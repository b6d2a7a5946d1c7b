package dev.brood.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Census.Extension.class)
class HelperProgramsTest {

  /** Output as text, one byte a character; stderr is merged in. */
  private static String output(List<String> argv) throws Exception {
    try (Running process = Running.startMerged(argv)) {
      process.process().getOutputStream().close();
      byte[] bytes = process.output().readAllBytes();
      process.await();
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }
  }

  private static int exitCode(List<String> argv) throws Exception {
    try (Running process = Running.start(argv)) {
      return process.await();
    }
  }

  @Test
  void printArguments_oddArguments_areNulTerminated() throws Exception {
    assertThat(output(HelperPrograms.printArguments("a b", "", "$x\n"))).isEqualTo("a b\0\0$x\n\0");
    assertThat(output(HelperPrograms.printArguments())).isEmpty();
  }

  @Test
  void describingPrograms_started_printOneFactEach() throws Exception {
    assertThat(output(HelperPrograms.printName())).isEqualTo("sh\n");
    assertThat(output(HelperPrograms.printEnvironment())).contains("PATH=").endsWith("\0");
    assertThat(output(HelperPrograms.printDirectory())).startsWith("/");
    assertThat(output(HelperPrograms.printTerminals())).isEqualTo("no\nno\nno\n");
    assertThat(output(HelperPrograms.printLimits())).contains("Max open files");
    assertThat(output(HelperPrograms.printSignals()))
        .matches("SigBlk:\t\\p{XDigit}+\nSigIgn:\t\\p{XDigit}+\nSigCgt:\t\\p{XDigit}+\n");
    assertThat(output(HelperPrograms.printDescriptors(64)))
        .matches("0 pipe:.*\n1 pipe:.*\n2 pipe:.*\n");
  }

  @Test
  void printIds_started_printsOwnPidAndOurs() throws Exception {
    try (Running process = Running.start(HelperPrograms.printIds());
        BufferedReader out = process.lines()) {
      assertThat(out.readLine())
          .matches(process.pid() + " " + ProcessHandle.current().pid() + " \\d+ \\d+ -?\\d+");
      process.await();
    }
  }

  @Test
  void endingPrograms_started_endAsNamed() throws Exception {
    assertThat(exitCode(HelperPrograms.exit(42))).isEqualTo(42);
    assertThat(exitCode(HelperPrograms.killSelf("SEGV"))).isEqualTo(128 + 11);
    assertThat(exitCode(HelperPrograms.fail("o", "e", 7))).isEqualTo(7);
    assertThat(output(HelperPrograms.fail("o", "e", 7))).isEqualTo("oe");
    assertThat(exitCode(HelperPrograms.sleep(Duration.ofMillis(20)))).isZero();
  }

  @Test
  void lastWords_terminated_printsAndExitsWithThree() throws Exception {
    try (Running process = Running.start(HelperPrograms.lastWords());
        BufferedReader out = process.lines()) {
      assertThat(out.readLine()).isEqualTo("ready");
      signal(process.pid(), "TERM");
      assertThat(out.readLine()).isEqualTo("last words");
      assertThat(process.await()).isEqualTo(3);
    }
  }

  @Test
  void trapInterrupt_interrupted_printsAndExits() throws Exception {
    try (Running process = Running.start(HelperPrograms.trapInterrupt());
        BufferedReader out = process.lines()) {
      assertThat(out.readLine()).isEqualTo("ready");
      signal(process.pid(), "INT");
      assertThat(out.readLine()).isEqualTo("interrupted");
      assertThat(process.await()).isEqualTo(130);
    }
  }

  @Test
  void ignoreTerm_terminated_livesOn() throws Exception {
    try (Running process = Running.start(HelperPrograms.ignoreTerm());
        BufferedReader out = process.lines()) {
      assertThat(out.readLine()).isEqualTo("ready");
      signal(process.pid(), "TERM");
      assertThat(process.endsWithin(50)).isFalse();
      process.kill();
    }
  }

  @Test
  void stopSelf_continued_goesOn() throws Exception {
    try (Running process = Running.start(HelperPrograms.stopSelf());
        BufferedReader out = process.lines()) {
      assertThat(out.readLine()).isEqualTo("ready");
      await(() -> Files.readString(Path.of("/proc/" + process.pid() + "/stat")).contains(") T "));
      signal(process.pid(), "CONT");
      assertThat(out.readLine()).isEqualTo("continued");
      process.await();
    }
  }

  @Test
  void treePrograms_started_printPidsOfTheirMembers() throws Exception {
    assertTree(HelperPrograms.threeLevels(), 3);
    assertTree(HelperPrograms.stubbornTree(), 3);
    assertTree(HelperPrograms.children(4), 4);
    assertTree(HelperPrograms.escapee(), 1);
  }

  private static void assertTree(List<String> argv, int lines) throws Exception {
    try (Running process = Running.start(argv);
        BufferedReader out = process.lines()) {
      List<Long> pids = new ArrayList<>();
      for (int i = 0; i < lines; i++) {
        pids.add(Long.valueOf(out.readLine()));
      }
      assertThat(pids).doesNotHaveDuplicates();
      assertThat(pids).allMatch(pid -> Files.exists(Path.of("/proc/" + pid)));
      pids.add(process.pid());
      killAll(pids);
      process.await();
    }
  }

  @Test
  void grandchildHoldsOutput_childEnds_pipeStaysOpen() throws Exception {
    try (Running process =
            Running.start(HelperPrograms.grandchildHoldsOutput(Duration.ofSeconds(30)));
        BufferedReader out = process.lines()) {
      assertThat(out.readLine()).isEqualTo("hi");
      long grandchild = Long.parseLong(out.readLine());
      assertThat(process.await()).isZero();
      assertThat(ProcessHandle.of(grandchild)).isPresent();
      killAll(List.of(grandchild));
    }
  }

  @Test
  void grandchildWritesLate_childEnds_lateLineFollows() throws Exception {
    // Through cat: the JDK keeps only what is in the pipe when the child itself has ended.
    List<String> throughCat = new ArrayList<>(List.of("sh", "-c", "\"$@\" | cat", "sh"));
    throughCat.addAll(HelperPrograms.grandchildWritesLate(Duration.ofMillis(50)));

    assertThat(output(throughCat)).matches("hi\n\\d+\nlate\n");
  }

  @Test
  void forkingPrograms_started_growAndCanBeEnded() throws Exception {
    for (List<String> argv :
        List.of(HelperPrograms.forkingChain(5), HelperPrograms.forkingOrphans(5))) {
      List<String> leader = new ArrayList<>(List.of("setsid", "-w"));
      leader.addAll(argv);
      try (Running process = Running.start(leader)) {
        await(() -> sleepersOf(process.pid()).size() == 5);
        // setsid did not need to fork, so the group is that of the child itself.
        killAll(List.of(-process.pid()));
        await(() -> sleepersOf(process.pid()).isEmpty());
        process.await();
      }
    }
  }

  private static List<String> sleepersOf(long session) throws IOException {
    List<String> found = new ArrayList<>();
    try (var pids = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path pid : pids) {
        try {
          String stat = Files.readString(pid.resolve("stat"), StandardCharsets.ISO_8859_1);
          String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
          if (stat.contains("(sleep)")
              && !fields[0].equals("Z")
              && Long.parseLong(fields[3]) == session) {
            found.add(stat);
          }
        } catch (IOException e) {
          // vanished meanwhile
        }
      }
    }
    return found;
  }

  @Test
  void outputPrograms_started_writeWhatTheyPromise() throws Exception {
    assertThat(output(HelperPrograms.print("x\\n%s"))).isEqualTo("x\\n%s");
    assertThat(output(HelperPrograms.alternate(2))).isEqualTo("out 1\nerr 1\nout 2\nerr 2\n");
    assertThat(output(HelperPrograms.flood(100_000))).hasSize(100_000);
    assertThat(output(HelperPrograms.floodBoth(100_000))).hasSize(200_000);
    assertThat(output(HelperPrograms.numbers(3))).isEqualTo("1\n2\n3\n");
    assertThat(output(HelperPrograms.slowNumbers(2, Duration.ofMillis(1)))).isEqualTo("1\n2\n");
    assertThat(output(HelperPrograms.closeOutput(Duration.ofMillis(1)))).isEmpty();
    assertThat(output(HelperPrograms.copy())).isEmpty();
    assertThat(output(HelperPrograms.sort())).isEmpty();
    assertThat(output(HelperPrograms.firstLine())).isEqualTo("\n");
    String all = output(HelperPrograms.allBytes());
    assertThat(all).hasSize(256);
    for (int i = 0; i < 256; i++) {
      assertThat((int) all.charAt(i)).isEqualTo(i);
    }
  }

  @Test
  void endlessPrograms_started_areStillThere() throws Exception {
    for (List<String> argv :
        List.of(
            HelperPrograms.endless(), HelperPrograms.ignoreInput(), HelperPrograms.closeInput())) {
      try (Running process = Running.start(argv);
          BufferedReader out = process.lines()) {
        assertThat(out.readLine()).isIn("endless", "ready");
        assertThat(process.isAlive()).isTrue();
        process.kill();
      }
    }
  }

  /** Kills those that are still there. */
  private static void killAll(List<Long> pids) throws Exception {
    List<String> argv = new ArrayList<>(List.of("sh", "-c", "kill -s KILL -- \"$@\"", "sh"));
    pids.forEach(pid -> argv.add(pid.toString()));
    output(argv);
  }

  private static void signal(long pid, String name) throws Exception {
    assertThat(exitCode(List.of("sh", "-c", "kill -s $1 -- $2", "sh", name, Long.toString(pid))))
        .isZero();
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(Condition condition) throws IOException {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("time is up").isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
    }
  }
}
