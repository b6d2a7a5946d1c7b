/**
 * Two-way messages between processes over a Unix stream socket: framing, codecs, requests and
 * descriptors that travel with messages.
 */
package dev.brood.workers.channel;
