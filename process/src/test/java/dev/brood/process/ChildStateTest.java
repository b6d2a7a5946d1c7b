package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.testkit.HelperPrograms;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a child has when its program begins. */
class ChildStateTest {
  @TempDir private Path directory;

  private static Map<Integer, String> descriptors(Command prepared) throws InterruptedException {
    Command command = Command.of(HelperPrograms.printDescriptors(1024));
    Spec spec = command.spec();
    prepared.spec().extras.forEach(spec.extras::put);
    Map<Integer, String> found = new TreeMap<>();
    for (String line : command.textLines()) {
      int blank = line.indexOf(' ');
      found.put(Integer.valueOf(line.substring(0, blank)), line.substring(blank + 1));
    }
    return found;
  }

  private static String own(int number) throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/self/fd/" + number)).toString();
  }

  private int open(String name) throws IOException {
    Path file = Files.writeString(directory.resolve(name), "content of " + name);
    int fd = Descriptors.open(file.toString(), Descriptors.O_RDONLY, 0);
    assertThat(fd).isBetween(3, 250);
    return fd;
  }

  private String file(String name) throws IOException {
    return directory.toRealPath().resolve(name).toString();
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void descriptors_default_areOnlyTheThreeStreams(Place place) throws Exception {
    Map<Integer, String> found = place.call(() -> descriptors(Command.of("x")));

    assertThat(found.keySet()).containsExactly(0, 1, 2);
    assertThat(found.get(0)).isEqualTo("/dev/null");
    assertThat(found.get(1)).startsWith("pipe:");
    assertThat(found.get(2)).startsWith("pipe:").isNotEqualTo(found.get(1));
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void descriptor_swapOfTwoOfOurs_isExact(Place place) throws Exception {
    int a = open("a");
    int b = open("b");
    try {
      Map<Integer, String> found =
          place.call(() ->
              descriptors(
                  Command.of("x")
                      .descriptor(a, Stdio.descriptor(b))
                      .descriptor(b, Stdio.descriptor(a))));

      assertThat(found.keySet()).containsExactlyInAnyOrder(0, 1, 2, a, b);
      assertThat(found).containsEntry(a, file("b")).containsEntry(b, file("a"));
    } finally {
      Descriptors.close(a);
      Descriptors.close(b);
    }
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void descriptor_swapOf3And4_isExact(Place place) throws Exception {
    String three = own(3);
    String four = own(4);

    Map<Integer, String> found =
        place.call(() ->
            descriptors(
                Command.of("x")
                    .descriptor(3, Stdio.descriptor(4))
                    .descriptor(4, Stdio.descriptor(3))));

    assertThat(found.keySet()).containsExactly(0, 1, 2, 3, 4);
    assertThat(found).containsEntry(3, four).containsEntry(4, three);
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void descriptor_rotationOfThreeWithHoles_isExact(Place place) throws Exception {
    int a = open("a");
    int b = open("b");
    int c = open("c");
    try {
      Map<Integer, String> found =
          place.call(() ->
              descriptors(
                  Command.of("x")
                      .descriptor(c, Stdio.descriptor(a))
                      .descriptor(a, Stdio.descriptor(b))
                      .descriptor(b, Stdio.descriptor(c))
                      .descriptor(250, Stdio.descriptor(a))
                      .descriptor(200, Stdio.none())
                      .descriptor(249, Stdio.descriptor(0))));

      assertThat(found.keySet()).containsExactlyInAnyOrder(0, 1, 2, a, b, c, 200, 249, 250);
      assertThat(found)
          .containsEntry(a, file("b"))
          .containsEntry(b, file("c"))
          .containsEntry(c, file("a"))
          .containsEntry(250, file("a"))
          .containsEntry(200, "/dev/null")
          .containsEntry(249, own(0));
    } finally {
      Descriptors.close(a);
      Descriptors.close(b);
      Descriptors.close(c);
    }
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void descriptor_sameNumberHereAndThere_isPassedOpen(Place place) throws Exception {
    int a = open("a");
    int b = open("b");
    try {
      Map<Integer, String> found =
          place.call(() ->
              descriptors(
                  Command.of("x")
                      .descriptor(a, Stdio.descriptor(a))
                      .descriptor(b, Stdio.inherit())));

      assertThat(found.keySet()).containsExactlyInAnyOrder(0, 1, 2, a, b);
      assertThat(found).containsEntry(a, file("a")).containsEntry(b, file("b"));
      assertThat(own(a)).isEqualTo(file("a"));
    } finally {
      Descriptors.close(a);
      Descriptors.close(b);
    }
  }

  @Test
  void descriptor_file_isReadAndWritten() throws Exception {
    Path file = Files.writeString(directory.resolve("f"), "old\n");

    assertThat(
            Command.of("sh", "-c", "cat <&5; echo new >&5").descriptor(5, Stdio.file(file)).text())
        .isEqualTo("old");
    assertThat(file).hasContent("old\nnew");
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void descriptor_pipes_carryBothWays(Place place) throws Exception {
    String reply =
        place.call(() -> {
          Command command =
              Command.of("sh", "-c", "read -r x <&7; echo got $x >&4; cat <&7 >&4")
                  .descriptor(7, Stdio.toChild())
                  .descriptor(4, Stdio.fromChild());
          try (Child child = command.spawn()) {
            child.input(7).println("one");
            String first = child.output(4).readLine();
            child.input(7).print("rest").close();
            return first
                + "|"
                + new String(child.output(4).readAllBytes(), StandardCharsets.UTF_8)
                + "|"
                + child.await();
          }
        });

    assertThat(reply).isEqualTo("got one|rest|exit code 0");
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void descriptor_socket_carriesBothWaysAndHalfCloses(Place place) throws Exception {
    String reply =
        place.call(() -> {
          Command command = Command.of("sh", "-c", "sort <&9 >&9").descriptor(9, Stdio.socket());
          try (Child child = command.spawn()) {
            child.input(9).println("b").println("a").close();
            return new String(child.output(9).readAllBytes(), StandardCharsets.UTF_8)
                + child.await();
          }
        });

    assertThat(reply).isEqualTo("a\nb\nexit code 0");
  }

  @Test
  void descriptor_socketOfOurs_isPassed() throws Exception {
    int[] pair = new int[2];
    assertThat(Descriptors.socketPair(pair)).isZero();
    try {
      Command.of("sh", "-c", "echo over the socket >&3")
          .descriptor(3, Stdio.descriptor(pair[1]))
          .run();

      byte[] buffer = new byte[100];
      int count = Descriptors.read(pair[0], buffer, 0, buffer.length);
      assertThat(new String(buffer, 0, count, StandardCharsets.UTF_8))
          .isEqualTo("over the socket\n");
    } finally {
      Descriptors.close(pair[0]);
      Descriptors.close(pair[1]);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1, 2, 251})
  void descriptor_numberOutOfRange_isRefused(int number) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Command.of("x").descriptor(number, Stdio.none()))
        .withMessageContaining("not " + number);
  }

  @Test
  void input_ofNoSuchDescriptor_saysWhatToDeclare() throws Exception {
    try (Child child = Command.of("true").spawn()) {
      assertThatIllegalStateException()
          .isThrownBy(() -> child.input(5))
          .withMessageContaining("descriptor(5, ...)");
      assertThatIllegalStateException()
          .isThrownBy(child::stdin)
          .withMessageContaining("stdin(Stdio.pipe())");
    }
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void signals_default_areNeitherBlockedNorIgnored(Place place) throws Exception {
    assertThat(place.call(() -> Command.of(HelperPrograms.printSignals()).textLines()))
        .hasSize(3)
        .filteredOn(line -> !line.startsWith("SigCgt")) // grep's own handlers
        .hasSize(2)
        .allMatch(line -> line.endsWith("0000000000000000"));
  }

  /** PID PARENT GROUP SESSION TTY. */
  private static String[] ids(Command command) throws InterruptedException {
    return command.text().split(" ");
  }

  private static String[] ownIds() throws IOException {
    String stat = Files.readString(Path.of("/proc/self/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return new String[] {"" + ProcessHandle.current().pid(), fields[1], fields[2], fields[3]};
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void group_eachKind_isAsAsked(Place place) throws Exception {
    Command command = Command.of(HelperPrograms.printIds());
    String[] own = ownIds();

    String[] default_ = place.call(() -> ids(command));
    assertThat(default_[2]).isEqualTo(default_[0]);
    assertThat(default_[3]).isEqualTo(own[3]);
    assertThat(default_[1]).isEqualTo(own[0]);

    String[] shared = place.call(() -> ids(command.group(Group.SHARED)));
    assertThat(shared[2]).isEqualTo(own[2]);
    assertThat(shared[3]).isEqualTo(own[3]);

    String[] session = place.call(() -> ids(command.group(Group.SESSION)));
    assertThat(session[2]).isEqualTo(session[0]);
    assertThat(session[3]).isEqualTo(session[0]);
    assertThat(session[4]).isEqualTo("0");
  }

  @Test
  void detached_child_hasItsOwnSessionAndNoPipeAndOutlivesClose() throws Exception {
    Path ids = directory.resolve("ids");
    Child child =
        Command.of(
                "sh",
                "-c",
                "read -r _ _ _ _ group session _ < /proc/$$/stat; "
                    + "echo $$ $group $session > \"$1\"; "
                    + "readlink /proc/$$/fd/2 >> \"$1\"; exec cat",
                "sh",
                ids.toString())
            .stdin(Stdio.pipe())
            .detached()
            .spawn();
    ChildInput stdin = child.stdin();
    try {
      assertThat(Children.living()).doesNotContain(child);
    } finally {
      stdin.close();
      child.await();
      child.close();
    }
    String pid = Long.toString(child.pid());
    assertThat(Files.readAllLines(ids)).containsExactly(pid + " " + pid + " " + pid, "/dev/null");
  }

  @Test
  void close_detachedChild_leavesItAlive() throws Exception {
    Child child = Command.of(HelperPrograms.sleep(HelperPrograms.LIFETIME)).detached().spawn();
    child.close();

    assertThat(child.isAlive()).isTrue();
    assertThat(child.signal(Signal.KILL)).isTrue();
    assertThat(child.await()).isEqualTo(new Exit.Signaled(Signal.KILL, false));
  }

  @Test
  void stdin_default_isDevNullAndNoTerminal() throws Exception {
    assertThat(Command.of("cat").capture().stdout().bytes()).isEmpty();
    assertThat(Command.of(HelperPrograms.printTerminals()).textLines())
        .containsExactly("no", "no", "no");
  }

  @Test
  void inherit_underATerminal_isTheRealDescriptor() throws Exception {
    String line = Quoting.line(ChildJvm.words(TerminalProbe.class));

    String output =
        Command.of("script", "-q", "-e", "-c", line, "/dev/null")
            .stdin(Stdio.pipe())
            .capture()
            .stdout()
            .text();

    assertThat(output.replace("\r", ""))
        .isEqualTo("run:\nyes\nyes\nyes\ngroup shared: true\ncopied:\nyes\nno\nyes\n");
  }
}
