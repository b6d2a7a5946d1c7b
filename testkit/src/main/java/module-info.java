import dev.brood.testkit.Census;
import org.jspecify.annotations.NullMarked;

/** What Brood's own tests are made of: leak census, helper programs, fake time, seeded choices. */
@NullMarked
module dev.brood.testkit {
  requires jdk.management;
  requires transitive org.junit.jupiter.api;
  requires static org.jspecify;

  exports dev.brood.testkit;

  provides org.junit.jupiter.api.extension.Extension with
      Census.Extension;
}
