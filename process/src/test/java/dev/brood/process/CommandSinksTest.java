package dev.brood.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CommandSinksTest {

  @Test
  void sinks_nothingSaid_areEmpty() {
    Command command = Command.of("true");

    assertThat(command.stdout()).isEmpty();
    assertThat(command.stderr()).isEmpty();
  }

  @Test
  void sinks_givenBack_addOneMore() {
    Command command = Command.of("true").stderr(Stdio.inherit());

    Command more =
        command.stderr(command.stderr().getFirst(), Stdio.tail(1024)).stdout(Stdio.none());

    assertThat(more.stderr()).containsExactly(Stdio.inherit(), Stdio.tail(1024));
    assertThat(more.stdout()).containsExactly(Stdio.none());
    assertThat(command.stderr()).containsExactly(Stdio.inherit());
  }
}
