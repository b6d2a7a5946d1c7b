package dev.brood.process.internal.linux;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Finds C library functions and turns them into method handles.
 *
 * <p>Two kinds of call are used. A <em>quick</em> call never blocks and reads and writes Java
 * arrays in place ({@link Linker.Option#critical}); a garbage collection waits for it, so nothing
 * that can sleep in the kernel may be one. A <em>slow</em> call may block its thread, so it belongs
 * on a platform thread, and takes native memory only.
 *
 * <p>Results follow the kernel's own convention: a negative number is {@code -errno}.
 */
@SuppressWarnings("restricted")
final class Native {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LIBRARY = LINKER.defaultLookup();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final Linker.Option IN_PLACE = Linker.Option.critical(true);

  private Native() {}

  /** A quick call whose first argument is a one-int segment that receives errno. */
  static MethodHandle quick(String name, FunctionDescriptor shape) {
    return LINKER.downcallHandle(symbol(name), shape, ERRNO, IN_PLACE);
  }

  /**
   * A quick call of a C function with variable arguments from position {@code firstVariadic} on.
   */
  static MethodHandle quickVariadic(String name, FunctionDescriptor shape, int firstVariadic) {
    return LINKER.downcallHandle(
        symbol(name), shape, ERRNO, IN_PLACE, Linker.Option.firstVariadicArg(firstVariadic));
  }

  /** A quick call that reports failure by its return value and leaves errno alone. */
  static MethodHandle plain(String name, FunctionDescriptor shape) {
    return LINKER.downcallHandle(symbol(name), shape, IN_PLACE);
  }

  /** A call that may block; its first argument is a native one-int segment that receives errno. */
  static MethodHandle slow(String name, FunctionDescriptor shape) {
    return LINKER.downcallHandle(symbol(name), shape, ERRNO);
  }

  /** A call that may block and reports failure by its return value. */
  static MethodHandle slowPlain(String name, FunctionDescriptor shape) {
    return LINKER.downcallHandle(symbol(name), shape);
  }

  static Optional<MemorySegment> find(String name) {
    return LIBRARY.find(name);
  }

  /** Where a one-int array lies, for a call that captures errno into it. */
  static MemorySegment segment(int[] errno) {
    return MemorySegment.ofArray(errno);
  }

  /** What a method handle threw although none of ours can: a defect of this package. */
  static AssertionError impossible(Throwable cause) {
    return new AssertionError("a native call threw", cause);
  }

  private static MemorySegment symbol(String name) {
    return LIBRARY
        .find(name)
        .orElseThrow(() ->
            new UnsupportedOperationException(
                "the C library has no function \"" + name + "\"; Brood needs glibc 2.34 or newer"));
  }
}
