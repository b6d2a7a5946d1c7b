import org.jspecify.annotations.NullMarked;

/** The {@code brood} command: runs and keeps applications. */
@NullMarked
module dev.brood.daemon {
  requires dev.brood.process;
  requires static org.jspecify;
}
