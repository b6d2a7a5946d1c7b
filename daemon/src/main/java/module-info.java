import org.jspecify.annotations.NullMarked;

/** The {@code brood} command: runs and keeps applications. */
@NullMarked
module dev.brood.daemon {
  requires dev.brood.process;
  requires org.snakeyaml.engine;
  requires static org.jspecify;
}
