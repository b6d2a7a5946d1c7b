package dev.brood.workers.watch;

import java.nio.file.Path;
import java.time.Instant;

/**
 * What a piece of work had saved of itself at one moment, kept aside. Immutable.
 *
 * @param number counts from 1 in its directory
 * @param path the file with what was saved
 * @param bytes its length
 * @param crc32c its CRC-32C, by which a damaged file is known
 * @param taken when it was found
 * @param name under which name the child was watched that saved it; empty if it was not watched
 *     then
 */
public record Checkpoint(
    long number, Path path, long bytes, long crc32c, Instant taken, String name) {}
