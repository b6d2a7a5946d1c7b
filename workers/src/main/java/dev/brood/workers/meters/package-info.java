/**
 * Meters of Micrometer for what runs. The only package that needs Micrometer, which this module
 * does not bring along.
 */
package dev.brood.workers.meters;
