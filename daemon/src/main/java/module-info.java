import org.jspecify.annotations.NullMarked;

/** The {@code brood} command: runs and keeps applications. */
@NullMarked
module dev.brood.daemon {
  requires dev.brood.process;
  requires dev.brood.workers;
  requires info.picocli;
  requires jdk.unsupported;
  requires org.snakeyaml.engine;
  requires tools.jackson.core;
  requires static org.jspecify;
}
