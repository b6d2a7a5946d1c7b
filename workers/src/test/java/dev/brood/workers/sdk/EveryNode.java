package dev.brood.workers.sdk;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.AnnotationConsumer;
import org.junit.jupiter.params.support.ParameterDeclarations;

/** The tests of a class with every {@link NodeVersion}, which is its one parameter. */
@Tag("slow")
@ParameterizedClass
@ArgumentsSource(EveryNode.Versions.class)
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface EveryNode {
  /** The oldest major version. */
  int from() default 18;

  /** Used by JUnit. */
  final class Versions implements ArgumentsProvider, AnnotationConsumer<EveryNode> {
    private int from;

    @Override
    public void accept(EveryNode annotation) {
      from = annotation.from();
    }

    @Override
    public Stream<? extends Arguments> provideArguments(
        ParameterDeclarations parameters, ExtensionContext context) throws Exception {
      return NodeVersion.all().filter(version -> version.major() >= from).map(Arguments::of);
    }
  }
}
