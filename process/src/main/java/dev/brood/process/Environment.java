package dev.brood.process;

import static java.util.Collections.disjoint;

import dev.brood.process.internal.linux.Environ;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The environment of a child: where it begins, and what is set or unset on top. Immutable.
 *
 * <p>Inherited variables pass through byte for byte; values that are set here are UTF-8, whatever
 * the locale. See environ(7).
 */
public final class Environment {
  private static final Environment INHERIT = new Environment(null, Map.of(), Set.of());
  private static final Environment EMPTY = new Environment(Set.of(), Map.of(), Set.of());

  /**
   * What Node and {@code Fork} tell a child of its message channel. The channel is a descriptor,
   * and those do not reach our children: with the variables alone a Node program aborts at its
   * start, and a server takes itself for a worker of a cluster.
   */
  private static final Set<String> OWN_CHANNEL =
      Set.of("NODE_CHANNEL_FD", "NODE_CHANNEL_SERIALIZATION_MODE", "NODE_UNIQUE_ID");

  private static final boolean HAS_CHANNEL = !disjoint(OWN_CHANNEL, System.getenv().keySet());

  /** The inherited names; null: all but those of {@link #OWN_CHANNEL}. */
  private final @Nullable Set<String> only;

  /** Changes in order; a null value unsets. */
  private final Map<String, @Nullable String> changes;

  /** The names whose values are masked wherever they are shown. */
  private final Set<String> secrets;

  private Environment(
      @Nullable Set<String> only, Map<String, @Nullable String> changes, Set<String> secrets) {
    this.only = only;
    this.changes = changes;
    this.secrets = secrets;
  }

  /**
   * All variables of this process, as they are at the start of the child. The default. Without
   * {@code NODE_CHANNEL_FD}, {@code NODE_CHANNEL_SERIALIZATION_MODE} and {@code NODE_UNIQUE_ID},
   * though: they speak of this process's own channel to its parent.
   */
  public static Environment inherit() {
    return INHERIT;
  }

  /** No variables at all. */
  public static Environment empty() {
    return EMPTY;
  }

  /**
   * Of this process's variables only these, where they exist.
   *
   * @throws IllegalArgumentException if a name is empty or has {@code =} or NUL in it
   */
  public static Environment only(String... names) {
    for (String name : names) {
      checkName(name);
    }
    return new Environment(Set.copyOf(Arrays.asList(names)), Map.of(), Set.of());
  }

  /**
   * This environment with one variable set; a later call for the same name wins.
   *
   * @throws IllegalArgumentException if the name is empty or has {@code =} or NUL in it, or the
   *     value has NUL in it
   */
  public Environment with(String name, String value) {
    checkName(name);
    if (value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "the value of environment variable " + name + " has a NUL in it: " + visible(value));
    }
    return changed(name, value);
  }

  /** As {@link #with(String, String)}; the value is masked wherever the command is shown. */
  public Environment secret(String name, String value) {
    checkName(name);
    if (value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("the secret " + name + " has a NUL in it");
    }
    Set<String> more = new TreeSet<>(secrets);
    more.add(name);
    return new Environment(only, changed(name, value).changes, more);
  }

  /** This environment with all of these set. */
  public Environment with(Map<String, String> variables) {
    Environment result = this;
    for (Map.Entry<String, String> entry : variables.entrySet()) {
      result = result.with(entry.getKey(), entry.getValue());
    }
    return result;
  }

  /** This environment with these variables unset; not being there is no error. */
  public Environment without(String... names) {
    Environment result = this;
    for (String name : names) {
      checkName(name);
      result = result.changed(name, null);
    }
    return result;
  }

  private Environment changed(String name, @Nullable String value) {
    Map<String, @Nullable String> copy = new LinkedHashMap<>(changes);
    copy.put(name, value);
    return new Environment(only, copy, secrets);
  }

  /** For the kernel: NAME=value with NUL each; null if this process's own is passed untouched. */
  byte @Nullable [][] block() {
    if (only == null && changes.isEmpty() && !HAS_CHANNEL) {
      return null;
    }
    Map<String, byte[]> entries = new LinkedHashMap<>();
    if (only == null || !only.isEmpty()) {
      Set<String> inherited = only == null ? null : bytesOf(only);
      Set<String> changed = bytesOf(changes.keySet());
      for (byte[] entry : Environ.entries()) {
        String name = nameOf(entry);
        boolean passed = inherited == null ? !OWN_CHANNEL.contains(name) : inherited.contains(name);
        if (passed && !changed.contains(name)) {
          entries.putIfAbsent(name, entry);
        }
      }
    }
    changes.forEach((name, value) -> {
      if (value != null) {
        entries.put(bytesOf(name), (name + "=" + value + "\0").getBytes(StandardCharsets.UTF_8));
      }
    });
    return entries.values().toArray(byte[][]::new);
  }

  /** What the child has as PATH; null if it has none. */
  @Nullable String searchPath() {
    if (changes.containsKey("PATH")) {
      return changes.get("PATH");
    }
    return only == null || only.contains("PATH") ? ownPath() : null;
  }

  /** Our own PATH in UTF-8, which {@link System#getenv} does not give in every locale. */
  private static @Nullable String ownPath() {
    String path = System.getenv("PATH");
    if (path == null || path.chars().allMatch(c -> c < 0x80)) {
      return path;
    }
    String start = "PATH=";
    for (byte[] entry : Environ.entries()) {
      String text = new String(entry, 0, entry.length - 1, StandardCharsets.UTF_8);
      if (text.startsWith(start)) {
        return text.substring(start.length());
      }
    }
    return path;
  }

  /** The changes, for showing: unset ones have a null value. Sorted by name. */
  Map<String, @Nullable String> changes() {
    return new TreeMap<>(changes);
  }

  /** Whether the value of a variable is masked wherever it is shown. */
  boolean isSecret(String name) {
    return secrets.contains(name);
  }

  /** The inherited names, for showing; null: all. */
  @Nullable Set<String> only() {
    return only;
  }

  /** A name with each byte as one character, so that names that are no UTF-8 stay distinct. */
  private static String nameOf(byte[] entry) {
    int equals = 0;
    while (equals < entry.length && entry[equals] != '=') {
      equals++;
    }
    return new String(entry, 0, equals, StandardCharsets.ISO_8859_1);
  }

  private static String bytesOf(String name) {
    return new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private static Set<String> bytesOf(Set<String> names) {
    return names.stream().map(Environment::bytesOf).collect(Collectors.toSet());
  }

  private static void checkName(String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("an environment variable has an empty name");
    }
    if (name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "the name of an environment variable cannot have = or NUL in it: " + visible(name));
    }
  }

  static String visible(String text) {
    return "\"" + text.replace("\0", "\\0") + "\"";
  }
}
