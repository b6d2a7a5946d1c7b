/**
 * What needs no daemon: {@code run}, {@code up} and {@code tree}, and the terminal they work on.
 */
package dev.brood.daemon.foreground;
