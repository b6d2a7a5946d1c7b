package dev.brood.process.internal.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** Finds functions and variables of the C library and turns functions into method handles. */
@SuppressWarnings("restricted")
final class Native {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LIBRARY = LINKER.defaultLookup();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

  private Native() {}

  /**
   * A variadic function that never blocks; its first argument is a one-int segment that receives
   * errno. It reads and writes Java arrays in place.
   */
  static MethodHandle quick(String name, FunctionDescriptor shape) {
    return LINKER.downcallHandle(
        symbol(name),
        shape,
        ERRNO,
        Linker.Option.critical(true),
        Linker.Option.firstVariadicArg(1));
  }

  /** A variadic function that may block; its first argument is native memory for errno. */
  static MethodHandle slow(String name, FunctionDescriptor shape) {
    return LINKER.downcallHandle(symbol(name), shape, ERRNO, Linker.Option.firstVariadicArg(1));
  }

  /**
   * A function of up to three words that does not block and returns an error number. Both the
   * System V ABI (3.2.3) and AAPCS64 (6.8.2) pass these in registers, of which a function looks at
   * as many as it has parameters; so one shape serves them all.
   */
  static MethodHandle words(String name) {
    return LINKER.downcallHandle(
        symbol(name),
        FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG),
        Linker.Option.critical(false));
  }

  /** A function of six words that may block and returns an error number. */
  static MethodHandle slowWords(String name) {
    return LINKER.downcallHandle(
        symbol(name),
        FunctionDescriptor.of(
            JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  }

  /** Where a function or variable is. */
  static MemorySegment symbol(String name) {
    return LIBRARY
        .find(name)
        .orElseThrow(() ->
            new UnsupportedOperationException(
                "the C library has no \"" + name + "\"; Brood needs glibc 2.34 or newer"));
  }

  /** What a method handle threw although none of ours can: a defect of this package. */
  static AssertionError impossible(Throwable cause) {
    return new AssertionError("a native call threw", cause);
  }
}
