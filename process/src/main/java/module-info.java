import org.jspecify.annotations.NullMarked;

/** Child processes for the JVM: spawn, capture, stream, pipe, signal, stop and observe. */
@NullMarked
module dev.brood.process {
  requires static jdk.jfr;
  requires static transitive org.jspecify;

  exports dev.brood.process;
  exports dev.brood.process.observe;
}
