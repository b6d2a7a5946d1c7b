/** A primary for servers that share their listening sockets, in Node's own cluster protocol. */
package dev.brood.workers.cluster;
