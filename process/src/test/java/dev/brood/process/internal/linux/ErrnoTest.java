package dev.brood.process.internal.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import org.junit.jupiter.api.Test;

@SuppressWarnings("restricted")
class ErrnoTest {
  private static String ask(String function, int number) throws Throwable {
    Linker linker = Linker.nativeLinker();
    MethodHandle handle =
        linker.downcallHandle(
            linker.defaultLookup().find(function).orElseThrow(),
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    MemorySegment text = (MemorySegment) handle.invokeExact(number);
    return text.address() == 0 ? "" : text.reinterpret(1_000).getString(0);
  }

  @Test
  void name_everyNumber_isTheOneOfTheSystemsLibrary() throws Throwable {
    for (int number = 1; number <= 133; number++) {
      String name = ask("strerrorname_np", number);
      if (Errno.of(number) != null) {
        assertThat(Errno.name(number)).as("%d", number).isIn(name, alias(name));
      }
    }
    assertThat(Errno.values()).hasSizeGreaterThan(125);
  }

  private static String alias(String name) {
    return switch (name) {
      case "EDEADLK" -> "EDEADLOCK";
      case "EOPNOTSUPP" -> "ENOTSUP";
      default -> name;
    };
  }

  @Test
  void text_commonNumbers_isTheOneOfTheSystemsLibrary() throws Throwable {
    for (Errno errno :
        new Errno[] {
          Errno.ENOENT,
          Errno.EACCES,
          Errno.E2BIG,
          Errno.EMFILE,
          Errno.EAGAIN,
          Errno.ENOSPC,
          Errno.ETXTBSY,
          Errno.ENOEXEC,
          Errno.EPIPE,
          Errno.ENOTDIR,
          Errno.ELOOP
        }) {
      assertThat(errno.text()).isEqualTo(ask("strerror", errno.number()).toLowerCase(Locale.ROOT));
    }
  }

  @Test
  void is_negativeResult_matchesItsNumberOnly() {
    assertThat(Errno.EAGAIN.is(-11)).isTrue();
    assertThat(Errno.EAGAIN.is(11)).isFalse();
    assertThat(Errno.EAGAIN.is(0)).isFalse();
  }

  @Test
  void describe_anyNumber_saysSomething() {
    assertThat(Errno.describe(2)).isEqualTo("ENOENT (no such file or directory)");
    assertThat(Errno.describe(999)).isEqualTo("errno 999");
    assertThat(Errno.of(0)).isNull();
    assertThat(Errno.of(-1)).isNull();
    assertThat(Errno.of(Integer.MAX_VALUE)).isNull();
  }
}
