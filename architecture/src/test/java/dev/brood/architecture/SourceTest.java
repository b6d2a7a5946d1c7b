package dev.brood.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CatchTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.TryTree;
import com.sun.source.tree.UnionTypeTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Parses every Java source with javac's own parser and checks size, names and what is caught. */
class SourceTest {
  private static final int LINES_IN_FILE = 500;
  private static final int LINES_IN_METHOD = 70;
  private static final int COLUMNS = 100;

  /** Words that say nothing about the job of a type. */
  private static final Pattern EMPTY_NAME =
      Pattern.compile(".*(Manager|Helper|Util|Utils|Impl2)(?![a-z]).*");

  /** A class named for what it holds, not for being a helper: programs that help a test. */
  private static final Set<String> NAMED_ON_PURPOSE = Set.of("HelperPrograms");

  /** Unfinished work belongs in an issue. The words are split so that this file passes itself. */
  private static final Pattern UNFINISHED =
      Pattern.compile("\\b(FIX" + "ME|TO" + "DO|XX" + "X)\\b");

  /**
   * The tops of threads, where whatever comes must be reported. The list may only shrink; entries
   * are file names.
   */
  private static final Set<String> TOPS_OF_THREADS = Set.of("Reactor.java");

  /** Methods of MethodHandle are declared to throw everything. */
  private static final Set<String> DECLARED_TO_THROW_EVERYTHING =
      Set.of("invokeExact", "invoke", "invokeWithArguments");

  private static final Pattern LONG_ON_PURPOSE =
      Pattern.compile("^(import |package ).*|.*https?://\\S{40,}.*");

  private static final List<Source> SOURCES = new ArrayList<>();

  private record Source(Path file, CompilationUnitTree unit, SourcePositions positions) {
    String at(Tree tree) {
      return Repository.relative(file) + ":" + line(positions.getStartPosition(unit, tree));
    }

    long lines(Tree tree) {
      long first = line(positions.getStartPosition(unit, tree));
      return line(positions.getEndPosition(unit, tree)) - first + 1;
    }

    private long line(long position) {
      LineMap lines = unit.getLineMap();
      return lines.getLineNumber(position);
    }

    List<String> text() {
      return Repository.read(file).lines().toList();
    }
  }

  @BeforeAll
  static void parseAll() {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, Locale.ROOT, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  files,
                  null,
                  List.of("-proc:none"),
                  null,
                  files.getJavaFileObjectsFromPaths(Repository.javaFiles()));
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      for (CompilationUnitTree unit : task.parse()) {
        SOURCES.add(new Source(Path.of(unit.getSourceFile().toUri()), unit, positions));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void sources_ofAllModules_areSeen() {
    assertThat(SOURCES).hasSameSizeAs(Repository.javaFiles());
    assertThat(SOURCES)
        .extracting(source -> Repository.relative(source.file()).replaceFirst("/.*", ""))
        .contains("process", "testkit", "daemon", "architecture");
  }

  @Test
  void files_always_haveOneJobsWorthOfLines() {
    assertThat(SOURCES)
        .filteredOn(source -> source.text().size() > LINES_IN_FILE)
        .extracting(source -> Repository.relative(source.file()) + ": " + source.text().size())
        .isEmpty();
  }

  @Test
  void lines_always_fitTheWidth() {
    List<String> wrong = new ArrayList<>();
    for (Source source : SOURCES) {
      List<String> lines = source.text();
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        if (line.codePointCount(0, line.length()) > COLUMNS
            && !LONG_ON_PURPOSE.matcher(line).matches()) {
          wrong.add(Repository.relative(source.file()) + ":" + (i + 1));
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void methods_always_fitOnAScreen() {
    List<String> wrong = new ArrayList<>();
    for (Source source : SOURCES) {
      source
          .unit()
          .accept(
              new TreeScanner<Void, Void>() {
                @Override
                public Void visitMethod(MethodTree method, Void unused) {
                  if (method.getBody() != null
                      && source.lines(method.getBody()) > LINES_IN_METHOD) {
                    wrong.add(source.at(method) + " " + method.getName());
                  }
                  return super.visitMethod(method, unused);
                }
              },
              null);
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void types_always_haveNamesThatSayTheirJob() {
    List<String> wrong = new ArrayList<>();
    for (Source source : SOURCES) {
      source
          .unit()
          .accept(
              new TreeScanner<Void, Void>() {
                @Override
                public Void visitClass(ClassTree type, Void unused) {
                  String name = type.getSimpleName().toString().replaceFirst("Test$", "");
                  if (EMPTY_NAME.matcher(name).matches() && !NAMED_ON_PURPOSE.contains(name)) {
                    wrong.add(source.at(type) + " " + name);
                  }
                  return super.visitClass(type, unused);
                }
              },
              null);
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void catches_exceptAtTheTopOfAThread_nameWhatTheyExpect() {
    List<String> wrong = new ArrayList<>();
    for (Source source : SOURCES) {
      if (TOPS_OF_THREADS.contains(source.file().getFileName().toString())) {
        continue;
      }
      source
          .unit()
          .accept(
              new TreeScanner<Void, Void>() {
                @Override
                public Void visitTry(TryTree attempt, Void unused) {
                  for (CatchTree clause : attempt.getCatches()) {
                    if (caught(clause).contains("Throwable") && !callsHandle(attempt)) {
                      wrong.add(source.at(clause));
                    }
                  }
                  return super.visitTry(attempt, unused);
                }
              },
              null);
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void sources_never_carryUnfinishedWork() {
    List<String> wrong = new ArrayList<>();
    for (Source source : SOURCES) {
      List<String> lines = source.text();
      for (int i = 0; i < lines.size(); i++) {
        if (UNFINISHED.matcher(lines.get(i)).find()) {
          wrong.add(Repository.relative(source.file()) + ":" + (i + 1));
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static boolean callsHandle(TryTree attempt) {
    boolean[] found = {false};
    attempt
        .getBlock()
        .accept(
            new TreeScanner<Void, Void>() {
              @Override
              public Void visitMemberSelect(MemberSelectTree select, Void unused) {
                String name = select.getIdentifier().toString();
                found[0] |= DECLARED_TO_THROW_EVERYTHING.contains(name);
                return super.visitMemberSelect(select, unused);
              }
            },
            null);
    return found[0];
  }

  private static List<String> caught(CatchTree clause) {
    Tree type = clause.getParameter().getType();
    return type instanceof UnionTypeTree union
        ? union.getTypeAlternatives().stream().map(Tree::toString).toList()
        : List.of(type.toString());
  }
}
