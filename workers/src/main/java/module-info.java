import org.jspecify.annotations.NullMarked;

/** Helpers in other processes, in any language: channels, fork, cluster and broker. */
@NullMarked
@SuppressWarnings("requires-automatic") // Resilience4j has no module descriptor
module dev.brood.workers {
  requires transitive dev.brood.process;
  requires transitive tools.jackson.databind;
  requires io.github.resilience4j.circuitbreaker;
  requires io.github.resilience4j.core; // its listeners
  requires java.management;
  requires tools.jackson.dataformat.cbor;
  requires static jdk.jfr;
  requires static micrometer.core;
  requires static transitive org.jspecify;

  exports dev.brood.workers.broker;
  exports dev.brood.workers.channel;
  exports dev.brood.workers.channel.v8;
  exports dev.brood.workers.cluster;
  exports dev.brood.workers.fork;
  exports dev.brood.workers.meters;
  exports dev.brood.workers.pool;
  exports dev.brood.workers.supervise;
  exports dev.brood.workers.watch;
}
