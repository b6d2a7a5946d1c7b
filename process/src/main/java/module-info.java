import org.jspecify.annotations.NullMarked;

/** Child processes for the JVM: spawn, capture, stream, pipe, signal, stop and observe. */
@NullMarked
@SuppressWarnings("module") // dev.brood.workers is compiled after this module
module dev.brood.process {
  requires static jdk.jfr;
  requires static transitive org.jspecify;

  exports dev.brood.process;
  exports dev.brood.process.observe;

  // The one other module that talks to the kernel: docs/decisions/0012.
  exports dev.brood.process.internal.io to
      dev.brood.workers;
  exports dev.brood.process.internal.linux to
      dev.brood.workers;
}
