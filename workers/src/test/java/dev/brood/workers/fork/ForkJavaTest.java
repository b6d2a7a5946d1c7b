package dev.brood.workers.fork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.brood.process.Exit;
import dev.brood.process.Result;
import dev.brood.process.Stdio;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.Message;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Java programs as children: a main class, a lambda. */
class ForkJavaTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  /** Answers requests until its parent disconnects. */
  static final class Doubler {
    public static void main(String[] arguments) throws Exception {
      Channel parent = Channel.parent().orElseThrow();
      Channel unused =
          parent.onRequest(message -> List.of(arguments[0], 2 * message.as(Integer.class)));
      parent.onDisconnect().get();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "advanced", "cbor"})
  void java_mainClass_answersAndEndsWithTheChannel(String codec) throws Exception {
    try (ForkedChild child = Fork.java(Doubler.class, "twice").codec(Codec.named(codec)).spawn()) {
      assertThat(child.request(21, SOON).value()).isEqualTo(List.of("twice", 42));
      child.disconnect();
      assertThat(child.await(SOON)).contains(new Exit.Exited(0));
    }
  }

  @Test
  void java_lambda_takesItsCapturesAlongAndDeliversAll() throws Exception {
    String greeting = "hello from ";
    ChildTask task =
        parent -> {
          String name = parent.receive().text().orElseThrow();
          for (int i = 0; i < 1000; i++) {
            boolean unused = parent.send(greeting + name + " " + i + "x".repeat(1000));
          }
        };
    try (ForkedChild child = Fork.java(task).spawn()) {
      boolean unused = child.send("child");
      for (int i = 0; i < 1000; i++) {
        Message message = child.receive(SOON).orElseThrow();
        assertThat(message.text()).contains("hello from child " + i + "x".repeat(1000));
      }
      assertThat(child.await(SOON)).contains(new Exit.Exited(0));
    }
  }

  @Test
  void java_withAMaximumHeap_hasNoMore() throws Exception {
    ChildTask task =
        parent -> {
          boolean unused = parent.send(Runtime.getRuntime().maxMemory() / (1024 * 1024));
        };
    Fork fork = Fork.java(task).runtimeArguments("-XX:+UseSerialGC", "-Xmx300m", "-Xmx48m");
    try (ForkedChild child = fork.spawn()) {
      assertThat(child.receive(SOON).orElseThrow().as(Integer.class)).isBetween(40, 48);
    }
  }

  @Test
  void java_lambdaThatThrows_endsWithOneAndTheStackTrace() throws Exception {
    ChildTask task =
        parent -> {
          throw new IllegalStateException("on purpose");
        };
    Fork fork = Fork.java(task).command(command -> command.stderr(Stdio.tail(4096)));
    try (ForkedChild child = fork.spawn()) {
      Result result = child.child().result();
      assertThat(result.exit()).isEqualTo(new Exit.Exited(1));
      assertThat(result.stderr().text()).contains("on purpose").contains("ForkJavaTest");
    }
  }

  @Test
  void classPath_withRelativeEntries_doesNotDependOnTheDirectoryOfTheChild() {
    Path here = Path.of("").toAbsolutePath();
    assertThat(JavaRuntime.absolute("lib/a.jar:/opt/b.jar"))
        .isEqualTo(here + "/lib/a.jar:/opt/b.jar");
    assertThat(JavaRuntime.absolute("")).isEmpty();
  }

  @Test
  void java_lambdaThatCapturesTooMuch_isRefusedWithTheReason() {
    Object notSerializable = new Object();
    ChildTask captures =
        parent -> {
          boolean unused = parent.send(notSerializable.hashCode());
        };
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fork.java(captures))
        .withMessageContaining("NotSerializableException");
    String large = "x".repeat(200_000);
    ChildTask carries =
        parent -> {
          boolean unused = parent.send(large);
        };
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fork.java(carries))
        .withMessageContaining("an argument takes");
  }
}
