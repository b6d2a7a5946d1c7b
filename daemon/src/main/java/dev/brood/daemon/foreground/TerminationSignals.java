package dev.brood.daemon.foreground;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Hands INT, TERM and HUP to a listener instead of ending the JVM, until closed. A signal that was
 * ignored when the JVM started (nohup, a shell's background job) stays ignored.
 *
 * <p>The only place that knows {@code sun.misc.Signal} (module jdk.unsupported); the JDK has no
 * other way. It is reached by reflection, because javac 25 warns of each mention of it, which
 * {@code -Werror} refuses and no annotation silences. The listener runs on a thread of the JVM;
 * several signals may call it at once.
 */
final class TerminationSignals implements AutoCloseable {
  private static final List<String> NAMES = List.of("INT", "TERM", "HUP");

  private record Previous(Object signal, Object handler) {}

  private final Deque<Previous> previous = new ArrayDeque<>();
  private final Native nativeSignals;

  private TerminationSignals(Native nativeSignals) {
    this.nativeSignals = nativeSignals;
  }

  /** Listens from now on; the listener gets the name without SIG. */
  static TerminationSignals listen(Consumer<String> listener) {
    TerminationSignals signals = new TerminationSignals(Native.load());
    Native jdk = signals.nativeSignals;
    for (String name : NAMES) {
      Object signal = jdk.signal(name);
      Object before = jdk.handle(signal, jdk.handler(() -> listener.accept(name)));
      if (before.equals(jdk.ignore())) {
        jdk.handle(signal, before);
      } else {
        signals.previous.push(new Previous(signal, before));
      }
    }
    return signals;
  }

  /** Puts back what was there before. */
  @Override
  public void close() {
    while (!previous.isEmpty()) {
      Previous one = previous.pop();
      nativeSignals.handle(one.signal(), one.handler());
    }
  }

  /** The JDK's class by reflection: {@code Signal.handle(new Signal(name), handler)}. */
  private record Native(
      Constructor<?> constructor, Method handle, Class<?> handlerType, Object ignore) {

    static Native load() {
      try {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        return new Native(
            signal.getConstructor(String.class),
            signal.getMethod("handle", signal, handler),
            handler,
            handler.getField("SIG_IGN").get(null));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("this JDK has no sun.misc.Signal", e);
      }
    }

    Object signal(String name) {
      try {
        return constructor.newInstance(name);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("the JDK does not know signal " + name, e);
      }
    }

    /** A SignalHandler that runs the listener; the signal itself is known to the listener. */
    Object handler(Runnable listener) {
      try {
        MethodType type = MethodType.methodType(void.class);
        MethodHandle run =
            MethodHandles.publicLookup().findVirtual(Runnable.class, "run", type).bindTo(listener);
        MethodHandle any = MethodHandles.dropArguments(run, 0, constructor.getDeclaringClass());
        return MethodHandleProxies.asInterfaceInstance(handlerType, any);
      } catch (ReflectiveOperationException e) {
        throw new AssertionError("Runnable.run is public", e);
      }
    }

    /** Returns the handler before. */
    Object handle(Object signal, Object handler) {
      try {
        return handle.invoke(null, signal, handler);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("the JVM does not give up " + signal, e);
      }
    }
  }
}
