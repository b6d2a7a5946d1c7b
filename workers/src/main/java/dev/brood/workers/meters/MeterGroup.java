package dev.brood.workers.meters;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * The meters of one thing, which have a prefix and a tag in common. They are read from it when the
 * registry wants to know; a registry does not keep it from being collected.
 *
 * @param <T> what is measured
 */
final class MeterGroup<T> {
  private final MeterRegistry registry;
  private final Consumer<Meter> added;
  private final String prefix;
  private final Tags tags;
  private final T subject;

  MeterGroup(MeterRegistry registry, Consumer<Meter> added, String prefix, Tags tags, T subject) {
    this.registry = registry;
    this.added = added;
    this.prefix = prefix;
    this.tags = tags;
    this.subject = subject;
  }

  /** The same with one more tag. */
  MeterGroup<T> with(String tag, String value) {
    return new MeterGroup<>(registry, added, prefix, tags.and(tag, value), subject);
  }

  /** Something that goes up and down. */
  void gauge(String name, String unit, String description, ToDoubleFunction<T> value) {
    added.accept(
        Gauge.builder(free(name), subject, value)
            .tags(tags)
            .baseUnit(unit)
            .description(description)
            .register(registry));
  }

  /** A time that goes up and down. */
  void time(String name, String description, Function<T, Duration> value) {
    added.accept(
        TimeGauge.builder(
                free(name), subject, TimeUnit.NANOSECONDS, from -> nanos(value.apply(from)))
            .tags(tags)
            .description(description)
            .register(registry));
  }

  /** Something that only goes up. */
  void counter(String name, String description, ToDoubleFunction<T> count) {
    added.accept(
        FunctionCounter.builder(free(name), subject, count)
            .tags(tags)
            .description(description)
            .register(registry));
  }

  /** How many there were, and how long all of them took. */
  void timer(
      String name, String description, ToLongFunction<T> count, ToDoubleFunction<T> totalNanos) {
    added.accept(
        FunctionTimer.builder(free(name), subject, count, totalNanos, TimeUnit.NANOSECONDS)
            .tags(tags)
            .description(description)
            .register(registry));
  }

  /** The whole name, if no other thing has it: its figures would not be seen. */
  private String free(String name) {
    String whole = name.isEmpty() ? prefix : prefix + "." + name;
    if (registry.find(whole).tags(tags).meter() != null) {
      throw new IllegalStateException("there is a meter " + whole + " with " + tags + " already");
    }
    return whole;
  }

  private static double nanos(Duration time) {
    return time.getSeconds() * 1e9 + time.getNano();
  }
}
