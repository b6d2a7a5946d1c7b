/**
 * The {@code brood} command, one class a subcommand. Commands describe themselves to picocli by
 * calls and not by annotations, which costs 30 ms less at each start (docs/decisions/0002).
 */
package dev.brood.daemon.cli;
