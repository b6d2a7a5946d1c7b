/**
 * Messages among a parent and its children, by topic and by name, through a broker in the parent. A
 * child takes part with ordinary messages, described in {@code sdk/PROTOCOL.md}.
 */
package dev.brood.workers.broker;
