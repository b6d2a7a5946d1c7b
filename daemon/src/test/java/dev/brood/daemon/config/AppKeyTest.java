package dev.brood.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AppKeyTest {
  @Test
  void guide_tableOfKeys_isWhatTheProgramPrints() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "guide", "up.md"));
    assertThat(page)
        .as("write the output of `brood up --keys` to the end of docs/guide/up.md")
        .endsWith("\n\n" + AppKey.markdown());
  }

  @Test
  void names_ofAllKeys_areDistinct() {
    Map<String, AppKey> seen = new HashMap<>();
    for (AppKey key : AppKey.values()) {
      assertThat(seen.put(key.key(), key)).as(key.key()).isNull();
      for (String alias : key.aliases()) {
        assertThat(seen.put(alias, key)).as(alias).isNull();
      }
    }
    seen.forEach((name, key) -> assertThat(AppKey.named(name)).contains(key));
  }

  @Test
  void named_camelCase_isTheSameKey() {
    assertThat(AppKey.named("killTimeout")).contains(AppKey.KILL_TIMEOUT);
    assertThat(AppKey.named("execInterpreter")).contains(AppKey.INTERPRETER);
    assertThat(AppKey.named("windowsHide")).contains(AppKey.WINDOWS_HIDE);
    assertThat(AppKey.named("KillTimeout")).isEmpty();
  }

  @Test
  void nearest_misspelt_isTheKnownName() {
    assertThat(AppKey.nearest("scirpt")).contains("script");
    assertThat(AppKey.nearest("kill-timeout")).contains("kill_timeout");
    assertThat(AppKey.nearest("instance")).contains("instances");
    assertThat(AppKey.nearest("zebra")).isEmpty();
  }
}
